"""What billing tells others about papers. `at` is the instant of the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    """`total` is whole yen, tax included. `has_advance`: the member had paid ahead when it was issued."""

    invoice_id: int
    member_id: int
    number: str
    due_on: date
    total: Decimal
    pays_by: str
    has_advance: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceCredited:
    """A credit note took back so much of an invoice; `is_settled`: nothing of it is owed any more."""

    invoice_id: int
    member_id: int
    amount: Decimal
    is_settled: bool
    at: datetime
