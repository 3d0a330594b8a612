"""How invoices and credit notes go into the books. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal

from coworking.billing.invoicing.invoice_sums import NO_YEN, InvoiceSums, SummedLine
from coworking.billing.journal import Line
from coworking.billing.titles import OPENING_BALANCE
from coworking.kit.money import TaxMode

LATE_INTEREST = "late-interest"


def lines_of_issue(sums: InvoiceSums) -> list[Line]:
    """Debit what is owed; credit sales by what they are for, without tax, and the tax."""
    credits: dict[str, Decimal] = {}
    for tax in sums.taxes:
        of_rate = [line for line in sums.lines if line.rate == tax.rate]
        net = _without_tax(of_rate, tax.subtotal) if sums.tax_mode is TaxMode.INCLUDED else _by_what(of_rate)
        for what, amount in net.items():
            credits[what] = credits.get(what, NO_YEN) + amount
    return [
        Line("receivable", sums.total),
        *(Line(account_of(what), -amount, what) for what, amount in credits.items()),
        Line("tax-payable", -sums.tax),
    ]


def account_of(what: str) -> str:
    """What was a sale in the books of another system is none here."""
    if what == OPENING_BALANCE:
        return "opening"
    return "interest-income" if what == LATE_INTEREST else "sales"


def _by_what(lines: Iterable[SummedLine]) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for line in lines:
        amounts[line.what] = amounts.get(line.what, NO_YEN) + line.amount
    return amounts


def _without_tax(lines: Iterable[SummedLine], subtotal: Decimal) -> dict[str, Decimal]:
    """The subtotal of a rate shared out by amounts with tax; what rounding leaves goes to the largest."""
    amounts = _by_what(lines)
    total = sum(amounts.values(), NO_YEN)
    if not total:
        return amounts
    shares = {
        what: (amount * subtotal / total).to_integral_value(rounding=ROUND_DOWN)
        for what, amount in amounts.items()
    }
    largest = max(amounts, key=lambda what: (abs(amounts[what]), what))
    shares[largest] += subtotal - sum(shares.values(), NO_YEN)
    return shares
