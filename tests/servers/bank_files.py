"""Scenes of the tasks about deposits and direct debits."""

from __future__ import annotations

import os
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import BillingRules, PaymentMeans, RulesOfBilling, WayToPay, choose_way_to_pay
from coworking.billing.debits.batches import file_of, make_batch, write_due_debits
from coworking.billing.debits.mandates import register_mandate
from coworking.billing.debits.models import DebitBatch
from coworking.billing.debits.results import take_results
from coworking.billing.deposits.models import Deposit
from coworking.billing.deposits.receiving import match_deposits
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.profile import PaymentChoice
from coworking.billing.zengin.debit_files import Result, with_results
from coworking.kit.outbox import Resources
from coworking.kit.sealing import FieldKeys
from tests.factories.bank_records import TERMS, make_deposit, new_mandate
from tests.factories.invoices import billing_rules, make_invoice
from tests.factories.membership import NOW, make_member

TODAY = date(2026, 6, 10)
ACTOR = "account:1"


def _debited(resources: Resources, session: Session, operator_id: int, due_on: date) -> BillingRules:
    """A member with a mandate who owes an invoice; the rules are there for tasks."""
    choices = (PaymentChoice(means=PaymentMeans.DIRECT_DEBIT),)
    rules = billing_rules(session, operator_id, payment_choices=choices, direct_debit=TERMS)
    keys = FieldKeys({"a": os.urandom(32)})
    resources.provide(RulesOfBilling, RulesOfBilling({operator_id: rules}))
    resources.provide(FieldKeys, keys)
    member = make_member(session, operator_id)
    way = WayToPay(PaymentMeans.DIRECT_DEBIT)
    choose_way_to_pay(session, rules.profile, member.id, way, actor=ACTOR, now=NOW)
    register_mandate(session, keys, member.id, new_mandate(), actor=ACTOR, now=NOW)
    make_invoice(session, member, due_on=due_on)
    return rules


def queue_writing(resources: Resources, session: Session, operator_id: int) -> None:
    _debited(resources, session, operator_id, TODAY + timedelta(days=5))
    write_due_debits.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def batch_is_written(session: Session) -> bool:
    return session.scalars(select(DebitBatch.debit_on)).all() == [TODAY + timedelta(days=5)]


def queue_results(resources: Resources, session: Session, operator_id: int) -> None:
    rules = _debited(resources, session, operator_id, TODAY)
    batch = make_batch(session, rules, operator_id, TODAY, actor=ACTOR, now=NOW).batch
    content = with_results(file_of(session, resources[FieldKeys], batch), [Result.PAID])
    take_results(session, rules, batch.id, content, actor=ACTOR, now=NOW)


def invoice_is_paid(session: Session) -> bool:
    return session.scalars(select(InvoiceBalance.status)).all() == ["paid"]


def queue_matching(resources: Resources, session: Session, operator_id: int) -> None:
    rules = billing_rules(session, operator_id)
    resources.provide(RulesOfBilling, RulesOfBilling({operator_id: rules}))
    make_invoice(session, make_member(session, operator_id), 500)
    number = session.scalars(select(Invoice.number)).one()
    deposit = make_deposit(session, operator_id, payer=f"{number} ｻﾄｳ")
    match_deposits.enqueue(session, operator_id=operator_id, now=NOW, file_id=deposit.file_id, after_id=0)


def deposit_is_assigned(session: Session) -> bool:
    return session.scalars(select(Deposit.status)).all() == ["assigned"]
