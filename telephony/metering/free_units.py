"""Units of a line and month that cost nothing: who gets them, in the order in which calls were answered.

A call that becomes known late may take free units from calls that were billed already: those are named, so that they
are billed anew with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from telephony.metering.months import month_span
from telephony.metering.profile import CallClass
from telephony.metering.tariffs import TariffRules, price_of_class
from telephony.metering.usage_models import BilledLeg

FREE_UNITS_LOCK = 7_206_093


@dataclass(frozen=True, slots=True)
class Claim:
    """A leg that free units may be used for; `allowed` is how many its price gives to the line and month."""

    leg_sid: str
    call_sid: str
    line_id: int
    month: str
    call_class: str
    answered_at: datetime
    units: int
    allowed: int


@dataclass(frozen=True, slots=True)
class Allowances:
    """Free units by leg; and the calls, settled before, whose legs now have others."""

    by_leg: Mapping[str, int] = field(default_factory=dict)
    overtaken: tuple[str, ...] = ()


def allot(claims: Iterable[Claim]) -> dict[str, int]:
    """Free units by leg: of a line, month and class the first answered come first, as long as there are any. Pure."""
    groups: dict[tuple[int, str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.line_id, claim.month, claim.call_class].append(claim)
    allotted = {}
    for group in groups.values():
        used = 0
        for claim in sorted(group, key=lambda claim: (claim.answered_at, claim.leg_sid)):
            free = min(claim.units, max(0, claim.allowed - used))
            allotted[claim.leg_sid] = free
            used += free
    return allotted


def allowances(
    session: Session, rules: TariffRules, call_sids: Sequence[str], claims: Sequence[Claim]
) -> Allowances:
    """What is free of these calls, all of whose claims are given, among everything that their lines were billed.
    Until the transaction ends nobody else settles calls of these lines. Where no price has free units nothing is asked.
    """
    if not rules.metering.has_free_units:
        return Allowances()
    groups = {(claim.line_id, claim.month) for claim in claims} | _groups_before(session, rules, call_sids)
    if not groups:
        return Allowances()
    for line_id in sorted({line_id for line_id, _ in groups}):
        session.execute(select(func.pg_advisory_xact_lock(FREE_UNITS_LOCK, line_id)))
    settled = _settled(session, rules, groups, set(call_sids))
    allotted = allot([*claims, *(claim for claim, _ in settled)])
    changed = {claim.call_sid for claim, free in settled if allotted[claim.leg_sid] != free}
    return Allowances(allotted, tuple(sorted(changed)))


def _groups_before(session: Session, rules: TariffRules, call_sids: Sequence[str]) -> set[tuple[int, str]]:
    """Where these calls stood when they were settled last: what they give back is for others."""
    statement = select(BilledLeg.line_id, BilledLeg.counted_on).where(
        BilledLeg.call_sid.in_(call_sids), BilledLeg.free_units > 0
    )
    return {(line_id, f"{day:%Y-%m}") for line_id, day in session.execute(statement)}


def _settled(
    session: Session, rules: TariffRules, groups: Iterable[tuple[int, str]], but_not: set[str]
) -> list[tuple[Claim, int]]:
    """What other calls of these lines and months claim, with the free units that they have now."""
    found = []
    for line_id, month in groups:
        span = month_span(rules.calendar, month)
        statement = select(BilledLeg).where(
            BilledLeg.line_id == line_id,
            BilledLeg.counted_on.between(span.first, span.last),
            BilledLeg.is_held.is_(False),
        )
        for leg in session.scalars(statement.execution_options(populate_existing=True)):
            price = price_of_class(rules, leg.line_plan, CallClass(leg.call_class), leg.answered_at)
            if leg.call_sid not in but_not and price.free_units:
                claim = Claim(
                    leg_sid=leg.leg_sid,
                    call_sid=leg.call_sid,
                    line_id=line_id,
                    month=month,
                    call_class=leg.call_class,
                    answered_at=leg.answered_at,
                    units=leg.units,
                    allowed=price.free_units,
                )
                found.append((claim, leg.free_units))
    return found
