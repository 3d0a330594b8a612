"""What a member owes for a month so far, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from app.member.call_words import class_words
from app.member.month_calls import ClassCost, costs_by_class
from app.operators import OperatorInForce
from coworking.billing import MonthTotal, totals_by_month
from coworking.kit.money import TaxMode, tax_on
from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable

GAP_PERCENT = 0.6  # between the parts of a bar
_FEES = {
    "line-monthly": translatable("Line, monthly"),
    "line-setup": translatable("Line, set-up fee"),
}


@dataclass(frozen=True, slots=True)
class CostRow:
    """One line of the month's cost; `why` says what the amount is made of. The bar's part is in per cent."""

    word: str
    colour: str
    amount: Decimal
    why: str
    x_percent: float = 0
    width_percent: float = 0


@dataclass(frozen=True, slots=True)
class MonthCost:
    """`tax` is None where prices hold it or know none; `total` is with it. The invoice reckons tax once, anew."""

    rows: tuple[CostRow, ...]
    subtotal: Decimal
    tax: Decimal | None
    tax_percent: str
    total: Decimal
    mode: TaxMode
    rules: tuple[str, ...]


def month_cost(
    session: Session, operator: OperatorInForce, reader: Reader, member_id: int, now: datetime
) -> MonthCost:
    """What stands for the month of `now`: two queries."""
    today = operator.calendar.local_date(now)
    month = f"{today:%Y-%m}"
    totals = totals_by_month(session, member_id=member_id, service_month=month)
    classes = costs_by_class(session, member_id, month) if any(one.what == "call" for one in totals) else []
    rows = [_fee_row(operator, reader, one) for one in totals if one.what != "call" and one.amount]
    rows += [_class_row(reader, one) for one in classes]
    return _summed(operator, rows, today, has_calls=bool(classes))


def calls_cost(reader: Reader, classes: Sequence[ClassCost]) -> tuple[CostRow, ...]:
    """The rows of the calls alone, with their bar."""
    return _barred([_class_row(reader, one) for one in classes])


def _summed(operator: OperatorInForce, rows: list[CostRow], today: date, *, has_calls: bool) -> MonthCost:
    billing = operator.profile.billing
    subtotal = sum((row.amount for row in rows), start=Decimal(0))
    rate = billing.tax_rate_on(today)
    tax = tax_on(subtotal, rate) if billing.tax_mode is TaxMode.EXCLUDED and rate else None
    card = operator.profile.metering.rate_card_on(today)
    return MonthCost(
        rows=_barred(rows),
        subtotal=subtotal,
        tax=tax,
        tax_percent=f"{rate * 100:f}".rstrip("0").rstrip("."),
        total=subtotal + (tax or 0),
        mode=billing.tax_mode,
        rules=(card.rule,) if has_calls and card is not None and card.rule else (),
    )


def _barred(rows: Sequence[CostRow]) -> tuple[CostRow, ...]:
    """The rows with their parts of a bar as wide as 100 %; what is not above zero has none."""
    shown = [row for row in rows if row.amount > 0]
    whole = sum((row.amount for row in shown), start=Decimal(0))
    room = 100 - GAP_PERCENT * max(len(shown) - 1, 0)
    placed, x = [], 0.0
    for row in rows:
        width = float(row.amount / whole) * room if row.amount > 0 else 0.0
        placed.append(CostRow(row.word, row.colour, row.amount, row.why, round(x, 2), round(width, 2)))
        x += width + GAP_PERCENT if width else 0
    return tuple(placed)


def _fee_row(operator: OperatorInForce, reader: Reader, total: MonthTotal) -> CostRow:
    fee = operator.profile.billing.fees.get(total.what)
    if fee is not None:
        word = fee.title.spoken(reader.language)
    else:
        word = reader.gettext(_FEES.get(total.what, translatable("Other")))
    each = total.amount / total.quantity if total.quantity else total.amount
    whole = total.quantity and each == each.to_integral_value()
    why = f"{total.quantity} × {reader.yen(each)}" if whole else ""
    return CostRow(word, "c0", total.amount, why)


def _class_row(reader: Reader, cost: ClassCost) -> CostRow:
    word, colour = class_words(reader, cost.rate_class)
    count = reader.ngettext("%(count)s call", "%(count)s calls", cost.count)
    why = count
    if cost.is_product:
        units = reader.ngettext("%(count)s unit", "%(count)s units", cost.units)
        price = reader.gettext(
            "%(price)s (per %(length)s)",
            price=reader.yen(cost.unit_price),
            length=unit_length(reader, cost.unit_seconds),
        )
        why = f"{count} · {units} × {price}"
    return CostRow(word, colour, cost.amount, why)


def unit_length(reader: Reader, seconds: int) -> str:
    """ "3分", "60秒"."""
    if seconds > 60 and seconds % 60 == 0:
        return reader.gettext("%(count)s min", count=seconds // 60)
    return reader.seconds(seconds)
