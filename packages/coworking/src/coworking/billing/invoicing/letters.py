"""The letters that go out with invoices and credit notes."""

from __future__ import annotations

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.invoice_models import Invoice
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.errors import Language
from coworking.kit.notices import Notice, notify, register_templates
from coworking.kit.outbox import TaskContext, task

PACKAGE = "coworking.billing"
ATTACHED = "invoice"
"""What stands before the colon of a reference to a paper's PDF."""
KINDS = {"invoice": "invoice-issued", "credit-note": "credit-note-issued"}
"""The notice of each kind of paper."""


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


@task("billing.write-letters")
def write_letters(context: TaskContext, *, invoice_ids: list[int]) -> None:
    """Write to the addressees of these papers. Apart from issuing, so that the series is not held meanwhile."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    papers = context.session.scalars(
        select(Invoice).where(Invoice.id.in_(invoice_ids)).order_by(Invoice.id)
    ).all()
    for paper in papers:
        write_letter(context.session, rules, paper)


def write_letter(session: Session, rules: BillingRules, paper: Invoice) -> Notice:
    """Write the letter of a paper to its addressee, as they were when it was issued (JSUG-07)."""
    language = cast("Language", paper.addressee["language"])
    return notify(
        session,
        operator_id=paper.operator_id,
        now=paper.issued_at,
        recipient=f"member:{paper.member_id}",
        address=paper.addressee["email"],
        kind=KINDS[paper.kind],
        language=language,
        attachments=[f"{ATTACHED}:{paper.id}"],
        addressee=paper.addressee["name"],
        operator=rules.operator_title.spoken(language),
        number=paper.number,
        issued_on=paper.issued_on.isoformat(),
        due_on=paper.due_on.isoformat(),
        subtotal=f"{abs(paper.subtotal):,.0f}",
        tax=f"{abs(paper.tax):,.0f}",
        total=f"{abs(paper.total):,.0f}",
        is_taxed=paper.tax_mode != "outside",
        registration_number=paper.registration_number or "",
        reason=paper.reason or "",
    )
