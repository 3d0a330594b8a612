"""What a card provider tells us: signed as Stripe signs it, read from the raw body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from stripe import SignatureVerificationError, WebhookSignature

from coworking.billing.cards.provider import ProviderEvent, SignatureWrong

OLDEST: Final = timedelta(minutes=5)
"""A message that was signed longer ago, or later than now by as much, is not believed."""

KINDS: Final[Mapping[str, Literal["setup", "charge", "dispute"]]] = {
    "checkout.session.completed": "setup",
    "payment_intent.succeeded": "charge",
    "payment_intent.payment_failed": "charge",
    "charge.dispute.created": "dispute",
    "charge.dispute.updated": "dispute",
    "charge.dispute.closed": "dispute",
}


def read_event(body: bytes, signature: str, secret: str, now: datetime) -> ProviderEvent:
    """A message that the provider signed. For a charge the reference is the key that we gave it. Raises
    `SignatureWrong`, ValueError for a body that is none of its messages."""
    if not signature.isascii():  # which cannot be compared in constant time
        raise SignatureWrong
    try:
        WebhookSignature.verify_header(body, signature, secret)
    except (SignatureVerificationError, UnicodeDecodeError) as error:
        raise SignatureWrong from error
    signed_at = datetime.fromtimestamp(_signed_at(signature), UTC)
    if abs(now - signed_at) > OLDEST:
        raise SignatureWrong
    try:
        message = json.loads(body)
        about: dict[str, Any] = message["data"]["object"]
        kind = KINDS.get(message["type"])
        reference = (about.get("metadata") or {}).get("key", "") if kind == "charge" else about["id"]
        return ProviderEvent(str(message["id"]), kind if reference else None, str(reference))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no message of the provider") from error


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header that goes with a message."""
    return str(WebhookSignature.generate_signature_header(body.decode(), secret, int(at.timestamp())))


def _signed_at(signature: str) -> int:
    return next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))
