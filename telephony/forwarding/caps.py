"""Caps kept: whenever calls are told, and while any go on, what is used is counted; who has come to a cap is barred,
told of it, and let go again when its time is over (R19)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.outbox import OutboxTask, TaskContext, cancel, task
from telephony.carrier import Carriers
from telephony.forwarding.cap_counts import Counted, counted
from telephony.forwarding.cap_events import SYSTEM, barring, enter_cap, subjects_of
from telephony.forwarding.cap_models import CapEvent
from telephony.forwarding.cap_notices import write_cap
from telephony.forwarding.cards import rewrite_all_cards, rewrite_card
from telephony.forwarding.errors import CapNotReached, SystemCapStands
from telephony.forwarding.models import Call
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.system_caps import RECOUNT_SECONDS, await_holders, hold_recounts, with_system
from telephony.forwarding.told_calls import CallsTold
from telephony.metering import Caps, CapSet, SystemCaps, UnitPrice, cap_wait_seconds, caps_passed, live_legs
from telephony.numbers import list_lines

MOST_ENDED = 1_000
"""Calls that one reached cap ends at once."""


def count_told(session: Session, rules: CallRules, told: CallsTold) -> None:
    """Count what these calls have changed; told in the session that wrote them down. A call that rings has used
    nothing yet: it counts, for its minute too, when it is taken or over."""
    operator_id = session.info["operator_id"]
    lines = {
        call.line_id: call.member_id
        for call in told.calls
        if call.line_id is not None and call.member_id is not None and call.status != "ringing"
    }
    if not lines:
        return
    if rules.system_caps.is_any:
        hold_recounts(session, operator_id)
    found = counted(session, rules.tariffs.calendar, operator_id, lines, (), told.at)
    keep_caps(session, rules, found, told.at)
    going_on = [call for call in told.calls if call.status == "in-progress" and call.line_id in lines]
    if going_on or rules.system_caps.is_any:
        _recount_in(session, rules, found, told.at)
    if going_on:
        subjects = {
            subject
            for line_id, member_id in lines.items()
            for subject in subjects_of(operator_id, line_id, member_id)
        }
        barred = {event.subject for event in barring(session, subjects)}
        for call in going_on:
            if call.line_id is not None and barred.intersection(
                subjects_of(operator_id, call.line_id, lines[call.line_id])
            ):
                _end(session, operator_id, call.call_sid, told.at)


def keep_caps(session: Session, rules: CallRules, found: Counted, now: datetime, *, heard: str = "") -> None:
    """Enter, bar and tell where a count has come to its cap. That one of the system was come to is told to the other
    operators, unless they have `heard` of it."""
    for subject, count in found.counts.items():
        limits = rules.system_caps if subject == SYSTEM else rules.tariffs.metering.caps
        caps = limits if isinstance(limits, SystemCaps) else _caps_of(limits, subject)
        for one in caps_passed(caps, count, limits.warning_share, found.own_caps.get(subject)):
            if one.level == "reached" and any(
                event.what == one.what for event in barring(session, [subject])
            ):
                continue
            event = enter_cap(session, rules.tariffs.calendar, subject, one, limits.pause_minutes, now)
            if event is None:
                continue
            write_cap(session, rules, event, now)
            come_to = f"{event.what}/{event.level}"
            if subject == SYSTEM and come_to != heard:
                tell_of_system_cap.enqueue(session, operator_id=event.operator_id, now=now, come_to=come_to)
            if event.level == "reached":
                enforce_cap.enqueue(session, operator_id=event.operator_id, now=now, cap_event_id=event.id)
                lift_reached_cap.enqueue(
                    session,
                    operator_id=event.operator_id,
                    now=now,
                    due_at=event.until,
                    cap_event_id=event.id,
                )


@task("forwarding.recount-caps")
def recount_caps(context: TaskContext, heard: str = "") -> None:
    """Count with what is going on; again when that could have come to a cap. `heard` is `keep_caps`'s."""
    assert context.operator_id is not None
    session, now = context.session, context.clock.now()
    rules = context.resource(RulesOfCalls)[context.operator_id]
    if rules.system_caps.is_any:
        await_holders(session, context.operator_id)
    live = live_legs(session, rules.tariffs, now)
    if not live and not rules.system_caps.is_any:
        return
    lines = {leg.call.line_id: leg.call.member_id for leg in live}
    found = counted(session, rules.tariffs.calendar, context.operator_id, lines, live, now)
    if rules.system_caps.is_any:
        found = with_system(session, rules.tariffs.calendar, context.operator_id, found, now)
    keep_caps(session, rules, found, now, heard=heard)
    if live:
        _recount_in(session, rules, found, now)


@task("forwarding.tell-of-system-cap")
def tell_of_system_cap(context: TaskContext, come_to: str) -> None:
    """Have every other operator counted now, so that each bars its own. `come_to` is a cap and the level it came to."""
    now = context.clock.now()
    for operator_id in context.resource(RulesOfCalls):
        if operator_id != context.operator_id:
            recount_caps.enqueue(
                context.session,
                operator_id=operator_id,
                now=now,
                key=f"recount-caps:{operator_id}:{come_to}",
                heard=come_to,
            )


def begin_system_caps(session: Session, rules: CallRules, operator_id: int, now: datetime) -> None:
    """At the start: let go what only a cap of the system stops that has another value now, and count."""
    for event in barring(session, [SYSTEM]):
        if rules.system_caps.of(event.what) != event.cap:
            _lift(session, rules, event, "settings", "task", now)
    if rules.system_caps.is_any:
        recount_caps.enqueue(session, operator_id=operator_id, now=now, key=f"recount-caps:{operator_id}")


