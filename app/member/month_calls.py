"""The calls of a member's month, sorted by what became of them, and what they cost by class."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from coworking.billing import standing_charges
from coworking.billing.models import Charge
from telephony.forwarding import CallRecord
from telephony.forwarding.models import Call, CallerRule, Destination
from telephony.metering import Leg, charge_key, legs_of

KINDS = ("answered", "missed", "voicemail", "refused", "out", "control", "live")
PAGE_CALLS = 40

_KIND = case(
    (Call.direction == "out", "out"),
    (Call.direction == "control", "control"),
    (Call.outcome.is_(None), "live"),
    (Call.outcome == "answered", "answered"),
    (Call.outcome == "voicemail", "voicemail"),
    (Call.outcome == "refused", "refused"),
    else_="missed",
)


@dataclass(frozen=True, slots=True)
class Span:
    """Calls that began in [starts, ends)."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class MemberCall:
    """A call with its `kind`, one of `KINDS`."""

    kind: str
    record: CallRecord


@dataclass(frozen=True, slots=True)
class ClassCost:
    """What calls of one class at one price cost; `unit_seconds` is the length of a unit."""

    rate_class: str
    unit_price: Decimal
    unit_seconds: int
    count: int
    units: int
    amount: Decimal

    @property
    def is_product(self) -> bool:
        """Whether the amount is units times price: not where calls had legs of several classes."""
        return self.units * self.unit_price == self.amount


def latest_calls(session: Session, member_id: int, *, limit: int) -> list[MemberCall]:
    statement = select(Call, _KIND).where(Call.member_id == member_id)
    return _read(session, statement, limit)


def calls_of_month(
    session: Session,
    member_id: int,
    span: Span,
    *,
    kind: str | None = None,
    before_id: int | None = None,
    limit: int = PAGE_CALLS,
) -> list[MemberCall]:
    """The latest first; with `before_id` those that came before that call."""
    statement = _in_span(select(Call, _KIND), member_id, span)
    if kind is not None:
        statement = statement.where(literal(kind) == _KIND)
    if before_id is not None:
        mark = aliased(Call)
        began = select(mark.started_at).where(mark.id == before_id, mark.member_id == member_id)
        statement = statement.where(
            tuple_(Call.started_at, Call.id) < tuple_(began.scalar_subquery(), literal(before_id))
        )
    return _read(session, statement, limit)


def counts_of_month(session: Session, member_id: int, span: Span) -> dict[str, int]:
    """How many calls of each kind; those without one are left out."""
    statement = _in_span(select(_KIND, func.count()), member_id, span).group_by(_KIND)
    return dict(session.execute(statement).all())


def seconds_of_month(session: Session, member_id: int, span: Span) -> int:
    """Billed seconds of the calls that began in the span."""
    seconds = func.coalesce(func.sum(Leg.seconds), 0)
    statement = select(seconds).join(Call, Call.carrier_sid == Leg.call_sid).where(Leg.role != "caller")
    return int(session.scalar(_in_span(statement, member_id, span)) or 0)


def costs_by_class(session: Session, member_id: int, service_month: str) -> list[ClassCost]:
    """What stands for the month's calls, the dearest class first."""
    reversal = aliased(Charge)
    rate_class = Charge.reason["rate_class"].astext
    unit_seconds = Charge.reason["unit_seconds"].astext
    total = func.sum(Charge.amount, type_=Charge.amount.type)
    statement = (
        select(rate_class, Charge.unit_price, unit_seconds, func.count(), func.sum(Charge.quantity), total)
        .outerjoin(reversal, reversal.reverses_id == Charge.id)
        .where(
            Charge.member_id == member_id,
            Charge.service_month == service_month,
            Charge.what == "call",
            Charge.reverses_id.is_(None),
            reversal.id.is_(None),
        )
        .group_by(rate_class, Charge.unit_price, unit_seconds)
        .order_by(total.desc(), rate_class)
    )
    return [
        ClassCost(name or "", price, int(seconds or 0), count, int(units), amount)
        for name, price, seconds, count, units, amount in session.execute(statement)
    ]


def names_of(session: Session, line_ids: Collection[int]) -> Mapping[str, str]:
    """What the member calls these numbers (E.164): callers on a list and the line's own destinations."""
    callers = select(CallerRule.prefix, CallerRule.label).where(
        CallerRule.line_id.in_(line_ids), CallerRule.is_whole, CallerRule.label.is_not(None)
    )
    phones = select(Destination.number, Destination.label).where(
        Destination.line_id.in_(line_ids), Destination.label.is_not(None)
    )
    return {number: label for number, label in session.execute(callers.union_all(phones)) if label}


def _in_span(statement: Select[*tuple[Any, ...]], member_id: int, span: Span) -> Select[*tuple[Any, ...]]:
    return statement.where(
        and_(Call.member_id == member_id, Call.started_at >= span.starts, Call.started_at < span.ends)
    )


def _read(session: Session, statement: Select[*tuple[Any, ...]], limit: int) -> list[MemberCall]:
    rows = session.execute(statement.order_by(Call.started_at.desc(), Call.id.desc()).limit(limit)).all()
    return with_legs(session, [(call, kind) for call, kind in rows])


def with_legs(session: Session, calls: Sequence[tuple[Call, str]]) -> list[MemberCall]:
    """Calls with their kinds as records: two queries for all of them."""
    sids = [call.carrier_sid for call, _ in calls]
    legs = legs_of(session, sids)
    charges = standing_charges(session, [charge_key(sid) for sid in sids])
    return [
        MemberCall(
            kind,
            CallRecord(call, legs[call.carrier_sid], charges.get(charge_key(call.carrier_sid))),
        )
        for call, kind in calls
    ]


def one_call(session: Session, member_id: int, call_id: int) -> MemberCall | None:
    """A call of this member; None for any other."""
    statement = select(Call, _KIND).where(Call.id == call_id, Call.member_id == member_id)
    found = _read(session, statement, 1)
    return found[0] if found else None
