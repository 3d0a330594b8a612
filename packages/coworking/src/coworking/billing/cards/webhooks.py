"""Where the card provider tells us what happened. A message is kept once; what is so now is asked in a task, so that
neither repetitions nor the order of messages matter."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from coworking.billing.cards.collecting import queue_charge, queue_collection
from coworking.billing.cards.disputes import apply_dispute
from coworking.billing.cards.models import CardCharge, CardEvent
from coworking.billing.cards.provider import CardProviders, SignatureWrong
from coworking.billing.cards.registering import finish_setup
from coworking.billing.payment_events import CardRegistered
from coworking.billing.rules import RulesOfBilling
from coworking.kit.db import table_of
from coworking.kit.events import tell
from coworking.kit.outbox import TaskContext, task
from coworking.membership import Doorway

PATH: Final = "/cards/{operator_id:int}/events"
SIGNATURE: Final = "stripe-signature"
LARGEST_MESSAGE_BYTES: Final = 256 * 1024
MOST_TRIES: Final = 12
FIRST_PAUSE: Final = timedelta(minutes=1)
"""Twice as long each time, until the charge that a dispute is about is known."""


def events_path(operator_id: int) -> str:
    """Where an operator's provider sends its messages."""
    return PATH.replace("{operator_id:int}", str(operator_id))


class CardWebhooks:
    """Believes what is signed, and answers 400 to everything else."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def routes(self) -> list[BaseRoute]:
        return [Route(PATH, self._hear, methods=["POST"])]

    async def _hear(self, request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_MESSAGE_BYTES:
                return Response(status_code=413)
        signature = request.headers.get(SIGNATURE, "")
        status = await run_in_threadpool(self._keep, request.path_params["operator_id"], body, signature)
        return Response(status_code=status)

    def _keep(self, operator_id: int, body: bytes, signature: str) -> int:
        provider = self._doorway.resources[CardProviders].get(operator_id)
        if provider is None:
            return 404
        now = self._doorway.clock.now()
        try:
            told = provider.read_event(body, signature, now)
        except (SignatureWrong, ValueError):
            return 400
        if told.kind is None:
            return 200
        row = {
            "operator_id": operator_id,
            "event": told.id,
            "kind": told.kind,
            "reference": told.reference,
            "received_at": now,
        }
        events = table_of(CardEvent)
        with self._doorway.database.transaction(operator_id) as session:
            entered = session.scalar(
                insert(events)
                .values(row)
                .on_conflict_do_nothing(index_elements=["operator_id", "event"])
                .returning(events.c.id)
            )
            if entered is not None:
                hear_event.enqueue(session, operator_id=operator_id, now=now, event_id=entered)
        return 200


@task("billing.hear-card-event")
def hear_event(context: TaskContext, *, event_id: int, tries: int = 0) -> None:
    """Ask the provider about what a message is about, and act on the answer."""
    session, now = context.session, context.clock.now()
    event = session.get_one(CardEvent, event_id)
    provider = context.resource(CardProviders)[event.operator_id]
    if event.kind == "setup":
        member_id = finish_setup(session, provider, event.reference, now)
        if member_id is not None:
            queue_collection(session, event.operator_id, member_id, now)
            tell(session, CardRegistered(member_id, now))
    elif event.kind == "charge":
        charge = _charge_of(session, event.reference)
        if charge is not None and charge.status in ("asked", "unknown"):
            queue_charge(session, charge, now)
    else:
        dispute = provider.find_dispute(event.reference)
        rules = context.resource(RulesOfBilling)[event.operator_id]
        if dispute is None or apply_dispute(session, rules, dispute, now) or tries >= MOST_TRIES:
            return
        hear_event.enqueue(
            session,
            operator_id=event.operator_id,
            now=now,
            due_at=now + FIRST_PAUSE * 2**tries,
            event_id=event_id,
            tries=tries + 1,
        )


def _charge_of(session: Session, key: str) -> CardCharge | None:
    """The attempt of a key that reads `rusuban-<operator>-invoice-<invoice>-<attempt>`."""
    parts = key.split("-")
    if len(parts) != 5 or not all(parts[at].isdecimal() for at in (1, 3, 4)):
        return None
    found = session.scalar(
        select(CardCharge).where(CardCharge.invoice_id == int(parts[3]), CardCharge.attempt == int(parts[4]))
    )
    return found if found is not None and found.key == key else None
