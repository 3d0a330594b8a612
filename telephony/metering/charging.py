"""From the legs of calls to their charges: one charge per call, under the carrier's id of the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing import PaymentMeans, Posting, day_by, post, reverse, standing_charges, ways_to_pay
from coworking.kit.db import table_of
from coworking.kit.events import tell
from coworking.kit.phone import NumberClass
from coworking.membership import contracts_of
from telephony.metering.billed_legs import write_billed_legs
from telephony.metering.call_facts import CallFacts, LegFacts, stored_calls
from telephony.metering.events import CallsOvertaken
from telephony.metering.free_units import Claim, allowances
from telephony.metering.holds import held_among
from telephony.metering.models import Leg
from telephony.metering.profile import Origin
from telephony.metering.rating import Price, Rated, rate
from telephony.metering.tariffs import (
    TariffRules,
    control_price,
    forward_price,
    outgoing_price,
    reception_price,
)

CALL = "call"
CONTROL_CALL = "control-call"
BILLED_ROLES = {"in": "forward", "reception": "forward", "out": "callee", "control": "control"}
"""By a call's direction, the legs whose seconds are paid for."""
STATEMENT_ROWS = 500
CORRECTED = "corrected"
HELD = "held"
"""Why a charge was reversed: later events, or staff."""

_LEG_FIELDS = tuple(field.name for field in fields(LegFacts))


def settle(
    session: Session, rules: TariffRules, operator_id: int, calls: Sequence[CallFacts], now: datetime
) -> None:
    """Write down the legs of these calls and post what is owed for them. Doing it again with the same facts changes
    nothing; with later facts it corrects."""
    rows = [_leg_row(operator_id, call, leg) for call in calls for leg in call.legs]
    for start in range(0, len(rows), STATEMENT_ROWS):
        _write_legs(session, rows[start : start + STATEMENT_ROWS])
    held_keys = held_among(session, [charge_key(call.call_sid) for call in calls])
    held = {call.call_sid for call in calls if charge_key(call.call_sid) in held_keys}
    owing = [call for call in calls if call.call_sid not in held]
    allowed = allowances(
        session,
        rules,
        [call.call_sid for call in calls],
        [claim for call in owing for claim in _claims(rules, call)] if rules.metering.has_free_units else (),
    )
    overtaken = stored_calls(session, allowed.overtaken)
    _post(session, rules, operator_id, [*owing, *overtaken], allowed.by_leg, now)
    for key in standing_charges(session, [charge_key(call_sid) for call_sid in held]):
        reverse(session, operator_id, key, reason=HELD, now=now)
    settled = [*calls, *overtaken]
    write_billed_legs(
        session,
        [call.call_sid for call in settled],
        [
            row
            for call in settled
            for row in _billed_rows(rules, operator_id, call, allowed.by_leg, call.call_sid in held)
        ],
    )
    if overtaken:
        tell(session, CallsOvertaken(allowed.overtaken, now))


def _post(
    session: Session,
    rules: TariffRules,
    operator_id: int,
    calls: Sequence[CallFacts],
    free_units: Mapping[str, int],
    now: datetime,
) -> None:
    means = _means_of(session, rules, calls)
    postings = [
        posting
        for call in calls
        if (posting := posting_for(rules, call, now, free_units, means.get(call.member_id)))
    ]
    owed = {posting.key for posting in postings}
    not_owed = [key for call in calls if (key := charge_key(call.call_sid)) not in owed]
    for key in standing_charges(session, not_owed):
        reverse(session, operator_id, key, reason=CORRECTED, now=now)
    for start in range(0, len(postings), STATEMENT_ROWS):
        post(session, operator_id, postings[start : start + STATEMENT_ROWS], now)


def _means_of(session: Session, rules: TariffRules, calls: Sequence[CallFacts]) -> Mapping[int, PaymentMeans]:
    """By member; empty where the days of charges do not hang on it."""
    if not any(schedule.means for schedule in rules.billing.schedules):
        return {}
    contracts = contracts_of(session, {call.member_id for call in calls})
    return {member_id: way.means for member_id, way in ways_to_pay(session, rules.billing, contracts).items()}


def rated_legs(
    rules: TariffRules, call: CallFacts, free_units: Mapping[str, int] | None = None
) -> list[tuple[LegFacts, Rated]]:
    """The legs of a call that have a price, the first answered first. `free_units` are by leg."""
    free = free_units or {}
    priced = [
        (leg, rate(leg.seconds, price, free.get(leg.leg_sid, 0)))
        for leg in call.legs
        if leg.role == BILLED_ROLES[call.direction]
        and leg.seconds > 0
        and (price := price_of(rules, call, leg)) is not None
    ]
    return sorted(priced, key=lambda one: (_answered_at(one[0]), one[0].leg_sid))


def _answered_at(leg: LegFacts) -> datetime:
    """Of a leg that has a price."""
    if leg.talked_from is None:
        raise ValueError("a leg that nobody talked on has no price")
    return leg.talked_from


