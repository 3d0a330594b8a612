"""Calls with their legs as metering knows them: told by events, or as they stand in the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.phone import InvalidPhoneNumber, from_e164
from telephony.metering.models import Leg
from telephony.numbers import lines_of_calls


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
        """None for a SIP address, and for a number of no class that calls are put through to."""
        try:
            return from_e164(self.number).number_class.value
        except InvalidPhoneNumber:
            return None

    @property
    def talked_from(self) -> datetime | None:
        """From when the leg is paid for: the bridge, and the answer where nobody else is on the call."""
        return self.bridged_at or (self.answered_at if self.role == "control" else None)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call on a line with its legs, ready to be priced again and again."""

    call_sid: str
    direction: str
    line_id: int
    line_plan: str
    member_id: int
    member_plan: str
    legs: tuple[LegFacts, ...]


def legs_of(session: Session, call_sids: Sequence[str]) -> dict[str, list[Leg]]:
    """Legs by call: the one on which it began, then the others in the order in which they started."""
    found: dict[str, list[Leg]] = {call_sid: [] for call_sid in call_sids}
    if call_sids:
        statement = (
            select(Leg)
            .where(Leg.call_sid.in_(call_sids))
            .order_by(Leg.leg_sid != Leg.call_sid, Leg.started_at.nulls_last(), Leg.leg_sid)
            .execution_options(populate_existing=True)  # they are written past the session
        )
        for leg in session.scalars(statement):
            found[leg.call_sid].append(leg)
    return found


def stored_calls(session: Session, call_sids: Sequence[str]) -> list[CallFacts]:
    """These calls from their stored legs; one without legs is left out."""
    by_call = {call_sid: legs for call_sid, legs in legs_of(session, call_sids).items() if legs}
    lines = lines_of_calls(session, {legs[0].line_id for legs in by_call.values()}, ())
    found = []
    for call_sid, legs in by_call.items():
        line = lines.by_id[legs[0].line_id]
        found.append(
            CallFacts(
                call_sid=call_sid,
                direction=direction_of(legs),
                line_id=line.line_id,
                line_plan=line.line_plan,
                member_id=line.member_id,
                member_plan=line.member_plan,
                legs=tuple(leg_facts(leg) for leg in legs),
            )
        )
    return found


def direction_of(legs: Sequence[Leg]) -> str:
    """The direction of a call, as the roles of its legs tell it."""
    roles = {leg.role for leg in legs}
    for role, direction in (
        ("control", "control"),
        ("reception", "reception"),
        ("member", "out"),
        ("callee", "out"),
    ):
        if role in roles:
            return direction
    return "in"


def leg_facts(leg: Leg) -> LegFacts:
    return LegFacts(
        leg_sid=leg.leg_sid,
        role=leg.role,
        number=leg.number or "",
        status=leg.status,
        started_at=leg.started_at,
        answered_at=leg.answered_at,
        bridged_at=leg.bridged_at,
        ended_at=leg.ended_at,
        seconds=leg.seconds,
    )
