"""The figures that staff filter calls by, kept with each call: copied from what its legs were billed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from telephony.forwarding.call_records import CallRecord, get_call
from telephony.forwarding.errors import CallNotReversed, CallReversedAlready
from telephony.forwarding.rules import CallRules
from telephony.metering import charge_key, hold_charge, release_charge, settle, stored_calls

# A call that nothing is billed for counts for the day on which it was answered or came.
_FIGURES = text(
    """
    UPDATE calls SET
        counted_on = coalesce(
            bill.counted_on, (coalesce(calls.answered_at, calls.started_at) AT TIME ZONE :zone)::date
        ),
        call_class = bill.call_class,
        billed_seconds = coalesce(bill.seconds, 0),
        units = coalesce(bill.units, 0),
        amount = coalesce(bill.amount, 0),
        is_held = hold.key IS NOT NULL,
        endings = ARRAY(
            SELECT DISTINCT right(number, 4) FROM (
                SELECT calls.from_number AS number UNION SELECT calls.to_number
                UNION SELECT legs.number FROM legs WHERE legs.call_sid = calls.carrier_sid
            ) AS numbers WHERE number LIKE '+%' ORDER BY 1
        )
    FROM calls AS told
    LEFT JOIN LATERAL (
        SELECT min(counted_on) AS counted_on, sum(seconds) AS seconds, sum(units) AS units, sum(amount) AS amount,
            (array_agg(call_class ORDER BY answered_at, leg_sid))[1] AS call_class
        FROM billed_legs WHERE call_sid = told.carrier_sid
    ) AS bill ON true
    LEFT JOIN charge_holds AS hold ON hold.key = 'call:' || told.carrier_sid
    WHERE told.id = calls.id AND told.carrier_sid = ANY(:call_sids)
    """
)


def write_figures(session: Session, rules: CallRules, call_sids: Sequence[str]) -> None:
    """Bring the figures of these calls up to date; done again whenever they are told or billed anew."""
    session.execute(_FIGURES, {"zone": rules.tariffs.calendar.zone.key, "call_sids": list(call_sids)})


def reverse_call(
    session: Session, rules: CallRules, reference: str, *, reason: str, actor: str, now: datetime
) -> CallRecord:
    """Take the charge of a call back for good: nothing that comes later posts it again. Raises `NotFound`,
    `CallReversedAlready`."""
    call_sid = _held_call(session, reference)
    key = charge_key(call_sid)
    if not hold_charge(session, session.info["operator_id"], key, reason=reason, held_by=actor, now=now):
        raise CallReversedAlready
    return _billed_anew(session, rules, call_sid, "call.reversed", {"reason": reason}, actor, now)


def reinstate_call(
    session: Session, rules: CallRules, reference: str, *, actor: str, now: datetime
) -> CallRecord:
    """Let a call be charged again, as it stands now. Raises `NotFound`, `CallNotReversed`."""
    call_sid = _held_call(session, reference)
    if not release_charge(session, charge_key(call_sid)):
        raise CallNotReversed
    return _billed_anew(session, rules, call_sid, "call.reinstated", {}, actor, now)


def _held_call(session: Session, reference: str) -> str:
    """The carrier's id of a call that nobody else settles until this transaction ends. Raises `NotFound`."""
    call = get_call(session, reference).call
    if call.line_id is None:
        raise NotFound
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(call.carrier_sid, 0))))
    return call.carrier_sid


def _billed_anew(
    session: Session,
    rules: CallRules,
    call_sid: str,
    action: str,
    details: dict[str, str],
    actor: str,
    now: datetime,
) -> CallRecord:
    operator_id = session.info["operator_id"]
    settle(session, rules.tariffs, operator_id, stored_calls(session, [call_sid]), now)
    write_figures(session, rules, [call_sid])
    session.expire_all()
    told = get_call(session, call_sid)
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"call:{told.call.id}",
        details=details,
    )
    return told
