"""Cards in members' hands: issued, lent, reported lost, given back or not (SAK-06, SAK-12). What a lost one costs is
charged where its return is recorded; here is heard that it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.billing import ItemHandedBack, charge_once
from coworking.doors.credentials import Credentials
from coworking.doors.errors import CardInUse, CardsAllIssued
from coworking.doors.models import AccessCard
from coworking.doors.rules import DoorRules
from coworking.kit.audit import record
from coworking.kit.db import violated_constraint
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import MemberFacts, MembershipNotActive, hold_member

OWN = "ic-card"
SERVED = frozenset({"active", "leaving"})
REPLACED = frozenset({"lost", "broken"})


def issue_card(
    session: Session,
    rules: DoorRules,
    credentials: Credentials,
    member_id: int,
    card: str,
    *,
    actor: str,
    now: datetime,
) -> AccessCard:
    """Hand a member a card of their own, for the operator's fee; one that replaces a card whose loss was charged costs
    nothing more. Raises `NotFound`, `MembershipNotActive`, `CardsAllIssued`, `CardInUse`."""
    member = hold_member(session, member_id)
    if member.status not in SERVED:
        raise MembershipNotActive
    most = rules.membership.plans[member.plan].most_people
    earlier = session.scalars(
        select(AccessCard).where(AccessCard.member_id == member_id, AccessCard.kind == OWN)
    ).all()
    if sum(one.ended_at is None for one in earlier) >= most:
        raise CardsAllIssued(most=most)
    replaced = {one.replaces_id for one in earlier}
    gone = [one.id for one in earlier if one.end_reason in REPLACED and one.id not in replaced]
    issued = lend_card(session, credentials, member, card, OWN, actor=actor, now=now)
    issued.replaces_id = gone[0] if gone else None
    session.flush()
    if not gone:
        charge_once(
            session,
            rules.billing,
            member_id,
            OWN,
            key=f"{OWN}:{issued.id}",
            service_on=rules.calendar.local_date(now),
            now=now,
        )
    return issued


def lend_card(
    session: Session,
    credentials: Credentials,
    member: MemberFacts,
    card: str,
    kind: str,
    *,
    actor: str,
    now: datetime,
) -> AccessCard:
    """Put a card into a member's hands. Raises `CardInUse` for one that is in somebody's."""
    lent = AccessCard(
        operator_id=member.operator_id,
        member_id=member.id,
        kind=kind,
        digest=credentials.digest(card),
        issued_at=now,
        issued_by=actor,
    )
    try:
        with session.begin_nested():
            session.add(lent)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_access_cards_digest":
            raise CardInUse from error
        raise
    _audit(session, lent, "access-card.issued", actor, now)
    return lent


def report_lost(session: Session, card_id: int, *, actor: str, now: datetime) -> AccessCard:
    """From now on the card opens nothing; it may still come back. Raises `NotFound`."""
    card = _held(session, card_id)
    if card.blocked_at is None:
        card.blocked_at = now
        _audit(session, card, "access-card.blocked", actor, now)
    return card


def revoke_card(session: Session, card_id: int, *, actor: str, now: datetime) -> AccessCard:
    """The card opens nothing any more, without a charge. Raises `NotFound`."""
    card = _held(session, card_id)
    _end(session, card, "revoked", actor, now)
    return card


def take_back(session: Session, told: ItemHandedBack) -> None:
    """An item of a card's kind came back, broke or was lost: the card opens nothing any more."""
    card = live_card_of(session, told.member_id, told.item)
    if card is not None:
        _end(session, card, told.state, told.actor, told.at)


def live_card_of(session: Session, member_id: int, kind: str) -> AccessCard | None:
    """The card of this kind that the member has; one that was reported lost goes first."""
    return session.scalar(
        select(AccessCard)
        .where(AccessCard.member_id == member_id, AccessCard.kind == kind, AccessCard.ended_at.is_(None))
        .order_by(AccessCard.blocked_at.is_(None), AccessCard.id)
        .limit(1)
        .with_for_update()
    )


def list_cards(
    session: Session,
    *,
    member_id: int | None,
    is_out: bool | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[AccessCard]:
    """`is_out`: still in a member's hands."""
    statement = listing.part(select(AccessCard), AccessCard.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(AccessCard.member_id == member_id)
    if is_out is not None:
        statement = statement.where(AccessCard.ended_at.is_(None) == is_out)
    return session.scalars(statement).all()


def get_card(session: Session, card_id: int) -> AccessCard:
    """Raises `NotFound`."""
    card = session.get(AccessCard, card_id)
    if card is None:
        raise NotFound
    return card


def _held(session: Session, card_id: int) -> AccessCard:
    card = session.get(AccessCard, card_id, with_for_update=True)
    if card is None:
        raise NotFound
    return card


def _end(session: Session, card: AccessCard, reason: str, actor: str, now: datetime) -> None:
    if card.ended_at is None:
        card.ended_at, card.end_reason = now, reason
        session.flush()
        _audit(session, card, f"access-card.{reason}", actor, now)


def _audit(session: Session, card: AccessCard, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=card.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{card.member_id}",
        details={"card": card.id, "kind": card.kind},
    )
