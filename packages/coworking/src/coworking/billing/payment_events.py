"""What billing tells others about invoices and debts. `at` is the instant of the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class InvoicePaid:
    """The last yen of it came in on `paid_on`."""

    invoice_id: int
    member_id: int
    paid_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceReopened:
    """A payment of it was reversed, and it is owed again."""

    invoice_id: int
    member_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PaymentReversed:
    """A payment did not stay; another row took it back."""

    payment_id: int
    member_id: int
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CardRegistered:
    """A member has a card, or another one than before."""

    member_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceOverdue:
    """It was not paid by its due date."""

    invoice_id: int
    member_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberInArrears:
    """A debt has come to the day on which the operator suspends service for it (NEX-19, NEX-30)."""

    member_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ArrearsSettled:
    """No debt that service was suspended for is left."""

    member_id: int
    at: datetime
