"""One call as billing staff read it: its legs and events, why it costs what it costs, what the carrier took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.console.call_classes import ClassGroup, group_of
from app.console.call_list import cost_of
from app.console.desk import DeskVisit
from app.console.leg_timeline import LegTimeline, draw_legs
from app.console.member_search import names_of
from app.simulator.prices import PriceLine
from app.simulator.unit_bar import UnitBox, draw_units
from telephony.forwarding import get_call
from telephony.forwarding.call_records import CallRecord
from telephony.forwarding.models import CarrierEvent
from telephony.metering import charge_key
from telephony.metering.holds import charge_holds
from telephony.metering.usage_models import CarrierPrice, ChargeHold, ReconciliationCase
from telephony.numbers import Line, get_line

MOST_EVENTS = 200
MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class EventLine:
    """What the carrier told. `position` is the leg's, as in the drawing; None for a leg that is not drawn."""

    at: datetime
    event: str
    sequence: int
    position: int | None


@dataclass(frozen=True, slots=True)
class PricedPart:
    """A charged leg: its reason, and its units as boxes."""

    group: ClassGroup
    line: PriceLine
    free_units: int
    boxes: tuple[UnitBox, ...]


@dataclass(frozen=True, slots=True)
class CallPanel:
    record: CallRecord
    member_name: str
    line: Line | None
    line_plan: str
    group: ClassGroup
    timeline: LegTimeline | None
    events: Sequence[EventLine]
    parts: Sequence[PricedPart]
    rate_card: str
    rules: str
    hold: ChargeHold | None
    cost: Decimal | None
    prices: Mapping[str, CarrierPrice]
    """The carrier's, by leg."""
    cases: Sequence[ReconciliationCase]
    """What differs from the carrier's records, closed or not."""

    @property
    def amount(self) -> Decimal:
        return self.record.charge.amount if self.record.charge else Decimal(0)

    @property
    def margin(self) -> Decimal | None:
        return None if self.cost is None else self.amount - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        """Of what is charged; None where nothing is."""
        if self.margin is None or not self.amount:
            return None
        return (100 * self.margin / self.amount).quantize(Decimal("0.1"))


def call_panel(visit: DeskVisit, reference: str) -> CallPanel:
    """Raises `NotFound`."""
    record = get_call(visit.session, reference)
    call = record.call
    line = get_line(visit.session, call.line_id) if call.line_id is not None else None
    plans = visit.operator.profile.numbers.line_plans
    drawn = draw_legs(record.legs, call.started_at, call.ended_at) if call.ended_at and record.legs else None
    reason: dict[str, Any] = record.charge.reason if record.charge else {}
    key = charge_key(call.carrier_sid)
    return CallPanel(
        record=record,
        member_name=names_of(visit.session, [call.member_id]).get(call.member_id, "")
        if call.member_id is not None
        else "",
        line=line,
        line_plan=plans[line.line_plan].title.spoken(visit.reader.language)
        if line is not None and line.line_plan in plans
        else "",
        group=group_of(call.call_class),
        timeline=drawn,
        events=_events(visit, record, drawn),
        parts=[_part(part) for part in reason.get("legs") or ([reason] if reason else [])],
        rate_card=str(reason.get("rate_card", "")),
        rules=", ".join(reason.get("rules", ())),
        hold=charge_holds(visit.session, [key]).get(key),
        cost=cost_of(record) if visit.may_money else None,
        prices=_prices(visit, record) if visit.may_money else {},
        cases=_cases(visit, record) if visit.may_money else (),
    )


def _prices(visit: DeskVisit, record: CallRecord) -> dict[str, CarrierPrice]:
    statement = select(CarrierPrice).where(CarrierPrice.leg_sid.in_([leg.leg_sid for leg in record.legs]))
    return {price.leg_sid: price for price in visit.session.scalars(statement)}


def _cases(visit: DeskVisit, record: CallRecord) -> Sequence[ReconciliationCase]:
    statement = (
        select(ReconciliationCase)
        .where(ReconciliationCase.call_sid == record.call.carrier_sid)
        .order_by(ReconciliationCase.id)
        .limit(MOST_CASES)
    )
    return visit.session.scalars(statement).all()


def _events(visit: DeskVisit, record: CallRecord, drawn: LegTimeline | None) -> list[EventLine]:
    statement = (
        select(CarrierEvent)
        .where(CarrierEvent.call_sid == record.call.carrier_sid)
        .order_by(CarrierEvent.received_at, CarrierEvent.id)
        .limit(MOST_EVENTS)
    )
    positions = {one.leg.leg_sid: one.position for one in drawn.legs} if drawn else {}
    return [
        EventLine(event.received_at, event.event, event.sequence, positions.get(event.resource_id))
        for event in visit.session.scalars(statement)
    ]


def _part(reason: dict[str, Any]) -> PricedPart:
    unit_price, free_units = Decimal(reason["unit_price"]), int(reason.get("free_units", 0))
    line = PriceLine(
        what_ja="",
        what_en="",
        talk_seconds=reason["seconds"],
        unit_seconds=reason["unit_seconds"],
        units=reason["units"],
        unit_price_yen=unit_price,
        amount_yen=unit_price * (reason["units"] - free_units),
    )
    return PricedPart(group_of(reason["rate_class"]), line, free_units, draw_units(line))
