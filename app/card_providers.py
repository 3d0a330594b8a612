"""Which card provider each operator uses: Stripe by its keys, or a sandbox on this machine."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import structlog

from app.operators import OperatorInForce
from app.settings import Settings
from coworking.billing.cards.provider import CardProvider, CardProviders
from coworking.billing.cards.sandbox_cards import SandboxCards
from coworking.billing.cards.stripe_cards import StripeCards
from coworking.billing.cards.webhooks import SIGNATURE, events_path
from coworking.kit.clock import Clock

TIMEOUT_SECONDS = 10

log = structlog.get_logger(__name__)


def card_providers(settings: Settings, operators: Sequence[OperatorInForce], clock: Clock) -> CardProviders:
    """One for each operator. A sandbox keeps its records under `var_dir` from its first use on, and tells what happens
    to the address of the server."""
    return CardProviders({operator.id: _provider(settings, operator, clock) for operator in operators})


def _provider(settings: Settings, operator: OperatorInForce, clock: Clock) -> CardProvider:
    secret_key = operator.settings.stripe_secret_key
    webhook_secret = operator.settings.stripe_webhook_secret
    if secret_key is not None and webhook_secret is not None:
        return StripeCards(secret_key=secret_key, webhook_secret=webhook_secret, back_to=settings.public_url)
    name = operator.profile.name
    secret = hmac.new(settings.secret_key.encode(), f"cards of {name}".encode(), hashlib.sha256)
    address = f"http://{settings.host}:{settings.port}{events_path(operator.id)}"
    return SandboxCards(
        clock=clock,
        webhook_secret=secret.hexdigest(),
        pages=f"{settings.public_url}/sandbox-cards/{operator.id}",
        tell=_teller(address),
        file=settings.var_dir / f"sandbox-cards-{name}.sqlite3",
    )


def _teller(address: str) -> Callable[[bytes, str], object]:
    """Sends messages one after the other, beside whoever caused them: nobody waits for the server from within it."""
    sender = ThreadPoolExecutor(1, thread_name_prefix="sandbox-cards")

    def send(body: bytes, signature: str) -> None:
        try:
            httpx.post(
                address, content=body, headers={SIGNATURE: signature}, timeout=TIMEOUT_SECONDS
            ).raise_for_status()
        except httpx.HTTPError:
            log.warning("a message of the card sandbox was not taken", address=address)

    return lambda body, signature: sender.submit(send, body, signature)
