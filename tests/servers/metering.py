"""Scenes of caps and of the comparison with the carrier's records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.db import belong_to
from coworking.kit.operators import ensure_operator
from coworking.kit.outbox import OutboxTask, Resources
from telephony.carrier import CallRecord, Carriers
from telephony.forwarding import RulesOfCalls, rewrite_card
from telephony.forwarding.cap_models import CapEvent, OperatorUsage
from telephony.forwarding.caps import (
    end_barred_call,
    enforce_cap,
    lift_reached_cap,
    recount_caps,
    tell_of_system_cap,
)
from telephony.forwarding.models import Call, RoutingCard
from telephony.metering import RulesOfTariffs, SystemCaps, settle
from telephony.metering.reconciling import reconcile
from telephony.metering.usage_models import Reconciliation, ReconciliationCase
from telephony.numbers import Line
from tests.factories.forwarding import call_rules, tariff_rules
from tests.factories.membership import NOW, make_profile_version
from tests.factories.metering import make_cap_event
from tests.factories.numbers import make_line
from tests.telephony.metering.books import forwarded

LIVE_SID = "CA" + "7" * 32


class HasRecords:
    """A carrier that knows of no call, and ends what it is told to end."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def calls_of_day(self, day: date) -> Iterator[CallRecord]:
        return iter(())

    def end_call(self, call_id: str) -> None:
        self.ended.append(call_id)


def provide(resources: Resources, operator_id: int) -> None:
    resources.provide(RulesOfTariffs, RulesOfTariffs({operator_id: tariff_rules()}))
    resources.provide(Carriers, Carriers({operator_id: HasRecords()}))


def carrier(resources: Resources, operator_id: int) -> HasRecords:
    found = resources[Carriers][operator_id]
    assert isinstance(found, HasRecords)
    return found


def _line_with_card(session: Session, operator_id: int) -> Line:
    line = make_line(session, operator_id)
    rewrite_card(session, call_rules(), line.id, NOW)
    return line


def _live_call(session: Session, line: Line) -> None:
    session.add(
        Call(
            operator_id=line.operator_id,
            line_id=line.id,
            member_id=line.member_id,
            carrier_sid=LIVE_SID,
            direction="in",
            status="in-progress",
            to_number=line.number,
            started_at=NOW,
            answered_at=NOW,
        )
    )


def queue_enforcement(resources: Resources, session: Session, operator_id: int) -> None:
    provide(resources, operator_id)
    line = _line_with_card(session, operator_id)
    _live_call(session, line)
    event = make_cap_event(session, line)
    enforce_cap.enqueue(session, operator_id=operator_id, now=NOW, cap_event_id=event.id)


def is_enforced(resources: Resources, session: Session, operator_id: int) -> bool:
    barred = session.scalars(select(RoutingCard)).one().card.get("barred")
    return barred == "minutes-per-day" and carrier(resources, operator_id).ended == [LIVE_SID]


def queue_lift(session: Session, operator_id: int) -> None:
    line = _line_with_card(session, operator_id)
    event = make_cap_event(session, line)
    rewrite_card(session, call_rules(), line.id, NOW)
    lift_reached_cap.enqueue(session, operator_id=operator_id, now=NOW, cap_event_id=event.id)


def is_lifted(session: Session) -> bool:
    lifted = session.scalars(select(CapEvent.lifted_at)).one() == NOW
    return lifted and "barred" not in session.scalars(select(RoutingCard)).one().card


def queue_end(resources: Resources, session: Session, operator_id: int) -> None:
    provide(resources, operator_id)
    _live_call(session, make_line(session, operator_id))
    end_barred_call.enqueue(session, operator_id=operator_id, now=NOW, call_sid=LIVE_SID)


def queue_recount(session: Session, operator_id: int) -> None:
    line = make_line(session, operator_id)
    settle(session, tariff_rules(), operator_id, [forwarded(line, 0, ended=False)], NOW)
    recount_caps.enqueue(session, operator_id=operator_id, now=NOW, key=f"recount-caps:{operator_id}")


def is_recounted_later(session: Session) -> bool:
    due_at = session.scalar(select(OutboxTask.due_at).where(OutboxTask.name == "forwarding.recount-caps"))
    return due_at is not None and due_at > NOW


def queue_system_cap(resources: Resources, session: Session, operator_id: int) -> None:
    other = ensure_operator(session, "other", NOW)
    rules = replace(call_rules(), system_caps=SystemCaps(minutes_per_day=10))
    resources.provide(RulesOfCalls, RulesOfCalls({operator_id: rules, other: rules}))
    tell_of_system_cap.enqueue(session, operator_id=operator_id, now=NOW, come_to="minutes-per-day/warning")


def is_counted_by_the_other(session: Session) -> bool:
    other = ensure_operator(session, "other", NOW)
    belong_to(session, other)
    return session.scalars(select(OperatorUsage.operator_id)).all() == [other]


def queue_comparison(resources: Resources, session: Session, operator_id: int) -> None:
    provide(resources, operator_id)
    line = make_line(session, operator_id)
    call = forwarded(line, 61, answered_at=NOW - timedelta(hours=2))
    settle(session, tariff_rules(make_profile_version(session, operator_id)), operator_id, [call], NOW)
    reconcile(session, tariff_rules(), operator_id, "2026-06", actor="account:1", now=NOW)


def is_compared(session: Session) -> bool:
    kinds = session.scalars(select(ReconciliationCase.kind)).all()
    done = session.scalars(select(Reconciliation.finished_at)).one() == NOW
    return done and list(kinds) == ["missing", "missing"]
