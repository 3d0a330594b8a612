"""Certificates of what a member may do with the address, and their check by anybody who holds one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import contract_of, get_member
from virtual_office.models import AddressCertificate
from virtual_office.registrations import live_registration, require_use
from virtual_office.rules import AddressRules

CODE_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 16

State = Literal["valid", "ended"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check by code shows: what stands on the paper, and whether it still holds."""

    certificate: AddressCertificate
    state: State


def request_certificate(
    session: Session,
    rules: AddressRules,
    member_id: int,
    use: str | None,
    *,
    actor: str,
    now: datetime,
) -> AddressCertificate:
    """For a use that stands today; without `use` for the last of the profile that the member has. Raises what
    `require_use` raises."""
    get_member(session, member_id)
    if use is None:
        use = _usual_use(session, rules, member_id, now)
    member = require_use(session, rules, member_id, use, now)
    today = rules.today(now)
    registration = live_registration(session, member_id, use)
    address = rules.profile.addresses.get(member.office) or next(iter(rules.profile.addresses.values()))
    days = rules.profile.certificate_days
    certificate = AddressCertificate(
        operator_id=member.operator_id,
        member_id=member_id,
        use=use,
        registration_id=registration.id if registration is not None else None,
        code="".join(secrets.choice(CODE_CHARACTERS) for _ in range(CODE_LENGTH)),
        facts={
            "name": member.name,
            "registered_name": registration.registered_name if registration is not None else None,
            "proven_on": _text(registration.proven_on) if registration is not None else None,
            "address_ja": address.ja,
            "address_en": address.en,
            "use_ja": rules.use(use).title.ja,
            "use_en": rules.use(use).title.en,
            "since": member.starts_on.isoformat(),
        },
        issued_on=today,
        issued_at=now,
        issued_by=actor,
        valid_until=today + timedelta(days=days) if days is not None else None,
    )
    session.add(certificate)
    session.flush()
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="address-certificate.issued",
        subject=f"member:{member_id}",
        details={"certificate": certificate.id, "use": use},
    )
    return certificate


def check_code(session: Session, rules: AddressRules, code: str, now: datetime) -> Checked:
    """By the code as it is written, with or without spaces and hyphens. Raises `NotFound`."""
    normal = "".join(code.split()).replace("-", "").upper()
    certificate = session.scalar(select(AddressCertificate).where(AddressCertificate.code == normal))
    if certificate is None:
        raise NotFound
    return Checked(certificate, state_of(session, rules, certificate, now))


def state_of(session: Session, rules: AddressRules, certificate: AddressCertificate, now: datetime) -> State:
    """Valid while the member may use the address so, and the certificate's own days last."""
    today = rules.today(now)
    if certificate.valid_until is not None and today > certificate.valid_until:
        return "ended"
    contract = contract_of(session, certificate.member_id)
    return "valid" if certificate.use in rules.uses_on(contract, today) else "ended"


def certificates(
    session: Session, *, member_id: int | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[AddressCertificate]:
    statement = listing.part(select(AddressCertificate), AddressCertificate.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(AddressCertificate.member_id == member_id)
    return session.scalars(statement).all()


def certificate_of(session: Session, certificate_id: int) -> AddressCertificate:
    """Raises `NotFound`."""
    certificate = session.get(AddressCertificate, certificate_id)
    if certificate is None:
        raise NotFound
    return certificate


def _usual_use(session: Session, rules: AddressRules, member_id: int, now: datetime) -> str:
    """Of what the member has, else the first of the profile, which is then refused for its reason."""
    standing = rules.uses_on(contract_of(session, member_id), rules.today(now))
    return standing[-1] if standing else next(iter(rules.profile.uses))


def _text(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
