"""An operator with a line in a database of its own, and what is written down there of calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from coworking.billing.models import Charge
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.outbox import Resources
from telephony.forwarding import RulesOfCalls, get_call, settle_events
from telephony.forwarding.call_records import CallRecord
from telephony.forwarding.models import CarrierEvent
from telephony.forwarding.traces import Event
from telephony.metering import charge_key
from tests.factories.forwarding import call_rules, store_events
from tests.factories.membership import NOW, make_operator, make_profile_version
from tests.factories.numbers import make_line


@dataclass(frozen=True)
class Waiting:
    """How many events stand how."""

    handled: int
    parked: int
    left: int


class Books:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = VirtualClock(NOW + timedelta(hours=1))
        with database.transaction() as session:
            self.operator_id = make_operator(session)
            version_id = make_profile_version(session, self.operator_id)
            line = make_line(session, self.operator_id)
            self.line_id, self.number, self.member_id = line.id, line.number, line.member_id
        self.resources = Resources(RulesOfCalls({self.operator_id: call_rules(version_id)}))

    def store(self, events: Sequence[Event]) -> None:
        with self.database.transaction(self.operator_id) as session:
            store_events(session, self.operator_id, events)

    def settle(self) -> int:
        return settle_events(self.database, self.clock, self.resources)

    def record(self, call_sid: str) -> CallRecord:
        with self.database.transaction(self.operator_id) as session:
            return get_call(session, call_sid)

    def charges(self, call_sid: str) -> list[Charge]:
        """Every row of the call's key, in the order of posting."""
        with self.database.transaction(self.operator_id) as session:
            statement = select(Charge).where(Charge.key == charge_key(call_sid)).order_by(Charge.revision)
            return list(session.scalars(statement))

    def owed(self, call_sid: str) -> Decimal:
        return sum((row.amount for row in self.charges(call_sid)), start=Decimal(0))

    def standing(self, call_sid: str) -> int:
        """How many rows of the key were not taken back."""
        rows = self.charges(call_sid)
        taken_back = {row.reverses_id for row in rows}
        return sum(row.reverses_id is None and row.id not in taken_back for row in rows)

    def waiting(self) -> Waiting:
        with self.database.transaction(self.operator_id) as session:
            rows = session.execute(
                select(
                    func.count(CarrierEvent.handled_at),
                    func.count(CarrierEvent.parked_at),
                    func.count().filter(CarrierEvent.handled_at.is_(None), CarrierEvent.parked_at.is_(None)),
                )
            ).one()
        return Waiting(*rows)
