from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from coworking.billing.invoicing.invoice_search import FoundInvoice
from coworking.billing.invoicing.invoice_sums import InvoiceSums
from coworking.billing.invoicing.preview import PreviewedAccount, PreviewedInvoice, PreviewTotals
from coworking.billing.invoicing.runs import RunFacts
from coworking.billing.rules import BillingRules
from coworking.billing.titles import title_of
from coworking.kit.errors import Language
from coworking.kit.money import LARGEST_YEN, plain

YEN = Field(description="Yen as decimal text.", examples=["13750"])
LONGEST_REASON = 500


class InvoiceLineAnswer(BaseModel):
    what: str
    title: str = Field(description="As the paper says it, in the reader's language.")
    service_month: str
    quantity: int
    unit_price: str | None = Field(description="None where the line has no price of its own.")
    amount: str = YEN
    rate: str = Field(description="The tax rate, such as 0.10; 0 outside consumption tax.", examples=["0.10"])


class RateAnswer(BaseModel):
    rate: str
    subtotal: str = Field(description="Yen without tax.")
    tax: str


class InvoiceAnswer(BaseModel):
    id: int
    number: str
    kind: str = Field(description="invoice or credit-note; the amounts of a credit note are negative.")
    corrects: str | None = Field(description="Of a credit note: the invoice that it corrects.")
    reason: str | None = Field(description="Of a credit note: why.")
    member_id: int
    addressee: dict[str, Any] = Field(description="Name and addresses as they were when it was issued.")
    issued_on: date
    due_on: date
    lines: list[InvoiceLineAnswer] = Field(
        description="They sum to the subtotal, or to the total where prices have the tax in them."
    )
    tax_mode: str
    taxes: list[RateAnswer]
    subtotal: str = Field(description="Whole yen without tax.")
    tax: str = YEN
    total: str = YEN
    status: str = Field(
        description="issued, paid, part-paid, overdue or credited; a credit note stays issued."
    )
    paid: str = YEN
    credited: str = YEN
    paid_on: date | None
    pays_by: str
    registration_number: str | None = Field(description="Of a qualified invoice: T and 13 digits.")

    @classmethod
    def of(cls, found: FoundInvoice, rules: BillingRules, language: Language) -> InvoiceAnswer:
        invoice, balance = found.invoice, found.balance
        return cls(
            id=invoice.id,
            number=invoice.number,
            kind=invoice.kind,
            corrects=found.corrects,
            reason=invoice.reason,
            member_id=invoice.member_id,
            addressee=invoice.addressee,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            lines=[
                InvoiceLineAnswer(
                    what=line.what,
                    title=title_of(rules, line.what).spoken(language),
                    service_month=line.service_month,
                    quantity=line.quantity,
                    unit_price=plain(line.unit_price) if line.unit_price is not None else None,
                    amount=plain(line.amount),
                    rate=line.rate,
                )
                for line in found.lines
            ],
            tax_mode=invoice.tax_mode,
            taxes=[RateAnswer(**tax) for tax in invoice.taxes],
            subtotal=plain(invoice.subtotal),
            tax=plain(invoice.tax),
            total=plain(invoice.total),
            status=balance.status if balance else "issued",
            paid=plain(balance.paid) if balance else "0",
            credited=plain(balance.credited) if balance else "0",
            paid_on=balance.paid_on if balance else None,
            pays_by=invoice.pays_by,
            registration_number=invoice.registration_number,
        )


class CreditBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Annotated[Decimal, Field(gt=0, le=LARGEST_YEN, max_digits=13, decimal_places=0)] | None = Field(
        default=None,
        description="Whole yen with tax; left out: all that is not credited yet.",
        examples=["1"],
    )
    reason: str = Field(
        min_length=1,
        max_length=LONGEST_REASON,
        description="Shown on the paper.",
        examples=["請求内容の誤り"],
    )


