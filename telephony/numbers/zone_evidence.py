"""A number of a fixed area is lent to who has a base there.

What counts as the base is the operator's (`number_zone_check`): `office` takes the place of the office that the member
is at, `base-address` asks for evidence of a base of the member's own before a number is lent. The regulator knows the
latter only, so lines without evidence are listed for staff under both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import facts
from telephony.numbers.errors import BaseAddressRequired, TimePast
from telephony.numbers.line_record_models import ZoneEvidence
from telephony.numbers.models import Line, StockNumber
from telephony.numbers.profile import NumberZoneCheck
from telephony.numbers.stock import IP_AREA_CODE
from telephony.numbers.terms import LineRules


@dataclass(frozen=True, slots=True)
class Evidence:
    """What staff saw. `valid_until` is the last day, inclusive."""

    base_address: str
    kind: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class LineWithoutEvidence:
    """A live line on a number of a fixed area whose member has shown no base there. `counts_by_office`: the operator
    takes the place of the member's office for it."""

    line: Line
    last_valid_until: date | None
    counts_by_office: bool


def require_base(session: Session, rules: LineRules, member_id: int, area_code: str, now: datetime) -> None:
    """Raises `BaseAddressRequired` where the operator asks for evidence and the member has none that is valid."""
    if rules.profile.number_zone_check is NumberZoneCheck.OFFICE or area_code == IP_AREA_CODE:
        return
    valid_until = last_valid_until(session, member_id, area_code)
    if valid_until is None or valid_until < rules.calendar.local_date(now):
        raise BaseAddressRequired(area_code=area_code)


def record_evidence(
    session: Session,
    rules: LineRules,
    member_id: int,
    area_code: str,
    evidence: Evidence,
    *,
    actor: str,
    now: datetime,
) -> ZoneEvidence:
    """Keep that a member's base was checked. Raises `NotFound`, `TimePast` for evidence that is over."""
    member = facts(session, member_id)
    if evidence.valid_until < rules.calendar.local_date(now):
        raise TimePast(at=evidence.valid_until.isoformat())
    entry = ZoneEvidence(
        operator_id=member.operator_id,
        member_id=member.id,
        area_code=area_code,
        base_address=evidence.base_address,
        kind=evidence.kind,
        checked_at=now,
        checked_by=actor,
        valid_until=evidence.valid_until,
    )
    session.add(entry)
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="zone-evidence.recorded",
        subject=f"member:{member.id}",
        details={
            "area_code": area_code,
            "kind": evidence.kind,
            "valid_until": evidence.valid_until.isoformat(),
        },
    )
    session.flush()
    return entry


def last_valid_until(session: Session, member_id: int, area_code: str) -> date | None:
    """The last day of the member's longest evidence for an area, past or not."""
    statement = (
        select(ZoneEvidence.valid_until)
        .where(ZoneEvidence.member_id == member_id, ZoneEvidence.area_code == area_code)
        .order_by(ZoneEvidence.valid_until.desc())
        .limit(1)
    )
    return session.scalar(statement)


def lines_without_evidence(
    session: Session,
    rules: LineRules,
    now: datetime,
    *,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[LineWithoutEvidence]:
    today = rules.calendar.local_date(now)
    shown = (
        select(ZoneEvidence.id)
        .where(
            ZoneEvidence.member_id == Line.member_id,
            ZoneEvidence.area_code == StockNumber.area_code,
            ZoneEvidence.valid_until >= today,
        )
        .exists()
    )
    statement = listing.part(select(Line).join(StockNumber), Line.id, after_id, limit).where(
        Line.status != "ended", StockNumber.area_code != IP_AREA_CODE, ~shown
    )
    by_office = rules.profile.number_zone_check is NumberZoneCheck.OFFICE
    return [
        LineWithoutEvidence(
            line,
            last_valid_until(session, line.member_id, line.stock_number.area_code),
            by_office and facts(session, line.member_id).office_area_code == line.stock_number.area_code,
        )
        for line in session.scalars(statement)
    ]
