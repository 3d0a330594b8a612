"""Who hears that something was invoiced, paid, or not paid in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from coworking.billing.allocations import use_advances
from coworking.billing.arrears.late_interest import charge_late_interest, take_back_interest
from coworking.billing.arrears.steps import settle_debt
from coworking.billing.cards.collecting import queue_collection
from coworking.billing.deposits.assigning import take_deposit_back
from coworking.billing.invoice_events import InvoiceCredited, InvoiceIssued
from coworking.billing.invoicing.letters import ATTACHED
from coworking.billing.papers import invoice_file
from coworking.billing.payment_events import (
    ArrearsSettled,
    InvoicePaid,
    InvoiceReopened,
    MemberInArrears,
    PaymentReversed,
)
from coworking.kit.events import Subscriptions
from coworking.kit.notices import register_attachments
from telephony.numbers import serve_after_debt, suspend_for_debt

if TYPE_CHECKING:
    from app.subscriptions import House


def hear_of_money(subscriptions: Subscriptions, house: House) -> None:
    def issued(session: Session, told: InvoiceIssued) -> None:
        rules = house.own(session).billing_rules()
        if told.has_advance:
            use_advances(session, rules, told.invoice_id, told.at)
        if told.due_on <= rules.calendar.local_date(told.at):
            queue_collection(session, session.info["operator_id"], told.member_id, told.at)

    def paid(session: Session, told: InvoicePaid) -> None:
        charge_late_interest(session, house.own(session).billing_rules(), told.invoice_id, told.at)
        settle_debt(session, told.member_id, told.invoice_id, told.at)

    def credited(session: Session, told: InvoiceCredited) -> None:
        if told.is_settled:
            settle_debt(session, told.member_id, told.invoice_id, told.at)

    def reopened(session: Session, told: InvoiceReopened) -> None:
        take_back_interest(session, session.info["operator_id"], told.invoice_id, told.at)

    def in_arrears(session: Session, told: MemberInArrears) -> None:
        operator = house.own(session)
        if operator.lends_lines:
            suspend_for_debt(session, operator.line_rules(), told.member_id, told.at)

    def settled(session: Session, told: ArrearsSettled) -> None:
        serve_after_debt(session, told.member_id, told.at)

    register_attachments(
        ATTACHED,
        lambda session, invoice_id: invoice_file(session, house.own(session).billing_rules(), invoice_id),
    )
    subscriptions.subscribe(InvoiceIssued, issued)
    subscriptions.subscribe(InvoicePaid, paid)
    subscriptions.subscribe(InvoiceCredited, credited)
    subscriptions.subscribe(InvoiceReopened, reopened)
    subscriptions.subscribe(PaymentReversed, take_deposit_back)
    subscriptions.subscribe(MemberInArrears, in_arrears)
    subscriptions.subscribe(ArrearsSettled, settled)
