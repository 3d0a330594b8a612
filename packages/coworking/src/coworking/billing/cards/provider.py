"""What a card provider does for us. Its words are Stripe's, where the world has none of its own.

Calls that move money carry a key: under one key money moves once, however often it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol


class OutcomeUnknown(Exception):
    """The provider did not answer: whatever was asked of it may have happened, or not."""


class SignatureWrong(Exception):
    """A message that does not come from the provider, or is too old."""


@dataclass(frozen=True, slots=True)
class OpenedSetup:
    """`address` is the provider's page on which the member enters the card."""

    reference: str
    address: str


@dataclass(frozen=True, slots=True)
class RegisteredCard:
    """`method` is the provider's reference; `expires` reads `2028-04`."""

    method: str
    brand: str
    last_four: str
    expires: str


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """`amount` is whole yen."""

    key: str
    customer: str
    method: str
    amount: Decimal
    document: str
    """The invoice's number, which the cardholder may see."""


@dataclass(frozen=True, slots=True)
class ChargeOutcome:
    """`reason` is the provider's word for why it was declined. A charge that never came about has no reference."""

    reference: str | None
    succeeded: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """`charge` is the reference of the disputed charge."""

    reference: str
    charge: str
    reason: str
    status: Literal["open", "won", "lost"]


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """`id` tells repetitions apart; `reference` is what the event is about."""

    id: str
    kind: Literal["setup", "charge", "dispute"] | None
    """None: nothing that we act on."""
    reference: str


class CardProvider(Protocol):
    """Every method but `read_event` may raise `OutcomeUnknown`."""

    def open_customer(self, *, key: str, email: str) -> str:
        """A reference for a member."""
        ...

    def open_setup(self, customer: str, *, key: str) -> OpenedSetup:
        """Let a member register a card."""
        ...

    def find_setup(self, reference: str) -> RegisteredCard | None:
        """The card that came of a setup; None while there is none."""
        ...

    def charge(self, order: ChargeOrder) -> ChargeOutcome:
        """Charge a registered card without its holder."""
        ...

    def find_charge(self, customer: str, key: str) -> ChargeOutcome | None:
        """What became of the charge with this key; None where the provider knows of none."""
        ...

    def refund(self, charge: str, amount: Decimal, *, key: str) -> None: ...

    def find_dispute(self, reference: str) -> Dispute | None: ...

    def read_event(self, body: bytes, signature: str, now: datetime) -> ProviderEvent:
        """What the provider tells. Raises `SignatureWrong`, ValueError for a body that is none of its messages."""
        ...


class CardProviders(dict[int, CardProvider]):
    """The provider of each operator."""
