"""My Number Cards that an app has read for a member: a reference, never the number (NET-02)."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.db import violated_constraint
from coworking.membership.application_models import LinkedCard
from coworking.membership.contract_errors import CardNumberRefused, CardRequired, CardTaken
from coworking.membership.members import get_member
from coworking.membership.models import Member
from coworking.membership.profile import MemberKind, Plan

DIGITS_OF_MY_NUMBER = 12
SEPARATORS = str.maketrans("", "", " -‐‑–—ー_.・\t")


def link_card(session: Session, member_id: int, reference: str, *, actor: str, now: datetime) -> LinkedCard:
    """The card takes the place of one that was linked before. Raises `NotFound`, `CardNumberRefused`, `CardTaken`."""
    member = get_member(session, member_id)
    reference = _as_kept(reference)
    digits = reference.translate(SEPARATORS)
    if digits.isdigit() and len(digits) == DIGITS_OF_MY_NUMBER:
        raise CardNumberRefused
    before = session.scalar(_linked(member_id))
    if before is not None and before.reference == reference:
        return before
    if before is not None:
        before.unlinked_at = now
        session.flush()
    card = LinkedCard(operator_id=member.operator_id, member_id=member_id, reference=reference, linked_at=now)
    try:
        with session.begin_nested():
            session.add(card)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_linked_cards_reference":
            raise CardTaken from error
        raise
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="card.linked",
        subject=f"member:{member_id}",
    )
    return card


def card_of(session: Session, member_id: int) -> LinkedCard | None:
    return session.scalar(_linked(member_id))


def card_holder(session: Session, reference: str) -> int | None:
    """The member whose linked card an app reads so."""
    return session.scalar(
        select(LinkedCard.member_id).where(
            LinkedCard.reference == _as_kept(reference), LinkedCard.unlinked_at.is_(None)
        )
    )


def require_card(session: Session, plan: Plan, member: Member) -> None:
    """A company has no card of its own: its people link theirs. Raises `CardRequired`."""
    needed = plan.linked_card_required and member.kind == MemberKind.PERSON
    if needed and card_of(session, member.id) is None:
        raise CardRequired


def _as_kept(reference: str) -> str:
    return unicodedata.normalize("NFKC", reference).strip()


def _linked(member_id: int) -> Select[LinkedCard]:
    return select(LinkedCard).where(LinkedCard.member_id == member_id, LinkedCard.unlinked_at.is_(None))
