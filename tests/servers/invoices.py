"""Scenes of the tasks that issue invoices and check the books."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checker import check_day
from coworking.billing import RulesOfBilling
from coworking.billing.books.finding_models import CheckFinding
from coworking.billing.invoice_models import BillingRun, Invoice, InvoiceBalance
from coworking.billing.invoicing.letters import ATTACHED, read_texts
from coworking.billing.invoicing.runs import open_due_runs, open_runs, start_issuing
from coworking.billing.papers import invoice_file
from coworking.kit.notices import Notice, register_attachments
from coworking.kit.outbox import Resources
from tests.factories.charges import make_charge
from tests.factories.invoices import billing_rules, make_invoice
from tests.factories.membership import NOW, make_member

TODAY = NOW.date()


def _charged(resources: Resources, session: Session, operator_id: int) -> None:
    """A member with a charge of the month's run; the rules are there for tasks."""
    read_texts()
    rules = billing_rules(session, operator_id)
    resources.provide(RulesOfBilling, RulesOfBilling({operator_id: rules}))
    register_attachments(ATTACHED, lambda inner, invoice_id: invoice_file(inner, rules, invoice_id))
    make_charge(session, rules, operator_id, make_member(session, operator_id).id)


def queue_run(resources: Resources, session: Session, operator_id: int) -> None:
    _charged(resources, session, operator_id)
    open_runs.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def queue_batch(resources: Resources, session: Session, operator_id: int) -> None:
    _charged(resources, session, operator_id)
    [run] = open_due_runs(session, operator_id, resources[RulesOfBilling][operator_id], TODAY, NOW)
    start_issuing(session, [run.id], operator_id, NOW)


def is_issued(session: Session) -> bool:
    numbers = session.scalars(select(Invoice.number)).all()
    return list(numbers) == ["NEX-000001"] and session.scalars(select(BillingRun.status)).one() == "issued"


def letter_is_written(session: Session) -> bool:
    statement = select(func.count()).select_from(Notice).where(Notice.kind == "invoice-issued")
    return session.scalars(statement).one() == 1


def queue_check(resources: Resources, session: Session, operator_id: int) -> None:
    """An invoice whose balance says that nobody ever allocated what was paid."""
    _charged(resources, session, operator_id)
    invoice = make_invoice(session, make_member(session, operator_id))
    session.get_one(InvoiceBalance, invoice.id).paid = invoice.total
    check_day.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def fault_is_found(session: Session) -> bool:
    return "balance-paid" in session.scalars(select(CheckFinding.kind)).all()
