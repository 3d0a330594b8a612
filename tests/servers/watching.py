"""Scenes of a call whose end was never told, at a carrier that does not know it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from telephony.carrier import CallRecord, CarrierRefused, Reason
from telephony.forwarding.models import Call, CarrierEvent
from telephony.forwarding.watching import ask_for_call, watch_calls
from tests.factories.membership import NOW

CALL = "CA" + "0" * 31 + "7"


class KnowsNothing:
    """A carrier without any call."""

    def fetch_call(self, call_id: str) -> CallRecord:
        raise CarrierRefused("fetch_call", Reason.NOT_FOUND, permanent=True, status=404)


def _open_call(session: Session, operator_id: int) -> None:
    started_at = NOW - timedelta(hours=1)
    session.add(
        Call(
            operator_id=operator_id,
            carrier_sid=CALL,
            direction="in",
            status="ringing",
            to_number="+81454110001",
            started_at=started_at,
        )
    )


def queue_watch(session: Session, operator_id: int) -> None:
    _open_call(session, operator_id)
    watch_calls.enqueue(session, operator_id=operator_id, now=NOW)


def queue_question(session: Session, operator_id: int) -> None:
    _open_call(session, operator_id)
    ask_for_call.enqueue(session, operator_id=operator_id, now=NOW, call_sid=CALL)


def call_is_closed(session: Session) -> bool:
    statement = select(CarrierEvent.event).where(CarrierEvent.resource_id == CALL)
    return session.scalars(statement).all() == ["failed"]
