"""What an invoice comes to: its lines, the tax of each rate, its total. Pure.

Tax is reckoned once per rate on the sum of the whole paper and rounded down once (Consumption Tax Act Enforcement
Order, art. 70-10), so that neither the order of charges nor how they are split changes the total (R35). Lines are in
the tax mode of the prices: before tax they sum to the subtotal, with tax in them to the total.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from coworking.kit.money import TaxMode, tax_on

FRACTIONS = "rounding"
"""What a line is for that takes off the fraction of a yen which a rate's charges come to."""
NO_YEN = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineKey:
    """Charges that are alike in this stand on one line. `rate` is that of the day of the service."""

    service_month: str
    what: str
    unit_price: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Charged:
    """One charge, or several of one key summed. `rate` of what is outside tax is 0."""

    key: LineKey
    tax_mode: TaxMode
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SummedLine:
    """`key` is None for a fraction of a yen."""

    key: LineKey | None
    service_month: str
    what: str
    quantity: int
    unit_price: Decimal | None
    amount: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class RateSum:
    """Whole yen of one rate; `subtotal` is without its tax."""

    rate: Decimal
    subtotal: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceSums:
    """`subtotal` is without tax, in whole yen like `tax` and `total`. `tax_mode` is that of the taxed charges; outside
    where there is none."""

    tax_mode: TaxMode
    lines: tuple[SummedLine, ...]
    taxes: tuple[RateSum, ...]

    @property
    def subtotal(self) -> Decimal:
        return sum((tax.subtotal for tax in self.taxes), NO_YEN)

    @property
    def tax(self) -> Decimal:
        return sum((tax.tax for tax in self.taxes), NO_YEN)

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax


def sum_up(charged: Iterable[Charged]) -> InvoiceSums:
    """One invoice of these charges. Lines that come to nothing (a charge and its reversal) are left out. Raises
    ValueError for charges before tax together with charges that have it in them: they go on two invoices."""
    quantities: dict[LineKey, int] = {}
    amounts: dict[LineKey, Decimal] = {}
    modes: set[TaxMode] = set()
    for one in charged:
        quantities[one.key] = quantities.get(one.key, 0) + one.quantity
        amounts[one.key] = amounts.get(one.key, NO_YEN) + one.amount
        modes.add(one.tax_mode)
    taxed = modes - {TaxMode.OUTSIDE}
    if len(taxed) > 1:
        raise ValueError("an invoice has one tax mode")
    mode = taxed.pop() if taxed else TaxMode.OUTSIDE
    keys = sorted(
        (key for key in amounts if amounts[key] or quantities[key]),
        key=lambda key: (key.service_month, key.what, -key.unit_price, key.rate),
    )
    lines = [_line(key, quantities[key], amounts[key]) for key in keys]
    taxes = []
    for rate in sorted({key.rate for key in keys}, reverse=True):
        of_rate = [line for line in lines if line.rate == rate]
        exact = sum((line.amount for line in of_rate), NO_YEN)
        whole = exact.to_integral_value(rounding=ROUND_DOWN)
        if whole != exact:
            last = max(line.service_month for line in of_rate)
            lines.append(SummedLine(None, last, FRACTIONS, 1, None, whole - exact, rate))
        taxes.append(rate_sum(whole, rate, mode))
    return InvoiceSums(mode, tuple(lines), tuple(taxes))


def rate_sum(amount: Decimal, rate: Decimal, mode: TaxMode) -> RateSum:
    """The tax on what one rate's lines come to, rounded down once (towards zero, so that taking something back gives
    exactly what was asked)."""
    if mode is TaxMode.INCLUDED:
        tax = (amount * rate / (1 + rate)).to_integral_value(rounding=ROUND_DOWN) + NO_YEN
        return RateSum(rate, amount - tax, tax)
    return RateSum(rate, amount, tax_on(amount, rate))


def _line(key: LineKey, quantity: int, amount: Decimal) -> SummedLine:
    return SummedLine(key, key.service_month, key.what, quantity, key.unit_price, amount, key.rate)
