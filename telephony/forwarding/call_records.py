"""Calls as people read them: with their legs, their price and the reason for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import ChargeFacts, standing_charges
from coworking.kit.errors import Language, NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from telephony.forwarding.models import Call
from telephony.forwarding.rules import CallRules
from telephony.metering import BILLED_ROLES, Leg, charge_key, legs_of, why, why_free

LARGEST_PAGE = 200


@dataclass(frozen=True)
class CallRecord:
    """A call; `charge` is None where nothing is owed for it."""

    call: Call
    legs: Sequence[Leg]
    charge: ChargeFacts | None

    @property
    def billed_legs(self) -> list[Leg]:
        """The legs whose seconds count: those towards who was called, or the one on which a member steered."""
        return [leg for leg in self.legs if leg.role == BILLED_ROLES[self.call.direction]]

    @property
    def seconds(self) -> int:
        return sum(leg.seconds for leg in self.billed_legs)

    def counted_as(self, rules: CallRules) -> str | None:
        """The class that the call is priced as: of the leg that was connected, else of the first that rang."""
        legs = self.billed_legs
        leg = next((leg for leg in legs if leg.bridged_at), legs[0] if legs else None)
        return leg_class(leg, rules) if leg is not None else None

    def month(self, rules: CallRules) -> str:
        """The month that it belongs to: that of its charge, else that in which it came."""
        if self.charge is not None:
            return self.charge.service_month
        return rules.tariffs.calendar.local_month(self.call.answered_at or self.call.started_at)

    def why(self, language: Language) -> str:
        """Why it costs what it costs; also why it costs nothing."""
        if self.charge is None and self.seconds:
            return why_free(self.call.direction, language)
        return why(self.charge.reason if self.charge else None, language)


def leg_class(leg: Leg, rules: CallRules) -> str | None:
    """What a leg counts as on the rate card; None for a number that no call is put through to."""
    counts_as = {
        number_class.value: rate.value for number_class, rate in rules.tariffs.metering.counts_as.items()
    }
    return counts_as.get(leg.number_class or "")


def list_calls(
    session: Session,
    *,
    member_id: int | None = None,
    line_id: int | None = None,
    after_id: int = 0,
    limit: int = LARGEST_PAGE,
    listing: Listing = OLDEST_FIRST,
) -> list[CallRecord]:
    statement = listing.part(select(Call), Call.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(Call.member_id == member_id)
    if line_id is not None:
        statement = statement.where(Call.line_id == line_id)
    return records_of(session, session.scalars(statement).all())


def get_call(session: Session, reference: str, *, member_id: int | None = None) -> CallRecord:
    """A call by our id or the carrier's. Raises `NotFound`."""
    call = None
    if reference.isascii() and reference.isdigit() and len(reference) < 19:
        call = session.get(Call, int(reference))
    elif reference.isascii() and reference.isalnum():
        call = session.scalar(select(Call).where(Call.carrier_sid == reference))
    if call is None or (member_id is not None and call.member_id != member_id):
        raise NotFound
    return records_of(session, [call])[0]


def records_of(session: Session, calls: Sequence[Call]) -> list[CallRecord]:
    legs = legs_of(session, [call.carrier_sid for call in calls])
    charges = standing_charges(session, [charge_key(call.carrier_sid) for call in calls])
    return [
        CallRecord(call, legs[call.carrier_sid], charges.get(charge_key(call.carrier_sid))) for call in calls
    ]
