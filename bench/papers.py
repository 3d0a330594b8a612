"""How many invoices become PDF in a second, beside a page of one word set by the same compiler."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from app.profiles import load_profile
from coworking.billing import BillingRules
from coworking.billing.invoice_models import Invoice, InvoiceLine
from coworking.billing.papers.invoice_paper import TEMPLATE, invoice_facts
from coworking.kit.typesetting import typeset

PAPERS = 1_000
ONE_WORD = '#set text(font: "Noto Sans JP")\n#json(bytes(sys.inputs.facts)).word\n'
WRITTEN_AT = datetime(2026, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Typesetting:
    papers: int
    invoices_per_second: float
    words_per_second: float


def typeset_many(papers: int = PAPERS) -> Typesetting:
    nex = load_profile("nex")
    rules = BillingRules(nex.billing, nex.membership, nex.calendar(), 1, nex.title)

    def invoice(number: int) -> None:
        facts = invoice_facts(rules, _invoice(number), _lines(number), None, "ja")
        typeset(TEMPLATE, facts, written_at=WRITTEN_AT)

    with tempfile.TemporaryDirectory() as folder:
        word = Path(folder) / "word.typ"
        word.write_text(ONE_WORD)

        def one_word(number: int) -> None:
            typeset(word, {"word": f"請求{number}"}, written_at=WRITTEN_AT)

        for warm in (invoice, one_word):
            warm(-1)
        return Typesetting(papers, _per_second(invoice, papers), _per_second(one_word, papers))


def _per_second(make: Callable[[int], None], papers: int) -> float:
    began = time.perf_counter()
    for number in range(papers):
        make(number)
    return papers / (time.perf_counter() - began)


def _invoice(number: int) -> Invoice:
    subtotal = Decimal(2_000 + number)
    tax = subtotal // 10
    return Invoice(
        kind="invoice",
        number=f"NEX-{number:06}",
        addressee={
            "name": f"株式会社見本{number}",
            "kind": "company",
            "address": "横浜市西区1-2-3",
            "language": "ja",
        },
        issued_on=date(2026, 7, 1),
        due_on=date(2026, 7, 31),
        pays_by="bank-transfer",
        tax_mode="excluded",
        subtotal=subtotal,
        tax=tax,
        total=subtotal + tax,
        taxes=[{"rate": "0.10", "subtotal": str(subtotal), "tax": str(tax)}],
        registration_number="T7000012050002",
    )


def _lines(number: int) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            what=what, service_month="2026-06", quantity=number, unit_price=None, amount=Decimal(100 + number)
        )
        for what in ("line-monthly", "call", "control-call", "technician")
    ]
