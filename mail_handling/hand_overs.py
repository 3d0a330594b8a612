"""Handing items to their member, once, and putting them where members take them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.membership import facts, is_staffed, offices_of
from mail_handling.errors import (
    DistributionNotOffered,
    GrantExpired,
    GrantUsed,
    HandOverUnstaffed,
    MailOfAnother,
    ProofMissing,
    SiteUnknown,
)
from mail_handling.items import go_on, hold_items, require_here
from mail_handling.letters import write
from mail_handling.models import HandOver, MailGrant, MailItem
from mail_handling.profile import Choice
from mail_handling.rules import MailRules

MOST_ITEMS = 200
"""In one hand-over or distribution."""


@dataclass(frozen=True, slots=True)
class Grant:
    """`code` is what the QR code holds; it is seen only here."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """Who came: the member's one-time `code`, or the name of the `recipient` and the `document` that was seen."""

    code: str | None = None
    recipient: str | None = None
    document: str | None = None


def issue_grant(session: Session, rules: MailRules, member_id: int, *, actor: str, now: datetime) -> Grant:
    """A new one-time code for the member's mail; those before it are revoked. Raises `NotFound`."""
    operator_id = facts(session, member_id).operator_id
    session.execute(
        update(MailGrant)
        .where(MailGrant.member_id == member_id, MailGrant.used_at.is_(None), MailGrant.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    code = f"rsm_{operator_id}_{secrets.token_urlsafe(32)}"
    expires_at = now + timedelta(minutes=rules.profile.grant_minutes)
    session.add(
        MailGrant(
            operator_id=operator_id,
            member_id=member_id,
            digest=_digest(code),
            issued_at=now,
            expires_at=expires_at,
        )
    )
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="mail.code-issued",
        subject=f"member:{member_id}",
    )
    session.flush()
    return Grant(code, expires_at)


def member_of_code(session: Session, code: str, now: datetime) -> int:
    """Whose code it is, without using it. Raises `NotFound`, `GrantUsed`, `GrantExpired`."""
    grant = session.scalar(select(MailGrant).where(MailGrant.digest == _digest(code)))
    if grant is None:
        raise NotFound
    _require_good(grant, now)
    return grant.member_id


def hand_over(
    session: Session,
    rules: MailRules,
    member_id: int,
    item_ids: Sequence[int],
    proof: Proof,
    *,
    signature: str | None,
    actor: str,
    now: datetime,
) -> HandOver:
    """Hand the member these items, all or none, once (R10), by a code that works once (R12). What was put in the
    pigeonhole can be handed over from there. Raises `NotFound`, `MailOfAnother`, `NotAssigned`, `AlreadyHandedOver`,
    `MailNotHere`, `HandOverUnstaffed`, `ProofMissing`, `GrantUsed`, `GrantExpired`."""
    items = hold_items(session, item_ids)
    for item in items:
        require_here(item, also=("distributed",))
        if item.member_id != member_id:
            raise MailOfAnother
    if rules.profile.handed_over_when_staffed and not is_staffed(rules.membership, rules.calendar, now):
        raise HandOverUnstaffed
    handed = HandOver(
        operator_id=items[0].operator_id,
        member_id=member_id,
        signature=signature,
        handed_at=now,
        handed_by=actor,
    )
    if proof.code is not None:
        handed.grant_id = _use_grant(session, member_id, proof.code, now)
    elif proof.recipient and proof.document:
        handed.recipient, handed.document = proof.recipient, proof.document
    else:
        raise ProofMissing
    session.add(handed)
    session.flush()
    for item in items:
        go_on(session, item, "handed-over", by=actor, now=now, via=f"hand-over:{handed.id}")
    write(session, member_id, "mail-handed-over", now, count=len(items))
    return handed


def distribute(
    session: Session, rules: MailRules, site: str | None, *, actor: str, now: datetime
) -> list[MailItem]:
    """Put the mail of a place into the pigeonholes (SAK-22): what waits there, of the kinds that the profile
    distributes, with which nothing else is wanted; the oldest first, `MOST_ITEMS` at most. Raises
    `DistributionNotOffered`, `SiteUnknown`."""
    distribution = rules.profile.distribution
    if distribution is None:
        raise DistributionNotOffered
    name = site or rules.membership.default_office
    office_id = offices_of(session).get(name)
    if office_id is None:
        raise SiteUnknown(site=name)
    statement = (
        select(MailItem)
        .where(
            MailItem.office_id == office_id,
            MailItem.status == "waiting",
            MailItem.kind.in_([kind.value for kind in distribution.kinds]),
            MailItem.instruction.is_(None) | (MailItem.instruction == Choice.KEEP.value),
        )
        .order_by(MailItem.id)
        .limit(MOST_ITEMS)
        .with_for_update(skip_locked=True)
    )
    items = list(session.scalars(statement))
    place = distribution.place.spoken(rules.membership.language.value)
    for item in items:
        go_on(session, item, "distributed", by=actor, now=now, location=place)
    return items


def _use_grant(session: Session, member_id: int, code: str, now: datetime) -> int:
    """The code's use, revocation and expiry are looked at under its lock. Returns its id."""
    grant = session.scalar(select(MailGrant).where(MailGrant.digest == _digest(code)).with_for_update())
    if grant is None:
        raise NotFound
    if grant.member_id != member_id:
        raise MailOfAnother
    _require_good(grant, now)
    grant.used_at = now
    session.flush()
    return grant.id


def _require_good(grant: MailGrant, now: datetime) -> None:
    if grant.used_at is not None or grant.revoked_at is not None:
        raise GrantUsed
    if grant.expires_at <= now:
        raise GrantExpired


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