def posting_for(
    rules: TariffRules,
    call: CallFacts,
    now: datetime,
    free_units: Mapping[str, int] | None = None,
    means: PaymentMeans | None = None,
) -> Posting | None:
    """The charge of a call; None while nothing of it can be billed. Its month is the one in which it was answered.
    `free_units` are by leg; `means` is how the member pays."""
    priced = rated_legs(rules, call, free_units)
    if not priced:
        return None
    first_leg, first = priced[0]
    service_on = rules.calendar.local_date(_answered_at(first_leg))
    what = CONTROL_CALL if call.direction == "control" else CALL
    schedule = rules.billing.schedule_for(what, call.member_plan, means)
    posted_on = rules.calendar.local_date(now)
    return Posting(
        key=charge_key(call.call_sid),
        member_id=call.member_id,
        what=what,
        quantity=sum(rated.units for _, rated in priced),
        unit_price=first.price.per_unit,
        amount=sum((rated.amount for _, rated in priced), start=0 * first.amount),
        tax_mode=rules.billing.tax_mode,
        service_month=f"{service_on:%Y-%m}",
        service_on=service_on,
        closes_on=day_by(
            schedule.closes, service_on=service_on, posted_on=posted_on, calendar=rules.calendar
        ),
        due_on=day_by(schedule.due, service_on=service_on, posted_on=posted_on, calendar=rules.calendar),
        reason=_reason(call, [rated for _, rated in priced]),
        profile_version_id=rules.profile_version_id,
    )


def price_of(rules: TariffRules, call: CallFacts, leg: LegFacts) -> Price | None:
    """What a billed leg of a call costs by the started unit; None where it is free or was never connected. The lent
    desk phone rings for nothing, and steers for nothing where the rate card says so (NEX-10, NEX-24)."""
    talked_from = leg.talked_from
    if talked_from is None:
        return None
    if call.direction == "control":
        return control_price(rules, call.line_plan, is_desk(leg.number), talked_from)
    if is_desk(leg.number) and call.direction == "reception":
        return reception_price(rules, call.line_plan, talked_from)
    if leg.number_class is None:
        return None
    to = NumberClass(leg.number_class)
    if call.direction == "out":
        return outgoing_price(rules, call.line_plan, origin_of(call), to, talked_from)
    return forward_price(rules, call.line_plan, to, talked_from)


def origin_of(call: CallFacts) -> Origin:
    """From what kind of phone an outgoing call comes."""
    member = next((leg for leg in call.legs if leg.role == "member"), None)
    if member is not None and is_desk(member.number):
        return Origin.DESK
    return Origin.MOBILE if member is not None and member.number_class == "mobile" else Origin.FIXED


def is_desk(number: str) -> bool:
    """Whether a party is a desk phone: those are reached over SIP."""
    return number.startswith("sip:")


def charge_key(call_sid: str) -> str:
    return f"call:{call_sid}"


def _reason(call: CallFacts, rated: Sequence[Rated]) -> dict[str, Any]:
    reason: dict[str, Any] = {"line_plan": call.line_plan, **rated[0].reason()}
    if len(rated) > 1:
        reason["legs"] = [one.reason() for one in rated]
    return reason


def _claims(rules: TariffRules, call: CallFacts) -> list[Claim]:
    priced = rated_legs(rules, call)
    if not priced:
        return []
    month = rules.calendar.local_month(_answered_at(priced[0][0]))
    return [
        Claim(
            leg_sid=leg.leg_sid,
            call_sid=call.call_sid,
            line_id=call.line_id,
            month=month,
            call_class=rated.price.rate_class,
            answered_at=_answered_at(leg),
            units=rated.units,
            allowed=rated.price.free_units,
        )
        for leg, rated in priced
        if rated.price.free_units
    ]


def _billed_rows(
    rules: TariffRules, operator_id: int, call: CallFacts, free_units: Mapping[str, int], is_held: bool
) -> list[dict[str, Any]]:
    priced = rated_legs(rules, call, free_units)
    return [
        {
            "leg_sid": leg.leg_sid,
            "operator_id": operator_id,
            "call_sid": call.call_sid,
            "line_id": call.line_id,
            "member_id": call.member_id,
            "line_plan": call.line_plan,
            "call_class": rated.price.rate_class,
            "answered_at": _answered_at(leg),
            "counted_on": rules.calendar.local_date(_answered_at(priced[0][0])),
            "seconds": rated.seconds,
            "units": rated.units,
            "free_units": rated.free_units,
            "amount": 0 * rated.amount if is_held else rated.amount,
            "is_held": is_held,
        }
        for leg, rated in priced
    ]


def _leg_row(operator_id: int, call: CallFacts, leg: LegFacts) -> dict[str, Any]:
    return {
        **{name: getattr(leg, name) for name in _LEG_FIELDS},
        "number_class": leg.number_class,
        "operator_id": operator_id,
        "line_id": call.line_id,
        "call_sid": call.call_sid,
    }


def _write_legs(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    statement = insert(table_of(Leg))
    changing = (
        "role",
        "number",
        "number_class",
        "status",
        "started_at",
        "answered_at",
        "bridged_at",
        "ended_at",
        "seconds",
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["leg_sid"], set_={name: statement.excluded[name] for name in changing}
        ),
        rows,
    )
