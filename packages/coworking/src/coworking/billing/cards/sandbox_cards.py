"""A card provider on this machine, with cards for trying out what can happen. It tells us what happens as a real one
does: by signed messages to our own address."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from coworking.billing.cards.event_messages import read_event, sign
from coworking.billing.cards.provider import (
    ChargeOrder,
    ChargeOutcome,
    Dispute,
    OpenedSetup,
    OutcomeUnknown,
    ProviderEvent,
    RegisteredCard,
)
from coworking.billing.cards.sandbox_store import SandboxStore
from coworking.kit.clock import Clock

EXPIRES: Final = "2099-12"


class SandboxCard(StrEnum):
    """What a card of the sandbox does when it is charged."""

    OK = "ok"
    DECLINED = "declined"
    INSUFFICIENT = "insufficient"
    DISPUTED = "disputed"
    """Pays, and its holder disputes it."""
    UNKNOWN_AFTER_TIMEOUT = "unknown-after-timeout"
    """Pays, but the answer is lost on its way."""


LAST_FOUR: Final = {
    SandboxCard.OK: "4242",
    SandboxCard.DECLINED: "0002",
    SandboxCard.INSUFFICIENT: "9995",
    SandboxCard.DISPUTED: "0259",
    SandboxCard.UNKNOWN_AFTER_TIMEOUT: "0127",
}
REASONS: Final = {SandboxCard.DECLINED: "generic_decline", SandboxCard.INSUFFICIENT: "insufficient_funds"}


class SandboxCards:
    """`tell` sends a message (body and signature) to our own address; `pages` is the address under which a member
    enters a card. Under one key everything happens once."""

    def __init__(
        self,
        *,
        clock: Clock,
        webhook_secret: str,
        pages: str,
        tell: Callable[[bytes, str], object],
        file: Path | None = None,
    ) -> None:
        self.tell = tell
        self._clock = clock
        self._secret = webhook_secret
        self._pages = pages
        self._store = SandboxStore(file)

    def open_customer(self, *, key: str, email: str) -> str:
        return self._make("cus", {"email": email}, key)

    def open_setup(self, customer: str, *, key: str) -> OpenedSetup:
        reference = self._make("cs", {"customer": customer, "card": None}, key)
        return OpenedSetup(reference, f"{self._pages}/{reference}")

    def enter_card(self, setup: str, card: SandboxCard) -> bool:
        """The member enters one of the sandbox's cards; says whether there was such a setup."""
        document = self._store.get(setup) if setup.startswith("cs_") else None
        if document is None:
            return False
        self._store.put(setup, {**document, "card": card.value})
        self._say("checkout.session.completed", {"id": setup})
        return True

    def is_setup(self, reference: str) -> bool:
        return reference.startswith("cs_") and self._store.get(reference) is not None

    def find_setup(self, reference: str) -> RegisteredCard | None:
        document = self._store.get(reference)
        if document is None or document["card"] is None:
            return None
        card = SandboxCard(document["card"])
        return RegisteredCard(f"pm_{card}", "visa", LAST_FOUR[card], EXPIRES)

    def charge(self, order: ChargeOrder) -> ChargeOutcome:
        known = self._store.made(order.key)
        if known is not None:
            return self._outcome(known)
        card = SandboxCard(order.method.removeprefix("pm_"))
        reason = REASONS.get(card)
        document = {"customer": order.customer, "amount": int(order.amount), "reason": reason, "refunds": {}}
        reference = self._make("pi", document, order.key)
        if card is SandboxCard.DISPUTED:
            dispute = self._make("dp", {"charge": reference, "status": "open"}, f"{order.key}-dispute")
            self._say("charge.dispute.created", {"id": dispute})
        kind = "payment_intent.succeeded" if reason is None else "payment_intent.payment_failed"
        self._say(kind, {"id": reference, "metadata": {"key": order.key}})
        if card is SandboxCard.UNKNOWN_AFTER_TIMEOUT:
            raise OutcomeUnknown
        return self._outcome(reference)

    def find_charge(self, customer: str, key: str) -> ChargeOutcome | None:
        reference = self._store.made(key)
        return None if reference is None else self._outcome(reference)

    def refund(self, charge: str, amount: Decimal, *, key: str) -> None:
        document = self._store.get(charge)
        assert document is not None, "a refund of a charge that was never made"
        document["refunds"][key] = int(amount)
        self._store.put(charge, document)

    def refunded(self, charge: str) -> int:
        """What went back of a charge, in yen."""
        document = self._store.get(charge)
        return sum(document["refunds"].values()) if document else 0

    def find_dispute(self, reference: str) -> Dispute | None:
        document = self._store.get(reference)
        if document is None:
            return None
        return Dispute(reference, document["charge"], "fraudulent", document["status"])

    def close_dispute(self, reference: str, *, won: bool) -> None:
        """The bank decides."""
        document = self._store.get(reference)
        assert document is not None, "there is no such dispute"
        self._store.put(reference, {**document, "status": "won" if won else "lost"})
        self._say("charge.dispute.closed", {"id": reference})

    def read_event(self, body: bytes, signature: str, now: datetime) -> ProviderEvent:
        return read_event(body, signature, self._secret, now)

    def close(self) -> None:
        self._store.close()

    def _outcome(self, reference: str) -> ChargeOutcome:
        document = self._store.get(reference)
        assert document is not None
        return ChargeOutcome(reference, succeeded=document["reason"] is None, reason=document["reason"])

    def _make(self, kind: str, document: dict[str, Any], key: str) -> str:
        known = self._store.made(key)
        if known is not None:
            return known
        reference = f"{kind}_sandbox_{self._store.next_number()}"
        self._store.put(reference, document, key)
        return reference

    def _say(self, kind: str, about: dict[str, Any]) -> None:
        number = self._store.next_number()
        event = f"evt_sandbox_{number}"
        self._store.put(event, {"type": kind})
        message = {"id": event, "object": "event", "type": kind, "data": {"object": about}}
        body = json.dumps(message).encode()
        self.tell(body, sign(body, self._secret, self._clock.now()))
