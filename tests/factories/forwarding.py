"""Forwarding and what the carrier tells of calls, for tests. Each function works in the session that it is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from telephony.forwarding import CallRules, Change, WantedDestination, set_forwarding
from telephony.forwarding.card import Strategy
from telephony.forwarding.destinations import Forwarding
from telephony.forwarding.models import CarrierEvent
from telephony.forwarding.traces import Event
from telephony.metering import TariffRules
from telephony.numbers import Line
from tests.factories.membership import NOW, nex

ACTOR = "account:1"
MOBILE = "+819012345678"
FIXED = "+81456701234"


def tariff_rules(profile_version_id: int = 1) -> TariffRules:
    """nex's."""
    return TariffRules(nex().metering, nex().billing, nex().calendar(), profile_version_id)


def call_rules(profile_version_id: int = 1) -> CallRules:
    """nex's."""
    return CallRules(nex().forwarding, tariff_rules(profile_version_id), "ja")


def forward(
    session: Session,
    line: Line,
    *numbers: str,
    is_on: bool = True,
    strategy: Strategy = "in-turn",
    press_one: bool = False,
    rules: CallRules | None = None,
    now: datetime = NOW,
) -> Forwarding:
    """Let a line's calls go to these numbers, or to one mobile."""
    change = Change(
        is_on=is_on,
        destinations=[WantedDestination(number) for number in numbers or (MOBILE,)],
        strategy=strategy,
        press_one=press_one,
    )
    return set_forwarding(session, rules or call_rules(), line, change, actor=ACTOR, channel="api", now=now)


def store_events(session: Session, operator_id: int, events: Sequence[Event]) -> None:
    """As the webhooks store them: an event that is known already changes nothing."""
    for event in events:
        row = insert(CarrierEvent).values(
            operator_id=operator_id,
            provider="twilio",
            resource_id=event.resource_id,
            call_sid=event.call_sid,
            event=event.event,
            sequence=event.sequence,
            form=event.form,
            context=event.context,
            received_at=event.received_at,
        )
        session.execute(row.on_conflict_do_nothing())
