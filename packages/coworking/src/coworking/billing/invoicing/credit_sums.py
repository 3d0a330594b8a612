"""What a credit note comes to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Protocol

from coworking.billing.invoicing.invoice_sums import NO_YEN, InvoiceSums, RateSum, SummedLine
from coworking.kit.money import TaxMode

CREDIT = "credit"
"""What the lines are for of a note over a part of an invoice."""


class LineOfInvoice(Protocol):
    what: str
    service_month: str
    quantity: int
    unit_price: Decimal | None
    amount: Decimal
    rate: str


def reversed_sums(mode: TaxMode, lines: Sequence[LineOfInvoice], taxes: Sequence[RateSum]) -> InvoiceSums:
    """The whole of an invoice, taken back line by line."""
    return InvoiceSums(
        mode,
        tuple(
            SummedLine(
                None,
                line.service_month,
                line.what,
                -line.quantity,
                line.unit_price,
                -line.amount,
                Decimal(line.rate),
            )
            for line in lines
        ),
        tuple(RateSum(tax.rate, NO_YEN - tax.subtotal, NO_YEN - tax.tax) for tax in taxes),
    )


def part_of(mode: TaxMode, left: Sequence[RateSum], amount: Decimal, service_month: str) -> InvoiceSums:
    """So many yen with tax of what is left of an invoice, shared among its rates by what is left of each. Never more
    tax of a rate than is left of it, so that notes over parts sum to the invoice. `amount` is at most what is left."""
    parts = _shares([max(tax.subtotal + tax.tax, NO_YEN) for tax in left], amount)
    taxes, lines = [], []
    for tax, part in zip(left, parts, strict=True):
        if not part:
            continue
        exact = (part * tax.rate / (1 + tax.rate)).to_integral_value(rounding=ROUND_DOWN)
        taken = max(min(exact, tax.tax), part - tax.subtotal)
        taxes.append(RateSum(tax.rate, taken - part, NO_YEN - taken))
        shown = part if mode is TaxMode.INCLUDED else part - taken
        lines.append(SummedLine(None, service_month, CREDIT, -1, None, -shown, tax.rate))
    return InvoiceSums(mode, tuple(lines), tuple(taxes))


def _shares(sizes: Sequence[Decimal], amount: Decimal) -> list[Decimal]:
    """Whole yen by size; what rounding leaves goes to the first that have room."""
    total = sum(sizes, NO_YEN)
    shares = [(size * amount / total).to_integral_value(rounding=ROUND_DOWN) for size in sizes]
    rest = amount - sum(shares, NO_YEN)
    for index, size in enumerate(sizes):
        more = min(rest, size - shares[index])
        shares[index] += more
        rest -= more
    return shares
