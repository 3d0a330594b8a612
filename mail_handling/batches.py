"""Forwarding: the items of a member that go out together, what that costs, and their label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import charge_once
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.profile_fields import Weekday
from coworking.membership import details_of, facts
from mail_handling.errors import (
    AddressMissing,
    ChoiceNotOffered,
    InstructionMissing,
    LetterNotAllowed,
    TrackingKnown,
    WayUnknown,
)
from mail_handling.histories import HERE
from mail_handling.items import go_on
from mail_handling.letters import write
from mail_handling.models import MailBatch, MailItem
from mail_handling.profile import Choice, Forwarding, MailKind
from mail_handling.rules import MailRules

FORWARDING_FEE = "mail-forwarding"
MOST_ITEMS = 200
"""In one batch."""
MAY_BE_LETTERS = (MailKind.LETTER, MailKind.REGISTERED)


@dataclass(frozen=True, slots=True)
class NewBatch:
    """`postage` is what the carrier took, in yen. `way`, `addressee` and `address` are the first of the profile and the
    member's own where they are None. With `bundles`, what is to be bundled goes along on any weekday."""

    postage: Decimal
    way: str | None = None
    addressee: str | None = None
    address: str | None = None
    tracking_number: str | None = None
    bundles: bool = False


def forward(
    session: Session, rules: MailRules, member_id: int, new: NewBatch, *, actor: str, now: datetime
) -> MailBatch:
    """Send on what the member wants forwarded, and charge postage and handling. Raises `NotFound`, `ChoiceNotOffered`,
    `WayUnknown`, `InstructionMissing`, `LetterNotAllowed`, `AddressMissing`."""
    member = facts(session, member_id)
    forwarding = rules.profile.forwarding
    if forwarding is None:
        offered = ", ".join(rules.profile.choices)
        raise ChoiceNotOffered(choice=Choice.FORWARD.value, allowed=offered)
    way = new.way or next(iter(forwarding.ways))
    if way not in forwarding.ways:
        raise WayUnknown(way=way, allowed=", ".join(forwarding.ways))
    items = _wanted(session, rules, member_id, forwarding, new, now)
    if not items:
        raise InstructionMissing(choice=Choice.FORWARD.value)
    if not forwarding.ways[way].carries_letters and any(item.kind in MAY_BE_LETTERS for item in items):
        raise LetterNotAllowed(way=forwarding.ways[way].title.spoken(member.language))
    addressee, address = _destination(session, member_id, new)
    batch = MailBatch(
        operator_id=member.operator_id,
        member_id=member_id,
        way=way,
        addressee=addressee,
        address=address,
        postage=new.postage,
        handling_fee=forwarding.handling_fee,
        tracking_number=new.tracking_number,
        sent_at=now,
        sent_by=actor,
    )
    session.add(batch)
    session.flush()
    for item in items:
        go_on(session, item, "forwarded", by=actor, now=now, via=f"batch:{batch.id}")
    charge_once(
        session,
        rules.billing,
        member_id,
        FORWARDING_FEE,
        key=f"mail-batch:{batch.id}",
        service_on=rules.calendar.local_date(now),
        now=now,
        amount=new.postage + forwarding.handling_fee,
    )
    _record(session, batch, "mail.batch-sent", actor, now, items=len(items))
    write(
        session, member_id, "mail-forwarded", now, count=len(items), tracking_number=new.tracking_number or ""
    )
    return batch


def track(session: Session, batch_id: int, tracking_number: str, *, actor: str, now: datetime) -> MailBatch:
    """Put the carrier's number on record, once. Raises `NotFound`, `TrackingKnown`."""
    batch = session.get(MailBatch, batch_id, with_for_update=True)
    if batch is None:
        raise NotFound
    if batch.tracking_number not in {None, tracking_number}:
        raise TrackingKnown
    batch.tracking_number = tracking_number
    _record(session, batch, "mail.batch-tracked", actor, now)
    session.flush()
    return batch


def get_batch(session: Session, batch_id: int) -> MailBatch:
    """Raises `NotFound`."""
    batch = session.get(MailBatch, batch_id)
    if batch is None:
        raise NotFound
    return batch


def list_batches(
    session: Session, *, member_id: int | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[MailBatch]:
    statement = listing.part(select(MailBatch), MailBatch.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(MailBatch.member_id == member_id)
    return session.scalars(statement).all()


def _wanted(
    session: Session,
    rules: MailRules,
    member_id: int,
    forwarding: Forwarding,
    new: NewBatch,
    now: datetime,
) -> list[MailItem]:
    weekday = list(Weekday)[rules.calendar.local_date(now).weekday()]
    choices = [Choice.FORWARD.value]
    if new.bundles or not forwarding.weekdays or weekday in forwarding.weekdays:
        choices.append(Choice.BUNDLE.value)
    statement = (
        select(MailItem)
        .where(MailItem.member_id == member_id, MailItem.status.in_(HERE), MailItem.instruction.in_(choices))
        .order_by(MailItem.id)
        .limit(MOST_ITEMS)
        .with_for_update()
    )
    return list(session.scalars(statement))


def _destination(session: Session, member_id: int, new: NewBatch) -> tuple[str, str]:
    details = details_of(session, member_id)
    address = new.address or details.company_address or details.address
    if not address:
        raise AddressMissing
    return new.addressee or details.company_name or details.name, address


def _record(
    session: Session, batch: MailBatch, action: str, actor: str, now: datetime, **details: int
) -> None:
    record(
        session,
        operator_id=batch.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"mail-batch:{batch.id}",
        details={"member": batch.member_id, **details},
    )
