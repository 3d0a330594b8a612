"""Yen: Decimal outside, integer thousandths of a yen in the database, never float."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator

# Far below what a bigint of thousandths holds, so that sums over many rows still fit.
LARGEST_YEN = 1_000_000_000_000
SMALLEST_EXPONENT = -3
# Enough for any product of an amount and a rate to be exact before its one rounding.
_EXACT = Context(prec=60, rounding=ROUND_DOWN)


class TaxMode(StrEnum):
    """How a price relates to consumption tax: without it, with it in the figure, or not subject to it."""

    EXCLUDED = "excluded"
    INCLUDED = "included"
    OUTSIDE = "outside"


class YenAmount(TypeDecorator[Decimal]):
    """A column of yen with at most 3 decimals, stored as an integer of thousandths.

    A whole number (int) is whole yen. Binding a float raises TypeError; more than 3 decimals, NaN, infinity
    or more than LARGEST_YEN either way raise ValueError. Adding, comparing and summing work in SQL;
    a product or quotient raises TypeError, for it would not be an amount: reckon it in Python.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else _thousandths(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        # A sum comes back as a numeric of the driver, a column as an int: both count thousandths.
        return None if value is None else _EXACT.divide(Decimal(value), Decimal(1000))

    class _Arithmetic(TypeDecorator.Comparator[Decimal]):
        def operate(self, op: OperatorType, *other: Any, **options: Any) -> ColumnElement[Any]:
            _refuse_products(op)
            return super().operate(op, *other, **options)

        def reverse_operate(self, op: OperatorType, other: Any, **options: Any) -> ColumnElement[Any]:
            _refuse_products(op)
            return super().reverse_operate(op, other, **options)

    comparator_factory = _Arithmetic


def plain(amount: Decimal) -> str:
    """ "64", "14.3", "-2.5": no exponent, no trailing zeros, no negative zero. TypeError for a float."""
    if not isinstance(amount, Decimal):
        raise TypeError(f"an amount is a Decimal, not {type(amount).__name__}")
    if not amount.is_finite():
        raise ValueError("an amount is a finite number")
    if not amount:
        return "0"
    digits = format(amount, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def tax_on(subtotal: Decimal, rate: Decimal) -> Decimal:
    """Consumption tax on a subtotal before tax, in whole yen, rounded down once.

    `rate` is a fraction: Decimal("0.10"). Rounding is towards zero, so that taking something back gives exactly
    what was asked. Call it once per tax rate on the sum of a document, never on its rows (the rule for qualified
    documents, Consumption Tax Act Enforcement Order art. 70-10).
    """
    for name, value in (("subtotal", subtotal), ("rate", rate)):
        if not isinstance(value, Decimal):
            raise TypeError(f"{name} is a Decimal, not {type(value).__name__}")
    if not subtotal.is_finite():
        raise ValueError("subtotal is a finite number")
    if not rate.is_finite() or not 0 <= rate < 1:
        raise ValueError("rate is a fraction from 0 to below 1, such as 0.10")
    tax = _EXACT.multiply(subtotal, rate).to_integral_value(rounding=ROUND_DOWN)
    return tax if tax else Decimal(0)


def _refuse_products(op: OperatorType) -> None:
    if op in {operators.mul, operators.truediv, operators.floordiv, operators.mod}:
        raise TypeError("the database holds thousandths of a yen: multiply and divide amounts in Python")


def _thousandths(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"an amount of yen is a Decimal, not {type(value).__name__}")
    amount = Decimal(value)
    if not amount.is_finite():
        raise ValueError("an amount of yen is a finite number")
    if abs(amount) > LARGEST_YEN:
        raise ValueError(f"an amount of yen is at most {LARGEST_YEN}")
    scaled = _EXACT.scaleb(amount, -SMALLEST_EXPONENT)
    if scaled != scaled.to_integral_value():
        raise ValueError("an amount of yen has at most 3 decimals")
    return int(scaled)
