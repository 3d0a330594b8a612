"""Papers over HTTP: invoices, credit notes and receipts as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.invoice_models import Invoice
from coworking.billing.invoicing.routes import Number
from coworking.billing.papers import invoice_pdf, receipt_pdf
from coworking.billing.papers.receipt_paper import Receipt, TaxShare
from coworking.billing.payment_models import Allocation, Payment
from coworking.billing.rules import RulesOfBilling
from coworking.kit.errors import NotFound
from coworking.membership import SignedIn, facts

router = APIRouter(prefix="/api", tags=["invoices"])

LanguageOfPaper = Annotated[
    str | None, Query(pattern="^(ja|en)$", description="The addressee's, unless another is named.")
]
PDF = {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}


class PdfResponse(Response):
    media_type = "application/pdf"


@router.get(
    "/invoices/{invoice_number}/pdf",
    summary="An invoice or credit note as PDF",
    response_class=PdfResponse,
    responses=PDF,  # type: ignore[arg-type]  # FastAPI types the keys as int or text
)
def get_invoice_pdf(number: Number, visit: SignedIn, language: LanguageOfPaper = None) -> PdfResponse:
    invoice = visit.session.scalar(select(Invoice).where(Invoice.number == number))
    if invoice is None:
        raise NotFound
    visit.require_member(invoice.member_id)
    rules = visit.resources[RulesOfBilling][visit.operator_id]
    return _file(f"{invoice.number}.pdf", invoice_pdf(visit.session, rules, invoice, language))


@router.get(
    "/payments/{payment_id}/receipt",
    summary="A receipt of a payment as PDF",
    response_class=PdfResponse,
    responses=PDF,  # type: ignore[arg-type]  # FastAPI types the keys as int or text
)
def get_receipt(payment_id: int, visit: SignedIn, language: LanguageOfPaper = None) -> PdfResponse:
    payment = visit.session.get(Payment, payment_id)
    if payment is None or payment.amount <= 0:
        raise NotFound
    visit.require_member(payment.member_id)
    rules = visit.resources[RulesOfBilling][visit.operator_id]
    receipt = _receipt(visit.session, rules.profile.papers.series, payment)
    member = facts(visit.session, payment.member_id)
    return _file(f"{receipt.number}.pdf", receipt_pdf(rules, receipt, language or member.language))


def _receipt(session: Session, series: str, payment: Payment) -> Receipt:
    member = facts(session, payment.member_id)
    paid = session.scalars(
        select(Invoice)
        .join(Allocation, Allocation.invoice_id == Invoice.id)
        .where(Allocation.payment_id == payment.id)
        .distinct()
        .order_by(Invoice.id)
    ).all()
    return Receipt(
        number=f"{series}-P{payment.id}",
        addressee=member.name,
        is_company=member.kind == "company",
        amount=payment.amount,
        means=payment.means,
        brand=payment.brand,
        received_on=payment.received_on,
        written_at=payment.recorded_at,
        invoices=[invoice.number for invoice in paid],
        taxes=_taxes(payment, paid),
    )


def _taxes(payment: Payment, paid: Sequence[Invoice]) -> list[TaxShare]:
    """The tax by rate where this payment alone paid its invoices whole; otherwise no part of it can be told."""
    if not paid or sum(invoice.total for invoice in paid) != payment.amount:
        return []
    by_rate: dict[str, Decimal] = {}
    for invoice in paid:
        for tax in invoice.taxes:
            by_rate[tax["rate"]] = by_rate.get(tax["rate"], Decimal(0)) + Decimal(tax["tax"])
    return [TaxShare(Decimal(rate), tax) for rate, tax in sorted(by_rate.items())]


def _file(name: str, content: bytes) -> PdfResponse:
    return PdfResponse(content, headers={"content-disposition": f'attachment; filename="{name}"'})