class ParkedAnswer(BaseModel):
    member_id: int
    reason: str = Field(
        description="The code of what is in the way; `defect: …` for a fault of the service's own."
    )
    parked_at: datetime


class RunAnswer(BaseModel):
    id: int
    period: str = Field(description="The month in which its invoices fall due.", examples=["2026-07"])
    status: str = Field(description="open, issuing or issued.")
    opened_at: datetime
    issued_at: datetime | None
    issued_by: str | None = Field(description="The account that issued it; `task` where it issues by itself.")
    invoices: int
    total: str = YEN
    parked: int = Field(description="Accounts whose invoice could not be made.")

    @classmethod
    def of(cls, facts: RunFacts) -> RunAnswer:
        run = facts.run
        return cls(
            id=run.id,
            period=run.period,
            status=run.status,
            opened_at=run.opened_at,
            issued_at=run.issued_at,
            issued_by=run.issued_by,
            invoices=facts.invoices,
            total=plain(facts.total),
            parked=facts.parked,
        )


class OneRunAnswer(RunAnswer):
    accounts_parked: list[ParkedAnswer]


class PreviewLineAnswer(BaseModel):
    what: str
    service_month: str
    quantity: int
    unit_price: str | None
    amount: str = YEN
    rate: str


class PreviewedInvoiceAnswer(BaseModel):
    due_on: date
    lines: list[PreviewLineAnswer]
    subtotal: str = YEN
    tax: str = YEN
    total: str = YEN

    @classmethod
    def of(cls, invoice: PreviewedInvoice) -> PreviewedInvoiceAnswer:
        sums: InvoiceSums = invoice.sums
        return cls(
            due_on=invoice.due_on,
            lines=[
                PreviewLineAnswer(
                    what=line.what,
                    service_month=line.service_month,
                    quantity=line.quantity,
                    unit_price=plain(line.unit_price) if line.unit_price is not None else None,
                    amount=plain(line.amount),
                    rate=str(line.rate),
                )
                for line in sums.lines
            ],
            subtotal=plain(sums.subtotal),
            tax=plain(sums.tax),
            total=plain(sums.total),
        )


class PreviewedAccountAnswer(BaseModel):
    member_id: int
    name: str
    invoices: list[PreviewedInvoiceAnswer]
    total: str = YEN
    last_total: str = Field(description="What fell due in the month before, with tax.")
    difference: str = Field(description="The total less that of the month before.")
    differences: dict[str, str] = Field(
        description="By kind, against what fell due in the month before; kinds without one are left out."
    )
    parked: str | None = Field(description="Why the account is parked, if it is.")

    @classmethod
    def of(cls, account: PreviewedAccount) -> PreviewedAccountAnswer:
        return cls(
            member_id=account.member_id,
            name=account.name,
            invoices=[PreviewedInvoiceAnswer.of(invoice) for invoice in account.invoices],
            total=plain(account.total),
            last_total=plain(account.last_total),
            difference=plain(account.difference),
            differences={what: plain(amount) for what, amount in account.differences.items()},
            parked=account.parked,
        )


class PreviewTotalsAnswer(BaseModel):
    accounts: int
    invoices: int
    subtotal: str = YEN
    tax: str = YEN
    total: str = YEN
    last_total: str = YEN
    parked: int

    @classmethod
    def of(cls, totals: PreviewTotals) -> PreviewTotalsAnswer:
        return cls(
            accounts=totals.accounts,
            invoices=totals.invoices,
            subtotal=plain(totals.subtotal),
            tax=plain(totals.tax),
            total=plain(totals.total),
            last_total=plain(totals.last_total),
            parked=totals.parked,
        )


class PreviewAnswer(BaseModel):
    items: list[PreviewedAccountAnswer]
    next: int | None = Field(description="Pass it as `after` for the next page; null on the last.")
    totals: PreviewTotalsAnswer = Field(description="Of everything that the filter lets through.")


class RetriedAnswer(BaseModel):
    invoices: list[str] = Field(description="The numbers of what was issued.")
