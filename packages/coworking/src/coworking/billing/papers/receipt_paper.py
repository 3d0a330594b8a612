"""A receipt of a payment as PDF: who paid what, when, by which means, for which invoices.

Where the payment is for invoices with tax, the tax of each rate stands on it, and with the registration number it
serves as a simplified qualified invoice (Consumption Tax Act, art. 57-4 (2)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from coworking.billing.papers import wording as say
from coworking.billing.rules import BillingRules
from coworking.kit.profile_fields import Words
from coworking.kit.typesetting import typeset

TEMPLATE = Path(__file__).parent / "receipt.typ"


@dataclass(frozen=True, slots=True)
class TaxShare:
    """The tax of one rate in what was paid, in whole yen."""

    rate: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """`number` names the payment; `invoices` are the numbers of what it paid; `taxes` is empty unless it paid invoices
    whole."""

    number: str
    addressee: str
    is_company: bool
    amount: Decimal
    means: str
    brand: str | None
    received_on: date
    written_at: datetime
    invoices: Sequence[str]
    taxes: Sequence[TaxShare]


def receipt_pdf(rules: BillingRules, receipt: Receipt, language: str) -> bytes:
    return typeset(TEMPLATE, _facts(rules, receipt, language), written_at=receipt.written_at)


def _facts(rules: BillingRules, receipt: Receipt, language: str) -> dict[str, Any]:
    issuer = rules.profile.papers.issuer
    honorific = say.COMPANY_HONORIFIC if receipt.is_company else say.HONORIFIC
    means = say.MEANS[receipt.means].spoken(language)
    paid_by = f"{means} {receipt.brand}" if receipt.brand else means
    if receipt.invoices:
        purpose = say.IN_PAYMENT_OF.spoken(language).format(numbers=", ".join(receipt.invoices))
    else:
        purpose = say.ADVANCE.spoken(language)
    rows = [_row(say.PAY_BY.spoken(language), paid_by)]
    rows += [_row(_tax_label(share.rate).spoken(language), say.yen(share.tax)) for share in receipt.taxes]
    return {
        "words": {"lang": language},
        "title": say.RECEIPT.spoken(language),
        "number": receipt.number,
        "addressee": {"name": honorific.spoken(language).format(name=receipt.addressee)},
        "dates": [
            {"label": say.NUMBER.spoken(language), "value": receipt.number},
            {"label": say.RECEIVED_ON.spoken(language), "value": say.long_day(receipt.received_on, language)},
        ],
        "total": {"label": say.TOTAL_RECEIVED.spoken(language), "amount": say.yen(receipt.amount)},
        "purpose": f"{purpose}、{say.RECEIVED_FOR.ja}" if language == "ja" else _sentence(purpose),
        "sums": rows,
        "issuer": say.issuer_facts(issuer, issuer.registration_number, language),
    }


def _tax_label(rate: Decimal) -> Words:
    percent = say.percent(rate)
    return Words(f"うち消費税（{percent}）", f"Consumption tax {percent} in it")


def _row(label: str, value: str) -> dict[str, Any]:
    return {"label": label, "amount": value, "strong": False}


def _sentence(purpose: str) -> str:
    return f"{say.RECEIVED_FOR.en.removesuffix('.')} {purpose}."
