"""A price as it is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from coworking.billing import BillingProfile
from coworking.kit.money import TaxMode


@dataclass(frozen=True, slots=True)
class Amount:
    """A price as the operator keeps it, and with consumption tax; the same where none is added."""

    kept: Decimal
    with_tax: Decimal


def amount_on(billing: BillingProfile, kept: Decimal, on: date) -> Amount:
    """With tax at the rate of a local date."""
    if billing.tax_mode is TaxMode.EXCLUDED:
        return Amount(kept, kept * (1 + billing.tax_rate_on(on)))
    return Amount(kept, kept)
