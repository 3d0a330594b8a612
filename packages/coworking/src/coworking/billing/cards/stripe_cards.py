"""Stripe as the card provider, through its SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, cast

import stripe

from coworking.billing.cards.event_messages import read_event
from coworking.billing.cards.provider import (
    ChargeOrder,
    ChargeOutcome,
    Dispute,
    OpenedSetup,
    OutcomeUnknown,
    ProviderEvent,
    RegisteredCard,
)

TIMEOUT_SECONDS: Final = 20
MOST_CHARGES_LOOKED_AT: Final = 100
"""Of a customer, the latest first."""
MOST_REFUNDS_LOOKED_AT: Final = 100
"""Of a charge, the latest first."""
NOT_CHARGEABLE: Final = {"payment_method", "amount"}
"""What of an order Stripe may refuse for good: a card that is gone, a sum below its least (50 yen)."""
FALLEN_THROUGH: Final = {"failed", "canceled"}
PENDING: Final = {"processing", "requires_capture", "requires_confirmation"}
CLOSED: Final[dict[str, Literal["open", "won", "lost"]]] = {"won": "won", "lost": "lost"}
OPEN_ENDED: Final = (
    stripe.APIConnectionError,
    stripe.APIError,
    stripe.RateLimitError,
    stripe.IdempotencyError,
)
"""Errors after which it is open whether something happened."""


class StripeCards:
    """`back_to` is where Stripe's page leads after a card was entered. Stripe keeps a key for a day at least; whatever
    is older is looked up before it is repeated."""

    def __init__(
        self,
        *,
        secret_key: str,
        webhook_secret: str,
        back_to: str,
        http_client: stripe.HTTPClient | None = None,
    ) -> None:
        # The outbox repeats: the SDK need not.
        self._client = stripe.StripeClient(
            secret_key,
            max_network_retries=0,
            http_client=http_client or stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        ).v1
        self._webhook_secret = webhook_secret
        self._back_to = back_to

    def open_customer(self, *, key: str, email: str) -> str:
        with _answered():
            customer = self._client.customers.create(
                {"email": email, "metadata": {"key": key}}, {"idempotency_key": key}
            )
        return customer.id

    def open_setup(self, customer: str, *, key: str) -> OpenedSetup:
        with _answered():
            page = self._client.checkout.sessions.create(
                {
                    "mode": "setup",
                    "customer": customer,
                    "currency": "jpy",
                    "allowed_payment_method_types": ["card"],
                    "success_url": self._back_to,
                    "cancel_url": self._back_to,
                },
                {"idempotency_key": key},
            )
        return OpenedSetup(page.id, page.url or self._back_to)

    def find_setup(self, reference: str) -> RegisteredCard | None:
        with _answered():
            page = self._client.checkout.sessions.retrieve(
                reference, {"expand": ["setup_intent.payment_method"]}
            )
        setup = cast("stripe.SetupIntent | None", page.setup_intent)
        if setup is None or setup.status != "succeeded":
            return None
        method = cast("stripe.PaymentMethod", setup.payment_method)
        card = method.card
        assert card is not None
        return RegisteredCard(
            method=method.id,
            brand=card.brand,
            last_four=card.last4,
            expires=f"{card.exp_year:04}-{card.exp_month:02}",
        )

    def charge(self, order: ChargeOrder) -> ChargeOutcome:
        try:
            with _answered():
                intent = self._client.payment_intents.create(
                    {
                        "amount": int(order.amount),
                        "currency": "jpy",
                        "customer": order.customer,
                        "payment_method": order.method,
                        "allowed_payment_method_types": ["card"],
                        "off_session": True,
                        "confirm": True,
                        "description": order.document,
                        "metadata": {"key": order.key},
                    },
                    {"idempotency_key": order.key},
                )
        except stripe.CardError as declined:
            return _declined(declined)
        except stripe.InvalidRequestError as refused:
            if refused.param not in NOT_CHARGEABLE:
                raise
            return ChargeOutcome(None, succeeded=False, reason=refused.code or "card-missing")
        return _outcome(intent)

    def find_charge(self, customer: str, key: str) -> ChargeOutcome | None:
        with _answered():
            listed = self._client.payment_intents.list(
                {"customer": customer, "limit": MOST_CHARGES_LOOKED_AT}
            )
        intents = [intent for intent in listed.data if intent.metadata.to_dict().get("key") == key]
        return _outcome(intents[0]) if intents else None

    def refund(self, charge: str, amount: Decimal, *, key: str) -> None:
        with _answered():
            listed = self._client.refunds.list({"payment_intent": charge, "limit": MOST_REFUNDS_LOOKED_AT})
            told = (one for one in listed.data if one.metadata and one.metadata.to_dict().get("key") == key)
            if any(one.status not in FALLEN_THROUGH for one in told):
                return
            self._client.refunds.create(
                {"payment_intent": charge, "amount": int(amount), "metadata": {"key": key}},
                {"idempotency_key": key},
            )

    def find_dispute(self, reference: str) -> Dispute | None:
        """An inquiry that takes no money is no dispute."""
        with _answered():
            dispute = self._client.disputes.retrieve(reference)
        if dispute.status.startswith("warning") or dispute.payment_intent is None:
            return None
        status = CLOSED.get(dispute.status, "open")
        return Dispute(dispute.id, _id(dispute.payment_intent), dispute.reason, status)

    def read_event(self, body: bytes, signature: str, now: datetime) -> ProviderEvent:
        return read_event(body, signature, self._webhook_secret, now)


@contextmanager
def _answered() -> Iterator[None]:
    """A wrong key or a wrong request is a defect and comes out as it is."""
    try:
        yield
    except OPEN_ENDED as error:
        raise OutcomeUnknown from error


def _outcome(intent: stripe.PaymentIntent) -> ChargeOutcome:
    if intent.status == "succeeded":
        return ChargeOutcome(intent.id, succeeded=True)
    if intent.status in PENDING:
        raise OutcomeUnknown
    error = intent.last_payment_error
    reason = (error.decline_code or error.code) if error is not None else None
    return ChargeOutcome(intent.id, succeeded=False, reason=reason or intent.status)


def _declined(declined: stripe.CardError) -> ChargeOutcome:
    error: Any = declined.error
    intent = getattr(error, "payment_intent", None)
    reason = getattr(error, "decline_code", None) or declined.code
    return ChargeOutcome(_id(intent) if intent else None, succeeded=False, reason=reason or "declined")


def _id(reference: Any) -> str:
    """Stripe names a thing by its reference or shows the thing itself."""
    return reference if isinstance(reference, str) else str(reference["id"])