@task("forwarding.enforce-cap")
def enforce_cap(context: TaskContext, cap_event_id: int) -> None:
    """Let the cards of what is barred say so, and end its calls that go on."""
    assert context.operator_id is not None
    session, now = context.session, context.clock.now()
    event = session.get_one(CapEvent, cap_event_id)
    if event.lifted_at is not None:
        return
    _rewrite_cards(session, context.resource(RulesOfCalls)[context.operator_id], event.subject, now)
    kind, _, key = event.subject.partition(":")
    statement = select(Call.carrier_sid).where(Call.status == "in-progress").limit(MOST_ENDED)
    if kind == "line":
        statement = statement.where(Call.line_id == int(key))
    elif kind == "member":
        statement = statement.where(Call.member_id == int(key))
    for call_sid in session.scalars(statement):
        _end(session, context.operator_id, call_sid, now)


@task("forwarding.end-barred-call")
def end_barred_call(context: TaskContext, call_sid: str) -> None:
    assert context.operator_id is not None
    session = context.session
    call = session.scalar(select(Call).where(Call.carrier_sid == call_sid))
    if call is None or call.status == "ended":
        return
    context.resource(Carriers)[context.operator_id].end_call(call_sid)
    record(
        session,
        operator_id=context.operator_id,
        at=context.clock.now(),
        actor="task:forwarding.end-barred-call",
        action="call.ended-by-cap",
        subject=f"call:{call.id}",
        channel="task",
    )


@task("forwarding.lift-cap")
def lift_reached_cap(context: TaskContext, cap_event_id: int) -> None:
    assert context.operator_id is not None
    event = context.session.get_one(CapEvent, cap_event_id, with_for_update=True)
    if event.lifted_at is None:
        rules = context.resource(RulesOfCalls)[context.operator_id]
        _lift(context.session, rules, event, "task:forwarding.lift-cap", "task", context.clock.now())


def lift_cap(session: Session, rules: CallRules, cap_event_id: int, *, actor: str, now: datetime) -> CapEvent:
    """Let what a cap has stopped go on before its time; it is not stopped by it again in the same period. Raises
    `NotFound`, `CapNotReached`, and `SystemCapStands` where it is not the operator's to lift."""
    event = session.get(CapEvent, cap_event_id, with_for_update=True)
    if event is None:
        raise NotFound
    if event.level != "reached" or event.lifted_at is not None:
        raise CapNotReached
    if event.subject == SYSTEM:
        raise SystemCapStands
    _lift(session, rules, event, actor, "api", now)
    return event


def _lift(
    session: Session, rules: CallRules, event: CapEvent, actor: str, channel: str, now: datetime
) -> None:
    event.lifted_at, event.lifted_by = now, actor
    session.flush()
    record(
        session,
        operator_id=event.operator_id,
        at=now,
        actor=actor,
        action="cap.lifted",
        subject=event.subject,
        details={"what": event.what},
        channel=channel,
    )
    _rewrite_cards(session, rules, event.subject, now)


def _rewrite_cards(session: Session, rules: CallRules, subject: str, now: datetime) -> None:
    kind, _, key = subject.partition(":")
    if kind in {"operator", SYSTEM}:
        rewrite_all_cards(session, rules, now)
        return
    if kind == "line":
        rewrite_card(session, rules, int(key), now)
        return
    after_id = 0
    while lines := list_lines(session, member_id=int(key), after_id=after_id):
        for line in lines:
            rewrite_card(session, rules, line.id, now)
        after_id = lines[-1].id


def _end(session: Session, operator_id: int, call_sid: str, now: datetime) -> None:
    end_barred_call.enqueue(
        session, operator_id=operator_id, now=now, key=f"end-barred-call:{call_sid}", call_sid=call_sid
    )


def _recount_in(session: Session, rules: CallRules, found: Counted, now: datetime) -> None:
    """Have it counted again before what goes on can come to a cap."""
    operator_id = session.info["operator_id"]
    caps = rules.tariffs.metering.caps
    unit_prices = _unit_prices(rules, now)
    seconds = min(
        cap_wait_seconds(
            _caps_of(caps, subject),
            count,
            unit_prices,
            found.own_caps[subject] - count.yen_of_month if subject in found.own_caps else None,
        )
        for subject, count in found.counts.items()
        if subject != SYSTEM
    )
    if rules.system_caps.is_any:
        seconds = min(seconds, RECOUNT_SECONDS)
    due_at, key = now + timedelta(seconds=seconds), f"recount-caps:{operator_id}"
    waiting = session.scalar(select(OutboxTask.due_at).where(OutboxTask.key == key))
    if waiting is not None:
        if waiting <= due_at:
            return
        cancel(session, key)
    recount_caps.enqueue(session, operator_id=operator_id, now=now, due_at=due_at, key=key)


def _caps_of(caps: Caps, subject: str) -> CapSet:
    kinds: Mapping[str, CapSet] = {"line": caps.line, "member": caps.member, "operator": caps.operator}
    return kinds[subject.partition(":")[0]]


def _unit_prices(rules: CallRules, now: datetime) -> set[UnitPrice]:
    card = rules.tariffs.metering.rate_card_on(rules.tariffs.calendar.local_date(now))
    prices = [price for plan in card.line_plans.values() for price in plan.values()] if card else []
    return {
        (max(price.unit_price, price.night.unit_price if price.night else Decimal(0)), price.unit_seconds)
        for price in prices
    }
