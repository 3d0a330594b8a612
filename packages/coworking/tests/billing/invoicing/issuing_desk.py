"""An operator of whom invoices are issued, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.books.checks import check_books
from coworking.billing.invoice_events import InvoiceCredited, InvoiceIssued
from coworking.billing.invoice_models import BillingRun, Invoice, InvoiceBalance, InvoiceLine, OpenCharge
from coworking.billing.invoicing.issuing import Outcome, issue_accounts
from coworking.billing.invoicing.runs import next_accounts, open_due_runs
from coworking.billing.rules import BillingRules
from coworking.membership.models import Member
from tests.factories.charges import make_charge
from tests.factories.invoices import billing_rules
from tests.factories.membership import NOW, make_member, make_operator

TODAY = date(2026, 6, 10)


class Desk:
    """The run of June is open on 10 June."""

    def __init__(self, session: Session, operator: str = "nex", **changes: Any) -> None:
        self.session = session
        self.operator_id = make_operator(session, operator)
        self.rules: BillingRules = billing_rules(session, self.operator_id, **changes)
        self.member = make_member(session, self.operator_id)
        self.told: list[object] = []
        for event in (InvoiceIssued, InvoiceCredited):
            session.info["subscriptions"].subscribe(event, lambda _, told: self.told.append(told))

    def charge(self, amount: str | int = 27, member: Member | None = None, **changes: Any) -> str:
        of = (member or self.member).id
        return make_charge(self.session, self.rules, self.operator_id, of, amount, **changes)

    def open_run(self, now: datetime = NOW) -> BillingRun:
        today = self.rules.calendar.local_date(now)
        return open_due_runs(self.session, self.operator_id, self.rules, today, now)[-1]

    def issue(self, now: datetime = NOW) -> Outcome:
        """Everything that is open in the run, in one go."""
        run = self.open_run(now)
        members = next_accounts(self.session, self.rules, run, 0, now)
        return issue_accounts(self.session, self.rules, run, members, now)

    def invoices(self) -> Sequence[Invoice]:
        return self.session.scalars(select(Invoice).order_by(Invoice.id)).all()

    def lines(self, invoice: Invoice) -> Sequence[InvoiceLine]:
        statement = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
        return self.session.scalars(statement.order_by(InvoiceLine.position)).all()

    def balance(self, invoice_id: int) -> InvoiceBalance:
        return self.session.get_one(InvoiceBalance, invoice_id)

    def open_charges(self) -> int:
        return len(self.session.scalars(select(OpenCharge.charge_id)).all())

    def is_sound(self) -> bool:
        return check_books(self.session, TODAY) == []
