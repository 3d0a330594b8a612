"""Payments, refunds, ways to pay and slips over HTTP."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from coworking.billing.counter_payments import invoices_of, list_payments, take_payment
from coworking.billing.errors import PaymentMethodOfficeOnly
from coworking.billing.invoicing.errors import NoWayToPay
from coworking.billing.payment_methods import WayToPay, choose_way_to_pay, way_to_pay
from coworking.billing.payment_models import Payment
from coworking.billing.payment_record_models import PaymentSlip
from coworking.billing.payment_schemas import (
    PaidInvoice,
    PaymentAnswer,
    PaymentBody,
    RefundAnswer,
    RefundBody,
    ReversalBody,
    SlipAnswer,
    WayToPayAnswer,
    WayToPayBody,
)
from coworking.billing.payments import reverse_payment
from coworking.billing.profile import PaymentMeans
from coworking.billing.refunds import refund_invoice
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.billing.slips import list_slips, mark_mailed
from coworking.kit.errors import Language, NotFound
from coworking.kit.listing import AnId, Listing, listing_of
from coworking.kit.money import plain
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.web.language import preferred_language
from coworking.membership import MoneyStaff, Right, SignedIn, Staff, Visit, facts

MOST_ROWS = 20_000
"""Of a CSV file."""
AT_THE_COUNTER = "counter-"
HEADINGS: dict[Language, tuple[str, ...]] = {
    "ja": (
        "番号",
        "会員番号",
        "受領日",
        "支払い方法",
        "ブランド",
        "金額",
        "請求書",
        "備考",
        "取り消した入金",
    ),
    "en": ("id", "member", "received on", "means", "brand", "amount", "invoices", "note", "reverses"),
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

router = APIRouter(prefix="/api", tags=["payments"])

PaymentListing = Annotated[
    Listing, Depends(listing_of(received_on=Payment.received_on, amount=Payment.amount))
]
SlipListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=PaymentSlip.mail_on,
            equal={"member_id": (PaymentSlip.member_id, AnId)},
            mail_on=PaymentSlip.mail_on,
        )
    ),
]

MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
PaymentId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Means = Annotated[PaymentMeans | None, Query()]
FromDay = Annotated[date | None, Query(description="First day of the receipt.")]
ToDay = Annotated[date | None, Query(description="Last day of the receipt.")]
InvoiceNumber = Annotated[str | None, Query(max_length=40)]
AcceptLanguage = Annotated[str, Header(include_in_schema=False)]


@router.post("/payments", status_code=201, summary="Record a payment")
def post_payment(body: PaymentBody, visit: Staff) -> PaymentAnswer:
    """It pays the named invoice first, then those due first; what is left is an advance for the next one. The reception
    records what is paid at the counter, billing staff everything."""
    if not body.means.startswith(AT_THE_COUNTER):
        visit.require(Right.MONEY)
    payment = take_payment(
        visit.session,
        _rules(visit),
        body.member_id,
        WayToPay(body.means, body.brand),
        body.amount,
        actor=visit.actor.reference,
        now=visit.now,
        key=body.key,
        number=body.invoice,
        received_on=body.received_on,
        note=body.note,
    )
    return _answers(visit, [payment])[0]


@router.get("/payments", summary="List payments, reversals and refunds among them")
def get_payments(
    visit: SignedIn,
    listing: PaymentListing,
    member_id: int | None = None,
    means: Means = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    invoice: InvoiceNumber = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[PaymentAnswer]:
    """Staff see every member's; a member sees their own, whatever `member_id` says."""
    payments = list_payments(
        visit.session,
        member_id=member_id if visit.actor.is_staff else visit.own_member_id(),
        means=means,
        from_day=from_day,
        to_day=to_day,
        invoice=invoice,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(_answers(visit, payments), limit, lambda answer: answer, lambda answer: answer.id)


@router.get(
    "/payments.csv",
    summary="Payments as a file for a spreadsheet",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def get_csv(
    visit: MoneyStaff,
    member_id: int | None = None,
    means: Means = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    accept_language: AcceptLanguage = "",
) -> Response:
    """At most 20,000 payments. The heading is in the reader's language."""
    payments = list_payments(
        visit.session,
        member_id=member_id,
        means=means,
        from_day=from_day,
        to_day=to_day,
        limit=MOST_ROWS,
    )
    language = preferred_language(accept_language)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(HEADINGS[language])
    for answer in _answers(visit, payments):
        writer.writerow(_row(answer))
    headers = {
        "content-disposition": 'attachment; filename="payments.csv"',
        "cache-control": "no-store",
        "content-language": language,
    }
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/payments/{payment_id}", summary="One payment")
def get_payment(payment_id: PaymentId, visit: SignedIn) -> PaymentAnswer:
    payment = visit.session.get(Payment, payment_id)
    if payment is None:
        raise NotFound
    visit.require_member(payment.member_id)
    return _answers(visit, [payment])[0]


@router.post("/payments/{payment_id}/reverse", summary="Take back a payment that did not stay")
def post_reverse(payment_id: PaymentId, body: ReversalBody, visit: MoneyStaff) -> PaymentAnswer:
    """By another row; what it had paid is owed again."""
    reversal = reverse_payment(
        visit.session,
        _rules(visit),
        payment_id,
        body.reason,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _answers(visit, [reversal])[0]


@router.post("/invoices/{invoice_number}/refund", summary="Pay back what was paid on an invoice")
def post_refund(
    invoice_number: Annotated[str, Path(max_length=40)], body: RefundBody, visit: MoneyStaff
) -> list[RefundAnswer]:
    """Only where the operator refunds at all. A credit note takes the invoice back."""
    refunds = refund_invoice(
        visit.session,
        _rules(visit),
        invoice_number,
        None if body.amount is None else Decimal(body.amount),
        body.reason,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return [RefundAnswer.of(refund) for refund in refunds]


@router.get("/members/{member_id}/payment-method", summary="How a member pays")
def get_way_to_pay(member_id: MemberId, visit: SignedIn) -> WayToPayAnswer:
    visit.require_member(member_id)
    return _way(visit, member_id)


@router.put("/members/{member_id}/payment-method", summary="Choose how a member pays")
def put_way_to_pay(member_id: MemberId, body: WayToPayBody, visit: SignedIn) -> WayToPayAnswer:
    """By the member, or by staff only where the operator changes it on request."""
    visit.require_member(member_id)
    rules = _rules(visit)
    if not visit.actor.is_staff and rules.profile.payment_changed_by == "office":
        raise PaymentMethodOfficeOnly
    way = WayToPay(body.means, body.brand)
    choose_way_to_pay(
        visit.session, rules.profile, member_id, way, actor=visit.actor.reference, now=visit.now
    )
    return _way(visit, member_id)


@router.get("/payment-slips", summary="List payment slips")
def get_slips(
    visit: Staff,
    listing: SlipListing,
    is_mailed: Annotated[bool | None, Query(description="false: what waits to be mailed.")] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[SlipAnswer]:
    slips = list_slips(visit.session, is_mailed=is_mailed, after_id=after, limit=limit, listing=listing)
    return page(slips, limit, lambda one: SlipAnswer.of(*one), lambda one: one[0].id)


@router.post("/payment-slips/{slip_id}/mailed", summary="A payment slip went out")
def post_mailed(slip_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], visit: Staff) -> SlipAnswer:
    """Saying so again changes nothing."""
    slip, number = mark_mailed(visit.session, slip_id, actor=visit.actor.reference, now=visit.now)
    return SlipAnswer.of(slip, number)


def _rules(visit: Visit) -> BillingRules:
    return visit.resources[RulesOfBilling][visit.operator_id]


def _way(visit: Visit, member_id: int) -> WayToPayAnswer:
    profile = _rules(visit).profile
    member = facts(visit.session, member_id)
    choices = profile.choices_for(member.plan, member.kind)
    if not choices:
        raise NoWayToPay
    way = way_to_pay(visit.session, profile, member_id)
    return WayToPayAnswer(
        member_id=member_id,
        means=way.means.value,
        brand=way.brand,
        allowed=[choice.means.value for choice in choices],
        brands={choice.means.value: list(choice.brands) for choice in choices if choice.brands},
    )


def _answers(visit: Visit, payments: Sequence[Payment]) -> list[PaymentAnswer]:
    invoices = invoices_of(visit.session, [payment.id for payment in payments])
    return [
        PaymentAnswer.of(
            payment,
            [
                PaidInvoice(number=number, amount=plain(amount))
                for number, amount in invoices.get(payment.id, ())
            ],
        )
        for payment in payments
    ]


def _row(answer: PaymentAnswer) -> tuple[str | int | None, ...]:
    return (
        answer.id,
        answer.member_id,
        answer.received_on.isoformat(),
        answer.means,
        answer.brand,
        answer.amount,
        " ".join(one.number for one in answer.invoices),
        f"'{answer.note}" if answer.note.startswith(FORMULA_STARTS) else answer.note,
        answer.reverses_id,
    )
