"""Money: charges posted under keys, and their months."""

from coworking.billing.charges import (
    ChargeFacts,
    MonthTotal,
    Posting,
    list_charges,
    post,
    reverse,
    standing_charges,
    totals_by_month,
)
from coworking.billing.closing_days import day_by, month_after
from coworking.billing.profile import BillingProfile

__all__ = [
    "BillingProfile",
    "ChargeFacts",
    "MonthTotal",
    "Posting",
    "day_by",
    "list_charges",
    "month_after",
    "post",
    "reverse",
    "standing_charges",
    "totals_by_month",
]
