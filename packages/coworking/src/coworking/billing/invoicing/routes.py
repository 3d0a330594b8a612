"""Invoices and credit notes over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from coworking.billing.invoice_models import Invoice
from coworking.billing.invoicing.credit_notes import credit
from coworking.billing.invoicing.invoice_search import (
    COUNTERPARTY,
    FoundInvoice,
    InvoiceFilter,
    find_invoice,
    find_invoices,
    invoices_for_file,
)
from coworking.billing.invoicing.schemas import CreditBody, InvoiceAnswer
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.audit import record
from coworking.kit.calendars import MONTH_PATTERN
from coworking.kit.errors import Language
from coworking.kit.listing import Listing, listing_of
from coworking.kit.money import LARGEST_YEN, plain
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.spreadsheets import csv_file
from coworking.kit.web.language import preferred_language
from coworking.membership import MoneyStaff, SignedIn, Visit

router = APIRouter(prefix="/api", tags=["invoices"])

Number = Annotated[
    str,
    Path(
        alias="invoice_number", max_length=40, description="As the paper shows it.", examples=["NEX-000001"]
    ),
]
AcceptLanguage = Annotated[str, Header(max_length=200)]
MonthQuery = Annotated[str | None, Query(pattern=MONTH_PATTERN, examples=["2026-07"])]
YenQuery = Annotated[Decimal | None, Query(ge=-LARGEST_YEN, le=LARGEST_YEN, max_digits=16, decimal_places=3)]
NameQuery = Annotated[
    str | None, Query(min_length=1, max_length=100, description="A part of the name; case does not count.")
]
InvoiceListing = Annotated[
    Listing,
    Depends(
        listing_of(
            number=Invoice.number,
            issued_on=Invoice.issued_on,
            due_on=Invoice.due_on,
            total=Invoice.total,
            counterparty=COUNTERPARTY,
        )
    ),
]
HEADER = (
    "number", "kind", "corrects", "issued_on", "due_on", "member_id", "counterparty", "subtotal", "tax", "total",
    "status", "paid", "credited", "paid_on", "pays_by", "registration_number", "lines",
)  # fmt: skip


Status = Literal["issued", "paid", "part-paid", "overdue", "credited"]


def wanted_invoices(
    visit: SignedIn,
    member_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    kind: Literal["invoice", "credit-note"] | None = None,
    status: Annotated[list[Status] | None, Query(max_length=5, description="Any of these.")] = None,
    issued_from: date | None = None,
    issued_to: date | None = None,
    due_from: date | None = None,
    due_to: date | None = None,
    least_total: YenQuery = None,
    most_total: YenQuery = None,
    counterparty: NameQuery = None,
    period: MonthQuery = None,
) -> InvoiceFilter:
    """Days are inclusive, totals with tax; what is given holds together. A member sees their own, whatever `member_id`
    says."""
    return InvoiceFilter(
        member_id=member_id if visit.actor.is_staff else visit.own_member_id(),
        kind=kind,
        statuses=None if status is None else tuple(status),
        issued_from=issued_from,
        issued_to=issued_to,
        due_from=due_from,
        due_to=due_to,
        least_total=least_total,
        most_total=most_total,
        counterparty=counterparty,
        period=period,
    )


Wanted = Annotated[InvoiceFilter, Depends(wanted_invoices, scope="function")]


@router.get("/invoices", summary="Find invoices and credit notes")
def get_invoices(
    visit: SignedIn,
    wanted: Wanted,
    listing: InvoiceListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    accept_language: AcceptLanguage = "",
) -> Page[InvoiceAnswer]:
    """By day, amount and counterparty together, in any order."""
    rules, language = _rules(visit), preferred_language(accept_language)
    found = find_invoices(visit.session, wanted, after_id=after, limit=limit, listing=listing)
    return page(found, limit, lambda one: InvoiceAnswer.of(one, rules, language), lambda one: one.invoice.id)


@router.get(
    "/invoices.csv",
    summary="The same as a file for a spreadsheet",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def get_invoices_file(visit: SignedIn, wanted: Wanted, listing: InvoiceListing) -> Response:
    """At most 50,000 papers."""
    found = invoices_for_file(visit.session, wanted, listing)
    record(
        visit.session,
        operator_id=visit.operator_id,
        at=visit.now,
        actor=visit.actor.reference,
        action="invoices.exported",
        subject=f"member:{wanted.member_id}" if wanted.member_id is not None else "invoices",
        details={"invoices": len(found)},
    )
    return as_file("invoices.csv", csv_file(HEADER, map(_row, found)))


@router.get("/invoices/{invoice_number}", summary="One invoice or credit note")
def get_invoice(number: Number, visit: SignedIn, accept_language: AcceptLanguage = "") -> InvoiceAnswer:
    return _shown(visit, number, preferred_language(accept_language))


@router.post(
    "/invoices/{invoice_number}/credit-notes",
    status_code=201,
    summary="Take back an invoice, or so many yen of it",
)
def post_credit_note(
    number: Number, body: CreditBody, visit: MoneyStaff, accept_language: AcceptLanguage = ""
) -> InvoiceAnswer:
    """A credit note of its own number; never more than was billed. What was paid of the part that is taken back is the
    member's advance payment again. Charges stay on the invoice."""
    note = credit(
        visit.session,
        _rules(visit),
        number,
        amount=body.amount,
        reason=body.reason,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _shown(visit, note.number, preferred_language(accept_language))


def as_file(name: str, content: bytes) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _shown(visit: Visit, number: str, language: Language) -> InvoiceAnswer:
    found = find_invoice(visit.session, number)
    visit.require_member(found.invoice.member_id)
    return InvoiceAnswer.of(found, _rules(visit), language)


def _rules(visit: Visit) -> BillingRules:
    return visit.resources[RulesOfBilling][visit.operator_id]


def _row(found: FoundInvoice) -> tuple[object, ...]:
    invoice, balance = found.invoice, found.balance
    return (
        invoice.number,
        invoice.kind,
        found.corrects or "",
        invoice.issued_on.isoformat(),
        invoice.due_on.isoformat(),
        invoice.member_id,
        invoice.addressee["name"],
        invoice.subtotal,
        invoice.tax,
        invoice.total,
        balance.status if balance else "issued",
        balance.paid if balance else 0,
        balance.credited if balance else 0,
        balance.paid_on.isoformat() if balance and balance.paid_on else "",
        invoice.pays_by,
        invoice.registration_number or "",
        " ".join(f"{line.what}:{plain(line.amount)}" for line in found.lines),
    )
