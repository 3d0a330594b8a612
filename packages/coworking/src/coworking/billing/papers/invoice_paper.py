"""An issued invoice or credit note as PDF.

A qualified invoice names its issuer with the registration number, the day, what was supplied, the amounts and the tax
per rate, and the addressee (Consumption Tax Act, art. 57-4).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.invoice_models import Invoice, InvoiceLine
from coworking.billing.papers import wording as say
from coworking.billing.rules import BillingRules
from coworking.billing.titles import title_of
from coworking.kit.mailer import Attachment
from coworking.kit.money import TaxMode
from coworking.kit.typesetting import typeset

TEMPLATE = Path(__file__).parent / "invoice.typ"


def invoice_pdf(
    session: Session, rules: BillingRules, invoice: Invoice, language: str | None = None
) -> bytes:
    """In the addressee's language unless another is asked for."""
    lines = session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
    ).all()
    credited = session.get(Invoice, invoice.credits_id) if invoice.credits_id else None
    facts = invoice_facts(rules, invoice, lines, credited, language or invoice.addressee["language"])
    return typeset(TEMPLATE, facts, written_at=invoice.issued_at)


def invoice_file(session: Session, rules: BillingRules, invoice_id: int) -> Attachment | None:
    """The PDF as it goes with a mail; None where there is no such invoice."""
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        return None
    return Attachment(f"{invoice.number}.pdf", "application/pdf", invoice_pdf(session, rules, invoice))


def invoice_facts(
    rules: BillingRules,
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    credited: Invoice | None,
    language: str,
) -> dict[str, Any]:
    """What the template sets: all text, in `language`."""
    is_credit = invoice.kind == "credit-note"
    issuer = rules.profile.papers.issuer
    if is_credit:
        title, opening, total = say.CREDIT_NOTE, say.CREDIT_OPENING, say.TOTAL_CREDITED
    elif invoice.tax_mode == TaxMode.OUTSIDE:
        title, opening, total = say.INVOICE, say.OPENING, say.TOTAL_OUTSIDE
    else:
        title = say.QUALIFIED if invoice.registration_number else say.INVOICE
        opening, total = say.OPENING, say.TOTAL_DUE
    dates = [(say.NUMBER, invoice.number), (say.ISSUED_ON, say.long_day(invoice.issued_on, language))]
    if credited is not None:
        when = say.long_day(credited.issued_on, language)
        dates.append((say.CORRECTS, f"{credited.number} ({when})"))
    else:
        dates.append((say.DUE_ON, say.long_day(invoice.due_on, language)))
    return {
        "words": {name: word.spoken(language) for name, word in say.COLUMNS.items()} | {"lang": language},
        "title": title.spoken(language),
        "number": invoice.number,
        "opening": opening.spoken(language),
        "addressee": _addressee(invoice.addressee, language),
        "issuer": say.issuer_facts(issuer, invoice.registration_number, language),
        "dates": [{"label": label.spoken(language), "value": value} for label, value in dates],
        "total": {"label": total.spoken(language), "amount": say.yen(abs(invoice.total))},
        "lines": [_line(rules, line, language) for line in lines],
        "sums": list(_sums(invoice, language)),
        "notes": _notes(rules, invoice, language),
    }


def _addressee(addressee: dict[str, Any], language: str) -> dict[str, Any]:
    honorific = say.COMPANY_HONORIFIC if addressee.get("kind") == "company" else say.HONORIFIC
    address = addressee.get("address") or ""
    return {
        "name": honorific.spoken(language).format(name=addressee["name"]),
        "lines": [line for line in address.splitlines() if line.strip()],
    }


def _line(rules: BillingRules, line: InvoiceLine, language: str) -> dict[str, str]:
    return {
        "item": title_of(rules, line.what).spoken(language),
        "month": say.long_month(line.service_month, language),
        "quantity": f"{line.quantity:,}",
        "unit_price": say.yen(line.unit_price) if line.unit_price is not None else "",
        "amount": say.yen(line.amount),
    }


def _sums(invoice: Invoice, language: str) -> list[dict[str, Any]]:
    if invoice.tax_mode == TaxMode.OUTSIDE:
        return [_sum(say.OUTSIDE_TAX.spoken(language), invoice.subtotal), _total(invoice, language)]
    rows = []
    for tax in invoice.taxes:
        rate = say.percent(Decimal(tax["rate"]))
        base, amount = Decimal(tax["subtotal"]), Decimal(tax["tax"])
        if language == "ja":
            rows += [_sum(f"{rate}対象（税抜）", base), _sum(f"消費税（{rate}）", amount)]
        else:
            rows += [_sum(f"Taxed at {rate}, before tax", base), _sum(f"Consumption tax {rate}", amount)]
    return [*rows, _total(invoice, language)]


def _total(invoice: Invoice, language: str) -> dict[str, Any]:
    return _sum(say.TOTAL.spoken(language), invoice.total) | {"strong": True}


def _sum(label: str, amount: Decimal) -> dict[str, Any]:
    return {"label": label, "amount": say.yen(amount), "strong": False}


def _notes(rules: BillingRules, invoice: Invoice, language: str) -> list[dict[str, Any]]:
    """How it is paid, where to, and what the operator says of tax."""
    notes = []
    if invoice.kind == "invoice":
        means = say.MEANS[invoice.pays_by].spoken(language)
        notes.append({"title": say.PAY_BY.spoken(language), "lines": [means]})
        account = say.transfer_lines(rules.profile.papers.issuer, language)
        if invoice.pays_by == "bank-transfer" and account:
            notes.append({"title": say.TRANSFER_TO.spoken(language), "lines": account})
    outside = rules.profile.papers.outside_tax_words
    if invoice.tax_mode == TaxMode.OUTSIDE and outside is not None:
        notes.append({"title": say.REMARK.spoken(language), "lines": [outside.spoken(language)]})
    return notes
