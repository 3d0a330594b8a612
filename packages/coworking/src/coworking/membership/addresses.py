"""Addresses of the operator's that a member has registered elsewhere, and the proof that they moved (SAK-14)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.events import tell
from coworking.membership.company_models import KeptAddress
from coworking.membership.contract_errors import ApprovalPending, MembershipStands, NoAddressHere
from coworking.membership.contract_models import OptionTerm, PlanTerm
from coworking.membership.events import AddressKept, AddressReleased
from coworking.membership.models import Member
from coworking.membership.profile import MembershipProfile
from coworking.membership.terms import held, on_day, terms_of


def hold_address(
    session: Session, profile: MembershipProfile, member: Member, *, actor: str, now: datetime
) -> None:
    """The membership ends on the member's last day, before anything of it is cut off: an address that it lent until
    then is held until it is proven to have moved."""
    assert member.ends_on is not None
    if not _lends_address(session, profile, member, member.ends_on):
        return
    kept = _kept(session, member.id)
    if kept is None:
        kept = KeptAddress(
            operator_id=member.operator_id, member_id=member.id, recorded_by=actor, recorded_at=now
        )
        session.add(kept)
    kept.held_on = member.ends_on
    session.flush()


def release_address(
    session: Session,
    profile: MembershipProfile,
    member_id: int,
    proof: str,
    *,
    today: date,
    actor: str,
    now: datetime,
) -> date:
    """It is proven that the address moved, today. Telling it again changes nothing; returns the day on record. Raises
    `NotFound`, `ApprovalPending`, `NoAddressHere`."""
    member = held(session, member_id)
    if member.status == "applied":
        raise ApprovalPending
    kept = _kept(session, member_id)
    if kept is None and not _lends_address(session, profile, member, today):
        raise NoAddressHere
    if kept is None:
        kept = KeptAddress(operator_id=member.operator_id, member_id=member_id)
        session.add(kept)
    if kept.released_on is not None:
        return kept.released_on
    kept.released_on, kept.proof = today, proof
    kept.recorded_by, kept.recorded_at = actor, now
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="address.moved",
        subject=f"member:{member_id}",
        details={"released_on": today.isoformat()},
    )
    session.flush()
    tell(session, AddressReleased(member_id, today, now))
    return today


def keep_address(session: Session, member_id: int) -> None:
    """The member registers an address of the operator's, perhaps again: an earlier proof of a move counts no more."""
    kept = _kept(session, member_id)
    if kept is not None:
        kept.released_on = kept.proof = None
        session.flush()


def resume_address_fees(session: Session, member_id: int, *, actor: str, now: datetime) -> None:
    """The address of a former member's contract is still used: its fees go on by the month from the end, until
    `release_address` (SAK-14). Telling it again changes nothing. Raises `NotFound`, `MembershipStands`."""
    member = held(session, member_id)
    if member.ends_on is None or member.status not in ("ended", "struck"):
        raise MembershipStands
    kept = _kept(session, member_id)
    if kept is None:
        kept = KeptAddress(
            operator_id=member.operator_id, member_id=member_id, recorded_by=actor, recorded_at=now
        )
        session.add(kept)
    elif kept.held_on is not None and kept.released_on is None:
        return
    kept.held_on, kept.released_on, kept.proof = member.ends_on, None, None
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="address.still-used",
        subject=f"member:{member_id}",
        details={"held_on": member.ends_on.isoformat()},
    )
    session.flush()
    tell(session, AddressKept(member_id, now))


def _lends_address(session: Session, profile: MembershipProfile, member: Member, day: date) -> bool:
    """Whether the plan or an option of that day is one whose address has to move."""
    lent = {term.option for term in on_day(terms_of(session, OptionTerm, member.id), day)}
    for term in on_day(terms_of(session, PlanTerm, member.id), day):
        lent.update(profile.plans[term.plan].includes if term.plan in profile.plans else ())
    return bool(lent & set(profile.contracts.until_address_moved))


def _kept(session: Session, member_id: int) -> KeptAddress | None:
    return session.scalar(select(KeptAddress).where(KeptAddress.member_id == member_id))
