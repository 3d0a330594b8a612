"""What a line, a member or the whole operator has used of a month: what was billed, and what is going on right now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from telephony.metering.call_facts import CallFacts, LegFacts, stored_calls
from telephony.metering.charging import BILLED_ROLES, rated_legs
from telephony.metering.models import Leg
from telephony.metering.months import MonthSpan, month_span
from telephony.metering.tariffs import TariffRules
from telephony.metering.usage_models import BilledLeg
from telephony.numbers import list_lines

MOST_LIVE_CALLS = 1_000


@dataclass(frozen=True, slots=True)
class ClassUsage:
    """One price class: how much of it, on how many connected legs. The amount is in yen by the operator's tax mode."""

    call_class: str
    legs: int
    seconds: int
    units: int
    free_units: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LiveLeg:
    """A billed leg that is going on, as it would be charged if it ended now."""

    call: CallFacts
    call_class: str
    seconds: int
    units: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a month; `classes` hold what is going on as well."""

    month: str
    classes: tuple[ClassUsage, ...]
    live_calls: int

    @property
    def seconds(self) -> int:
        return sum(one.seconds for one in self.classes)

    @property
    def units(self) -> int:
        return sum(one.units for one in self.classes)

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.classes), start=Decimal(0))


def usage_of_line(session: Session, rules: TariffRules, line_id: int, month: str, now: datetime) -> Usage:
    span = month_span(rules.calendar, month)
    return _usage(session, rules, span, (BilledLeg.line_id == line_id,), [line_id], now)


def usage_of_member(session: Session, rules: TariffRules, member_id: int, month: str, now: datetime) -> Usage:
    span = month_span(rules.calendar, month)
    line_ids = _lines_of(session, member_id)
    return _usage(session, rules, span, (BilledLeg.member_id == member_id,), line_ids, now)


def usage_of_all(session: Session, rules: TariffRules, month: str, now: datetime) -> Usage:
    """Of every member of the session's operator."""
    return _usage(session, rules, month_span(rules.calendar, month), (), None, now)


def live_legs(
    session: Session, rules: TariffRules, now: datetime, line_ids: Sequence[int] | None = None
) -> list[LiveLeg]:
    """The billed legs that are going on, of these lines or of all; at most `MOST_LIVE_CALLS` calls."""
    statement = select(Leg.call_sid).where(
        Leg.ended_at.is_(None),
        Leg.answered_at.is_not(None),
        Leg.role.in_(set(BILLED_ROLES.values())),
    )
    if line_ids is not None:
        statement = statement.where(Leg.line_id.in_(line_ids))
    call_sids = session.scalars(statement.distinct().limit(MOST_LIVE_CALLS)).all()
    return [leg for call in stored_calls(session, call_sids) for leg in priced_so_far(rules, call, now)]


def priced_so_far(rules: TariffRules, call: CallFacts, now: datetime) -> list[LiveLeg]:
    """What the legs of a call that have not ended come to by now. Pure."""
    going_on = replace(call, legs=tuple(_until(leg, now) for leg in call.legs if leg.ended_at is None))
    # An outgoing call's price hangs on the member's leg too, which may be told to have ended first.
    others = tuple(leg for leg in call.legs if leg.ended_at is not None and leg.role == "member")
    return [
        LiveLeg(call, rated.price.rate_class, rated.seconds, rated.units, rated.amount)
        for _, rated in rated_legs(rules, replace(going_on, legs=(*going_on.legs, *others)))
    ]


def _lines_of(session: Session, member_id: int) -> list[int]:
    found: list[int] = []
    while lines := list_lines(session, member_id=member_id, after_id=found[-1] if found else 0):
        found += [line.id for line in lines]
    return found


def _until(leg: LegFacts, now: datetime) -> LegFacts:
    began = leg.talked_from
    seconds = max(1, int((now - began).total_seconds())) if began is not None else 0
    return replace(leg, seconds=seconds)


def _usage(
    session: Session,
    rules: TariffRules,
    span: MonthSpan,
    whose: tuple[ColumnElement[bool], ...],
    line_ids: Sequence[int] | None,
    now: datetime,
) -> Usage:
    found: dict[str, ClassUsage] = {}
    for row in _billed(session, span, whose):
        found[row[0]] = ClassUsage(*row)
    live = live_legs(session, rules, now, line_ids) if span.starts_at <= now else []
    of_month = [leg for leg in live if _counts_for(span, leg)]
    by_class: dict[str, list[LiveLeg]] = defaultdict(list)
    for leg in of_month:
        by_class[leg.call_class].append(leg)
    for call_class, legs in by_class.items():
        found[call_class] = _with_live(
            found.get(call_class) or ClassUsage(call_class, 0, 0, 0, 0, Decimal(0)), legs
        )
    classes = tuple(found[call_class] for call_class in sorted(found))
    return Usage(span.name, classes, len({leg.call.call_sid for leg in of_month}))


def _billed(
    session: Session, span: MonthSpan, whose: tuple[ColumnElement[bool], ...]
) -> Iterable[Sequence[Any]]:
    statement = (
        select(
            BilledLeg.call_class,
            func.count(),
            func.sum(BilledLeg.seconds),
            func.sum(BilledLeg.units),
            func.sum(BilledLeg.free_units),
            func.sum(BilledLeg.amount, type_=BilledLeg.amount.type),
        )
        .where(BilledLeg.counted_on.between(span.first, span.last), BilledLeg.is_held.is_(False), *whose)
        .group_by(BilledLeg.call_class)
    )
    return session.execute(statement).all()


def _counts_for(span: MonthSpan, leg: LiveLeg) -> bool:
    began = [at for each in leg.call.legs if (at := each.talked_from) is not None]
    return bool(began) and span.starts_at <= min(began) < span.ends_at


def _with_live(usage: ClassUsage, legs: Sequence[LiveLeg]) -> ClassUsage:
    return replace(
        usage,
        legs=usage.legs + len(legs),
        seconds=usage.seconds + sum(leg.seconds for leg in legs),
        units=usage.units + sum(leg.units for leg in legs),
        amount=usage.amount + sum((leg.amount for leg in legs), start=Decimal(0)),
    )
