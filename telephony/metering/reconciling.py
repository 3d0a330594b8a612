"""A month against the carrier's own records: one task for each of the carrier's days, and cases for staff (R36)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.outbox import TaskContext, cancel, task
from telephony.carrier import CallRecord, Carrier, CarrierRefused, Carriers, Reason
from telephony.metering.carrier_prices import store_prices
from telephony.metering.comparison import CarrierLeg, Difference, OwnLeg, differences, missing
from telephony.metering.errors import MonthNotBegun
from telephony.metering.models import Leg
from telephony.metering.months import MonthSpan, month_span
from telephony.metering.reconciliation_cases import enter_differences
from telephony.metering.tariffs import RulesOfTariffs, TariffRules
from telephony.metering.usage_models import CarrierPrice, Reconciliation

RECORDS_AT_ONCE = 500
EDGE_OF_DAY = timedelta(minutes=5)
"""A leg that began so near midnight (UTC) may stand on the other day in the carrier's records: it is asked for."""
TOLD_WITHIN = timedelta(hours=1)
"""A leg that began later than so long ago may still be told of."""


def reconcile(
    session: Session, rules: TariffRules, operator_id: int, month: str, *, actor: str, now: datetime
) -> Reconciliation:
    """Queue the comparison of a month, up to now if it is not over; what still waits of an earlier one is replaced.
    Raises `MonthNotBegun`."""
    span = month_span(rules.calendar, month)
    if span.starts_at > now:
        raise MonthNotBegun
    days = [day for day in span.carrier_days() if datetime.combine(day, time(0), UTC) <= now]
    for day in days:
        key = f"reconcile:{operator_id}:{month}:{day.isoformat()}"
        cancel(session, key)
        reconcile_day.enqueue(
            session, operator_id=operator_id, now=now, key=key, month=month, day=day.isoformat()
        )
    found = _held(session, month)
    if found is None:
        found = Reconciliation(operator_id=operator_id, month=month)
        session.add(found)
    found.requested_by, found.requested_at, found.finished_at = actor, now, None
    found.days = found.days_left = len(days)
    found.records = 0
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="reconciliation.requested",
        subject=f"month:{month}",
        details={"days": len(days)},
    )
    session.flush()
    return found


@task("metering.reconcile-day")
def reconcile_day(context: TaskContext, month: str, day: str) -> None:
    assert context.operator_id is not None
    rules = context.resource(RulesOfTariffs)[context.operator_id]
    now = context.clock.now()
    comparing = _Day(
        session=context.session,
        carrier=context.resource(Carriers)[context.operator_id],
        operator_id=context.operator_id,
        tolerance_seconds=rules.metering.comparing.tolerance_seconds,
        span=month_span(rules.calendar, month),
        day=date.fromisoformat(day),
        now=now,
    )
    records = comparing.run()
    found = _held(context.session, month)
    if found is not None and found.days_left:
        found.days_left -= 1
        found.records += records
        found.finished_at = None if found.days_left else now


def _held(session: Session, month: str) -> Reconciliation | None:
    return session.scalar(select(Reconciliation).where(Reconciliation.month == month).with_for_update())


@dataclass(frozen=True, slots=True)
class _Day:
    """One of the carrier's days, as far as it lies in the month."""

    session: Session
    carrier: Carrier
    operator_id: int
    tolerance_seconds: int
    span: MonthSpan
    day: date
    now: datetime

    def run(self) -> int:
        """Compare; returns how many records the carrier has of the day in the month."""
        seen: set[str] = set()
        records = 0
        for batch in _batches(self.carrier.calls_of_day(self.day), RECORDS_AT_ONCE):
            theirs = [_carrier_leg(one) for one in batch]
            ours = self._own_legs(Leg.leg_sid.in_([one.leg_sid for one in theirs]))
            self._enter(theirs, {leg.leg_sid: leg for leg in ours})
            seen |= {one.leg_sid for one in theirs}
            records += sum(self._is_meant(one) for one in theirs)
        lost = [leg for leg in self._own_legs(*self._of_day()) if leg.leg_sid not in seen]
        not_found = missing((leg for leg in lost if not self._stands_elsewhere(leg)), seen)
        enter_differences(self.session, self.operator_id, self.span.name, list(not_found), [], self.now)
        return records

    def _enter(self, theirs: Sequence[CarrierLeg], ours: dict[str, OwnLeg]) -> None:
        meant = [one for one in theirs if one.leg_sid in ours or self._is_meant(one)]
        found: list[Difference] = []
        for one in meant:
            found += differences(ours.get(one.leg_sid), one, self.tolerance_seconds)
        enter_differences(
            self.session,
            self.operator_id,
            self.span.name,
            found,
            [one.leg_sid for one in meant],
            self.now,
        )
        store_prices(self.session, self.operator_id, self.span.name, meant, ours)

    def _is_meant(self, record: CarrierLeg) -> bool:
        at = record.started_at
        return at is not None and self.span.starts_at <= at < self.span.ends_at

    def _of_day(self) -> tuple[ColumnElement[bool], ...]:
        begins = datetime.combine(self.day, time(0), UTC)
        return (
            Leg.started_at >= max(begins, self.span.starts_at),
            Leg.started_at < min(begins + timedelta(days=1), self.span.ends_at, self.now - TOLD_WITHIN),
        )

    def _own_legs(self, *which: ColumnElement[bool]) -> list[OwnLeg]:
        statement = (
            select(
                Leg.leg_sid,
                Leg.call_sid,
                Leg.line_id,
                Leg.started_at,
                Leg.answered_at,
                Leg.ended_at,
                CarrierPrice.amount,
                CarrierPrice.currency,
            )
            .outerjoin(CarrierPrice, CarrierPrice.leg_sid == Leg.leg_sid)
            .where(*which)
        )
        return [
            OwnLeg(leg_sid, call_sid, line_id, started_at, _seconds(answered_at, ended_at), amount, currency)
            for leg_sid, call_sid, line_id, started_at, answered_at, ended_at, amount, currency in (
                self.session.execute(statement)
            )
        ]

    def _stands_elsewhere(self, leg: OwnLeg) -> bool:
        """Of a leg that the day's records lack: whether they hold it on the day beside, as they may near midnight."""
        begins = datetime.combine(self.day, time(0), UTC)
        at = leg.started_at or begins
        if begins + EDGE_OF_DAY <= at < begins + timedelta(days=1) - EDGE_OF_DAY:
            return False
        try:
            self.carrier.fetch_call(leg.leg_sid)
        except CarrierRefused as refused:
            if refused.reason is Reason.NOT_FOUND:
                return False
            raise
        return True


def _carrier_leg(told: CallRecord) -> CarrierLeg:
    return CarrierLeg(
        leg_sid=told.call_id,
        call_sid=told.parent_call_id or told.call_id,
        started_at=told.started_at or told.created_at,
        seconds=(told.duration_seconds or 0) if told.status.ended else None,
        price=told.price,
        currency=told.price_unit,
    )


def _seconds(answered_at: datetime | None, ended_at: datetime | None) -> int | None:
    if ended_at is None:
        return None
    return round((ended_at - answered_at).total_seconds()) if answered_at is not None else 0


def _batches(records: Iterable[CallRecord], size: int) -> Iterator[list[CallRecord]]:
    following = iter(records)
    while batch := list(islice(following, size)):
        yield batch
