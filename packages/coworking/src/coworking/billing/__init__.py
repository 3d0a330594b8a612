"""Money: charges posted under keys, and their months."""

from coworking.billing.at_once import ask_for_invoice
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
from coworking.billing.days_of_charges import ChargeDays, closing_day, days_of, months_ahead
from coworking.billing.dues import bring_up_to_date, charge_from, post_dues
from coworking.billing.dues_models import FeeRecord
from coworking.billing.fees import (
    NewFee,
    charge_damage,
    charge_event_fee,
    charge_fee,
    charge_once,
    charge_plan_change,
    take_back_event_fee,
)
from coworking.billing.first_payments import post_first_payment
from coworking.billing.journal import Entry, Line, book
from coworking.billing.payment_events import (
    ArrearsSettled,
    InvoiceOverdue,
    InvoicePaid,
    InvoiceReopened,
    MemberInArrears,
)
from coworking.billing.payment_methods import (
    WayToPay,
    choose_way_to_pay,
    name_way_to_pay,
    way_to_pay,
    ways_to_pay,
)
from coworking.billing.payments import NewPayment, record_payment, reverse_payment
from coworking.billing.price_fields import MonthlyDues
from coworking.billing.profile import BillingProfile, PaymentMeans
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.billing.uses import NewUse, record_use

__all__ = [
    "ArrearsSettled",
    "BillingProfile",
    "BillingRules",
    "ChargeDays",
    "ChargeFacts",
    "Entry",
    "FeeRecord",
    "InvoiceOverdue",
    "InvoicePaid",
    "InvoiceReopened",
    "Line",
    "MemberInArrears",
    "MonthTotal",
    "MonthlyDues",
    "NewFee",
    "NewPayment",
    "NewUse",
    "PaymentMeans",
    "Posting",
    "RulesOfBilling",
    "WayToPay",
    "ask_for_invoice",
    "book",
    "bring_up_to_date",
    "charge_damage",
    "charge_event_fee",
    "charge_fee",
    "charge_from",
    "charge_once",
    "charge_plan_change",
    "choose_way_to_pay",
    "closing_day",
    "day_by",
    "days_of",
    "list_charges",
    "month_after",
    "months_ahead",
    "name_way_to_pay",
    "post",
    "post_dues",
    "post_first_payment",
    "record_payment",
    "record_use",
    "reverse",
    "reverse_payment",
    "standing_charges",
    "take_back_event_fee",
    "totals_by_month",
    "way_to_pay",
    "ways_to_pay",
]
