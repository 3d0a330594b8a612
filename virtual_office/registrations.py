"""Registrations of the address: declared beforehand, proven afterwards, one per member, until they have moved away
(SAK-14, SAK-19 to SAK-21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import (
    MemberFacts,
    NeedsOption,
    OptionLimitReached,
    contract_of,
    facts,
    keep_address,
    require_service,
)
from virtual_office.errors import NothingDeclared, ProvenAlready
from virtual_office.letters import write_to_member
from virtual_office.models import AddressRegistration
from virtual_office.rules import AddressRules


def require_use(
    session: Session, rules: AddressRules, member_id: int, use: str, now: datetime
) -> MemberFacts:
    """The member, held, who may use the address so today; in a pause as well, since options are charged in it (SAK-30).
    Raises `NotFound`, `MembershipNotActive`, `IdentityNotVerified`, `UseUnknown`, `NeedsOption`."""
    wanted = rules.use(use)
    member = require_service(session, member_id, in_pauses=True)
    if use not in rules.uses_on(contract_of(session, member_id), rules.today(now)):
        raise NeedsOption(option=wanted.title.spoken(member.language), needed=wanted.option)
    return member


def declare(
    session: Session,
    rules: AddressRules,
    member_id: int,
    use: str,
    registered_name: str,
    *,
    actor: str,
    now: datetime,
) -> AddressRegistration:
    """The member is going to register the address. Raises what `require_use` raises, and `OptionLimitReached` where
    there is a registration already."""
    member = require_use(session, rules, member_id, use, now)
    if live_registration(session, member_id, use) is not None:
        raise OptionLimitReached(option=rules.use(use).title.spoken(member.language), most=1)
    today = rules.today(now)
    to_prove = rules.use(use).kind == "company"
    registration = AddressRegistration(
        operator_id=member.operator_id,
        member_id=member_id,
        use=use,
        registered_name=registered_name,
        declared_on=today,
        declared_at=now,
        declared_by=actor,
        proof_due_on=today + timedelta(days=rules.profile.proof_days) if to_prove else None,
    )
    session.add(registration)
    session.flush()
    if rules.is_charged_until_moved(rules.use(use)):
        keep_address(session, member_id)
    _record(session, registration, "declared", actor, now)
    write_to_member(
        session,
        member,
        "registration-declared",
        now,
        use=rules.use(use).title.spoken(member.language),
        due_on=registration.proof_due_on,
    )
    return registration


def prove(
    session: Session, rules: AddressRules, member_id: int, use: str, proof: str, *, actor: str, now: datetime
) -> AddressRegistration:
    """Staff have seen the registry's extract. Raises `NotFound`, `UseUnknown`, `NothingDeclared`, `ProvenAlready`."""
    rules.use(use)
    member = facts(session, member_id)
    registration = live_registration(session, member_id, use, hold=True)
    if registration is None:
        raise NothingDeclared
    if registration.proven_on is not None:
        raise ProvenAlready(proven_on=registration.proven_on.isoformat())
    registration.proven_on, registration.proven_by = rules.today(now), actor
    registration.proof = proof
    session.flush()
    _record(session, registration, "proven", actor, now)
    use_title = rules.use(use).title.spoken(member.language)
    write_to_member(session, member, "registration-proven", now, use=use_title)
    return registration


def end_registrations(
    session: Session, member_id: int, uses: Sequence[str], on: date, *, actor: str, now: datetime
) -> None:
    """They are over since `on`. Ending again changes nothing."""
    live = session.scalars(
        select(AddressRegistration).where(
            AddressRegistration.member_id == member_id,
            AddressRegistration.use.in_(uses),
            AddressRegistration.ended_on.is_(None),
        )
    )
    for registration in live:
        registration.ended_on = max(on, registration.declared_on)
        _record(session, registration, "ended", actor, now)
    session.flush()


def live_registration(
    session: Session, member_id: int, use: str, *, hold: bool = False
) -> AddressRegistration | None:
    statement = select(AddressRegistration).where(
        AddressRegistration.member_id == member_id,
        AddressRegistration.use == use,
        AddressRegistration.ended_on.is_(None),
    )
    return session.scalar(statement.with_for_update() if hold else statement)


def registration_of(session: Session, registration_id: int) -> AddressRegistration:
    """Raises `NotFound`."""
    registration = session.get(AddressRegistration, registration_id)
    if registration is None:
        raise NotFound
    return registration


def registrations(
    session: Session,
    *,
    member_id: int | None = None,
    is_live: bool | None = None,
    unproven_by: date | None = None,
    is_asked: bool | None = None,
    after_id: int = 0,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[AddressRegistration]:
    """`unproven_by`: whose proof was due on that day or before; `is_asked`: whether it was asked for then."""
    statement = listing.part(select(AddressRegistration), AddressRegistration.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(AddressRegistration.member_id == member_id)
    if is_live is not None:
        statement = statement.where(AddressRegistration.ended_on.is_(None) == is_live)
    if unproven_by is not None:
        statement = statement.where(
            AddressRegistration.proven_on.is_(None),
            AddressRegistration.ended_on.is_(None),
            AddressRegistration.proof_due_on <= unproven_by,
        )
    if is_asked is not None:
        statement = statement.where(AddressRegistration.proof_asked_at.is_not(None) == is_asked)
    return session.scalars(statement).all()


def status_of(registration: AddressRegistration) -> str:
    if registration.ended_on is not None:
        return "ended"
    return "proven" if registration.proven_on is not None else "declared"


def _record(
    session: Session, registration: AddressRegistration, action: str, actor: str, now: datetime
) -> None:
    record(
        session,
        operator_id=registration.operator_id,
        at=now,
        actor=actor,
        action=f"registration.{action}",
        subject=f"member:{registration.member_id}",
        details={"registration": registration.id, "use": registration.use},
    )
