"""Buys what was approved, number by number (R09): the carrier is asked whether the number is ours before it is asked to
sell it, so that neither a crash nor an answer that never came buys twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.outbox import TaskContext, task
from coworking.kit.phone import from_e164
from telephony.carrier import (
    Carrier,
    CarrierRefused,
    Carriers,
    NumberWebhooks,
    OutcomeUnknown,
    OwnedNumber,
    Reason,
)
from telephony.numbers.line_records import record_number
from telephony.numbers.lines import RulesOfLines
from telephony.numbers.number_states import move
from telephony.numbers.profile import Purchase
from telephony.numbers.purchase_models import PurchasedNumber
from telephony.numbers.stock import enter_one

MOST_ATTEMPTS = 5
LOOK_UP_AFTER = timedelta(minutes=1)
"""A list at the carrier lags behind what it did; later attempts wait longer."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NumberCallbacks:
    """Where the carrier calls us about every number that is bought. The fallback is a static document that another
    server holds."""

    voice_url: str
    voice_fallback_url: str
    status_callback_url: str
    sms_url: str

    def webhooks(self) -> NumberWebhooks:
        return NumberWebhooks(
            voice_url=self.voice_url,
            voice_fallback_url=self.voice_fallback_url,
            status_callback_url=self.status_callback_url,
            sms_url=self.sms_url,
        )


@task("numbers.buy-number")
def buy_number(context: TaskContext, purchased_number_id: int) -> None:
    """Buy one approved number and enter it in stock. An outcome that is unknown is looked up later; what the carrier
    refuses for good ends as refused; a passing failure is raised, for the outbox to try again."""
    session, now = context.session, context.clock.now()
    wanted = session.get(PurchasedNumber, purchased_number_id)
    if wanted is None or wanted.status not in {"approved", "unknown"}:
        return
    profile = context.resource(RulesOfLines)[wanted.operator_id].profile.purchase
    webhooks = context.resource(NumberCallbacks).webhooks()
    may_ask = wanted.attempts < MOST_ATTEMPTS
    try:
        outcome = _buy(
            context.resource(Carriers)[wanted.operator_id], wanted.number, webhooks, profile, may_ask=may_ask
        )
    except OutcomeUnknown as unknown:
        log.warning("purchase of unknown outcome", purchased_number_id=wanted.id, detail=unknown.detail)
        _look_up_later(session, wanted, now)
        return
    wanted.decided_at = now
    if isinstance(outcome, OwnedNumber):
        wanted.status, wanted.refusal = "bought", None
        _into_stock(session, wanted, outcome, now)
    else:
        wanted.status, wanted.refusal = "refused", outcome.value
    _record(session, wanted, f"purchase.{wanted.status}", now)


def _buy(
    carrier: Carrier, e164: str, webhooks: NumberWebhooks, profile: Purchase, *, may_ask: bool
) -> OwnedNumber | Reason:
    owned = carrier.find_number(e164)
    if owned is not None:
        # An earlier attempt may have bought it without our addresses being confirmed.
        return carrier.configure_number(owned.number_id, webhooks)
    if not may_ask:
        return Reason.CARRIER_FAILED
    try:
        return carrier.buy_number(e164, webhooks, bundle_id=profile.bundle_id, address_id=profile.address_id)
    except CarrierRefused as refused:
        if not refused.permanent:
            raise
        return refused.reason


def _look_up_later(session: Session, wanted: PurchasedNumber, now: datetime) -> None:
    wanted.status = "unknown"
    wanted.attempts += 1
    wanted.attempted_at = now
    _record(session, wanted, "purchase.unknown", now)
    buy_number.enqueue(
        session,
        operator_id=wanted.operator_id,
        now=now,
        due_at=now + LOOK_UP_AFTER * 2 ** min(wanted.attempts - 1, MOST_ATTEMPTS),
        key=f"purchase:{wanted.id}:buy",
        purchased_number_id=wanted.id,
    )


def _into_stock(session: Session, wanted: PurchasedNumber, owned: OwnedNumber, now: datetime) -> None:
    number = enter_one(
        session, wanted.operator_id, from_e164(wanted.number), "available", owned.number_id, now
    )
    if number.status in {"released", "ported-out"}:
        move(number, "available")
    number.carrier_sid = owned.number_id
    record_number(session, number, "number.bought", "task", now, {"purchase": wanted.purchase_id})


def _record(session: Session, wanted: PurchasedNumber, action: str, now: datetime) -> None:
    record(
        session,
        operator_id=wanted.operator_id,
        at=now,
        actor="task",
        action=action,
        subject=f"purchase:{wanted.purchase_id}",
        details={
            "number": from_e164(wanted.number).masked,
            **({"reason": wanted.refusal} if wanted.refusal else {}),
        },
        channel="task",
    )
