"""From the legs of calls to their charges: one charge per call, under the carrier's id of the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing import Posting, day_by, post, reverse, standing_charges
from coworking.kit.db import table_of
from coworking.kit.phone import from_e164
from telephony.metering.models import Leg
from telephony.metering.rating import Rated, rate
from telephony.metering.tariffs import TariffRules, forward_price

CALL = "call"
STATEMENT_ROWS = 500


@dataclass(frozen=True, slots=True)
class LegFacts:
    """A leg as the call's events tell it. `number` is E.164 or a SIP address; `seconds` of a
    forwarded leg run from the bridge."""

    leg_sid: str
    role: str
    number: str
    status: str
    started_at: datetime | None
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    seconds: int

    @property
    def number_class(self) -> str | None:
        return from_e164(self.number).number_class.value if self.number.startswith("+") else None


_LEG_FIELDS = tuple(field.name for field in fields(LegFacts))


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call on a line with its legs, ready to be priced again and again."""

    call_sid: str
    line_id: int
    line_plan: str
    member_id: int
    member_plan: str
    legs: tuple[LegFacts, ...]


def settle(
    session: Session, rules: TariffRules, operator_id: int, calls: Sequence[CallFacts], now: datetime
) -> None:
    """Write down the legs of these calls and post what is owed for them. Doing it again with the same facts changes
    nothing; with later facts it corrects."""
    rows = [_leg_row(operator_id, call, leg) for call in calls for leg in call.legs]
    for start in range(0, len(rows), STATEMENT_ROWS):
        _write_legs(session, rows[start : start + STATEMENT_ROWS])
    postings = [posting for call in calls if (posting := posting_for(rules, call, now))]
    owed = {posting.key for posting in postings}
    not_owed = [key for call in calls if (key := charge_key(call.call_sid)) not in owed]
    for key in standing_charges(session, not_owed):
        reverse(session, operator_id, key, reason="corrected", now=now)
    for start in range(0, len(postings), STATEMENT_ROWS):
        post(session, operator_id, postings[start : start + STATEMENT_ROWS], now)


def posting_for(rules: TariffRules, call: CallFacts, now: datetime) -> Posting | None:
    """The charge of a call; None while nothing of it can be billed. Its month is the one in which it was answered."""
    priced = [
        (
            leg,
            rate(
                leg.seconds,
                forward_price(rules, call.line_plan, from_e164(leg.number).number_class, bridged),
            ),
        )
        for leg in call.legs
        if leg.role == "forward" and leg.seconds > 0 and (bridged := leg.bridged_at) is not None
    ]
    if not priced:
        return None
    priced.sort(key=lambda one: (one[0].bridged_at or now, one[0].leg_sid))
    first_leg, first = priced[0]
    service_on = rules.calendar.local_date(first_leg.bridged_at or now)
    schedule = rules.billing.schedule_for(CALL, call.member_plan)
    posted_on = rules.calendar.local_date(now)
    return Posting(
        key=charge_key(call.call_sid),
        member_id=call.member_id,
        what=CALL,
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


def charge_key(call_sid: str) -> str:
    return f"call:{call_sid}"


def legs_of(session: Session, call_sids: Sequence[str]) -> dict[str, list[Leg]]:
    """Legs by call: the caller's own, then the others in the order in which they started."""
    found: dict[str, list[Leg]] = {call_sid: [] for call_sid in call_sids}
    if call_sids:
        statement = (
            select(Leg)
            .where(Leg.call_sid.in_(call_sids))
            .order_by(Leg.role != "caller", Leg.started_at.nulls_last(), Leg.leg_sid)
        )
        for leg in session.scalars(statement):
            found[leg.call_sid].append(leg)
    return found


def _reason(call: CallFacts, rated: Sequence[Rated]) -> dict[str, Any]:
    reason: dict[str, Any] = {"line_plan": call.line_plan, **rated[0].reason()}
    if len(rated) > 1:
        reason["legs"] = [one.reason() for one in rated]
    return reason


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
    changing = ("status", "started_at", "answered_at", "bridged_at", "ended_at", "seconds")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["leg_sid"], set_={name: statement.excluded[name] for name in changing}
        ),
        rows,
    )
