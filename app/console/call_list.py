"""The calls that match a filter, as a page shows them: rows, sums, a chart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.console.call_classes import GROUPS, ClassGroup, group_of
from app.console.call_filters import ChosenCalls
from app.console.day_chart import DayChart, draw_days
from app.console.desk import DeskVisit
from app.console.member_search import names_of
from telephony.forwarding.call_records import CallRecord
from telephony.forwarding.call_review import CallFilter, DayFigures, call_chart, matching_calls
from telephony.metering.usage_models import ReconciliationCase

ROWS = 50
MOST_DAYS_DRAWN = 62
MOST_FOR_ANSWERED = 200_000
"""Of more calls the share that was answered is not counted: that would take as long as all the rest."""
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class CallRow:
    """`cost` is what the carrier took so far in yen, None while it has told no such price. `differs` are the kinds of
    the open cases of the call."""

    record: CallRecord
    member_name: str
    group: ClassGroup
    cost: Decimal | None
    differs: Sequence[str]


@dataclass(frozen=True, slots=True)
class GroupSum:
    """`share_percent` of all amounts, `width_percent` of the largest."""

    group: ClassGroup
    calls: int
    amount: Decimal
    share_percent: Decimal
    width_percent: Decimal


@dataclass(frozen=True, slots=True)
class DaySum:
    day: date
    calls: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CallSums:
    """Over all calls of a filter. `answered_percent` is None where it says nothing."""

    calls: int
    seconds: int
    units: int
    amount: Decimal
    answered_percent: Decimal | None
    groups: Sequence[GroupSum]
    days: Sequence[DaySum]
    chart: DayChart | None
    sparks: Mapping[str, str]


def call_rows(visit: DeskVisit, chosen: ChosenCalls, before_id: int) -> list[CallRow]:
    if chosen.nobody:
        return []
    records = matching_calls(
        visit.session, visit.operator.calendar, chosen.filter, after_id=before_id, limit=ROWS
    )
    names = names_of(
        visit.session, {record.call.member_id for record in records if record.call.member_id is not None}
    )
    differs = _open_cases(visit.session, [record.call.carrier_sid for record in records])
    return [
        CallRow(
            record,
            names.get(record.call.member_id or 0, ""),
            group_of(record.call.call_class),
            cost_of(record),
            differs.get(record.call.carrier_sid, ()),
        )
        for record in records
    ]


def _open_cases(session: Session, call_sids: Sequence[str]) -> dict[str, list[str]]:
    """Kinds of open cases by call."""
    statement = select(ReconciliationCase.call_sid, ReconciliationCase.kind).where(
        ReconciliationCase.call_sid.in_(call_sids), ReconciliationCase.closed_at.is_(None)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for call_sid, kind in session.execute(statement):
        found[call_sid].append(kind)
    return found


def cost_of(record: CallRecord) -> Decimal | None:
    """What the carrier took in yen for all legs of a call that it has priced so."""
    prices = [leg.carrier_price for leg in record.legs if leg.carrier_price is not None]
    return sum(prices, start=Decimal(0)) if prices else None


def call_sums(visit: DeskVisit, chosen: ChosenCalls) -> CallSums:
    wanted = chosen.filter
    figures = [] if chosen.nobody else call_chart(visit.session, wanted)
    calls = sum(one.count for one in figures)
    says_something = wanted.outcome is None and 0 < calls <= MOST_FOR_ANSWERED
    answered = call_chart(visit.session, replace(wanted, outcome="answered")) if says_something else []
    amount = sum((one.amount for one in figures), start=Decimal(0))
    days = _days(wanted, visit.today)
    by_day = _by_day(figures, days)
    amounts: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in figures:
        amounts[one.day][group_of(one.call_class).tone] += one.amount
    calendar = visit.operator.calendar
    closed = {day for day in days if not calendar.is_business_day(day)}
    drawn = len(days) <= MOST_DAYS_DRAWN
    return CallSums(
        calls=calls,
        seconds=sum(one.seconds for one in figures),
        units=sum(one.units for one in figures),
        amount=amount,
        answered_percent=_percent(sum(one.count for one in answered), calls) if answered else None,
        groups=_by_group(figures, amount),
        days=by_day,
        chart=draw_days(amounts, days, [group.tone for group in GROUPS], closed) if drawn else None,
        sparks={
            "calls": _spark([one.calls for one in by_day]),
            "amount": _spark([one.amount for one in by_day]),
            "answered": _spark(_shares(answered, by_day)),
        },
    )


def _days(wanted: CallFilter, today: date) -> list[date]:
    """The days of the filter, without those that are yet to come."""
    last = max(min(wanted.last_day, today), wanted.first_day)
    return [wanted.first_day + timedelta(days=days) for days in range((last - wanted.first_day).days + 1)]


def _by_day(figures: Sequence[DayFigures], days: Sequence[date]) -> list[DaySum]:
    calls: dict[date, int] = defaultdict(int)
    amounts: dict[date, Decimal] = defaultdict(Decimal)
    for one in figures:
        calls[one.day] += one.count
        amounts[one.day] += one.amount
    return [DaySum(day, calls[day], amounts[day]) for day in days]


def _by_group(figures: Sequence[DayFigures], whole: Decimal) -> list[GroupSum]:
    calls: dict[ClassGroup, int] = defaultdict(int)
    amounts: dict[ClassGroup, Decimal] = defaultdict(Decimal)
    for one in figures:
        calls[group_of(one.call_class)] += one.count
        amounts[group_of(one.call_class)] += one.amount
    most = max(amounts.values(), default=Decimal(0))
    return [
        GroupSum(
            group,
            calls[group],
            amounts[group],
            _percent(amounts[group], whole),
            _percent(amounts[group], most),
        )
        for group in GROUPS
        if calls[group]
    ]


def _shares(answered: Sequence[DayFigures], by_day: Sequence[DaySum]) -> list[Decimal]:
    picked_up: dict[date, int] = defaultdict(int)
    for one in answered:
        picked_up[one.day] += one.count
    return [_percent(picked_up[one.day], one.calls) for one in by_day]


def _percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return (HUNDRED * Decimal(part) / Decimal(whole)).quantize(Decimal("0.1")) if whole else Decimal(0)


def _spark(values: Sequence[Decimal | int]) -> str:
    """Points of a polyline in a box of 100 × 24; "" for fewer than two."""
    if len(values) < 2:
        return ""
    most = max(*values, 1)
    step = 100 / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{21 - 18 * float(value) / float(most):.1f}" for index, value in enumerate(values)
    )
