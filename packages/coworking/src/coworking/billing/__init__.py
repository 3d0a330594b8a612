"""Money: charges posted under keys, and their months."""

from coworking.billing.at_once import ask_for_invoice
from coworking.billing.cards.registering import card_of, members_with_card
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
from coworking.billing.counter_payments import take_payment
from coworking.billing.days_of_charges import ChargeDays, closing_day, days_of, months_ahead
from coworking.billing.dues import bring_up_to_date, charge_from, post_dues
from coworking.billing.dues_models import FeeRecord, Use
from coworking.billing.fees import (
    NewFee,
    charge_damage,
    charge_event_fee,
    charge_fee,
    charge_once,
    charge_plan_change,
    hand_back,
    take_back_event_fee,
)
from coworking.billing.first_payments import post_first_payment
from coworking.billing.item_events import ItemHandedBack
from coworking.billing.journal import Entry, Line, book
from coworking.billing.payment_events import (
    ArrearsSettled,
    CardRegistered,
    InvoiceOverdue,
    InvoicePaid,
    InvoiceReopened,
    MemberInArrears,
)
from coworking.billing.payment_methods import (
    WayToPay,
    choose_way_to_pay,
    name_way_to_pay,
    require_taken,
    way_to_pay,
    ways_to_pay,
)
from coworking.billing.payments import NewPayment, record_payment, reverse_payment
from coworking.billing.price_fields import ChargePurpose, MonthlyDues
from coworking.billing.profile import BillingProfile, PaymentMeans
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.billing.use_pools import standing_uses_of
from coworking.billing.uses import NewUse, record_use
from coworking.billing.uses_paid import collect_uses, is_charging, paid_uses
from coworking.billing.uses_taken_back import take_back_uses

__all__ = [
    "ArrearsSettled",
    "BillingProfile",
    "BillingRules",
    "CardRegistered",
    "ChargeDays",
    "ChargeFacts",
    "ChargePurpose",
    "Entry",
    "FeeRecord",
    "InvoiceOverdue",
    "InvoicePaid",
    "InvoiceReopened",
    "ItemHandedBack",
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
    "Use",
    "WayToPay",
    "ask_for_invoice",
    "book",
    "bring_up_to_date",
    "card_of",
    "charge_damage",
    "charge_event_fee",
    "charge_fee",
    "charge_from",
    "charge_once",
    "charge_plan_change",
    "choose_way_to_pay",
    "closing_day",
    "collect_uses",
    "day_by",
    "days_of",
    "hand_back",
    "is_charging",
    "list_charges",
    "members_with_card",
    "month_after",
    "months_ahead",
    "name_way_to_pay",
    "paid_uses",
    "post",
    "post_dues",
    "post_first_payment",
    "record_payment",
    "record_use",
    "require_taken",
    "reverse",
    "reverse_payment",
    "standing_charges",
    "standing_uses_of",
    "take_back_event_fee",
    "take_back_uses",
    "take_payment",
    "totals_by_month",
    "way_to_pay",
    "ways_to_pay",
]
