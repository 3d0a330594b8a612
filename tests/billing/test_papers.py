"""Invoices, credit notes and receipts as PDF: what the law wants on them stands on them, in both languages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader

from app.profiles import load_profile
from coworking.billing import BillingRules
from coworking.billing.invoice_models import Invoice, InvoiceLine
from coworking.billing.papers.invoice_paper import TEMPLATE, invoice_facts
from coworking.billing.papers.receipt_paper import Receipt, TaxShare, receipt_pdf
from coworking.kit.typesetting import LARGEST_FACTS, typeset

WRITTEN_AT = datetime(2026, 7, 1, tzinfo=UTC)
NUMBER = "T7000012050002"


@pytest.fixture(scope="module")
def nex_billing() -> BillingRules:
    nex = load_profile("nex")
    return BillingRules(nex.billing, nex.membership, nex.calendar(), 1, nex.title)


def text_of(pdf: bytes) -> str:
    """The words on the pages, without the gaps that setting made."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def invoice(**changes: object) -> Invoice:
    facts: dict[str, object] = {
        "kind": "invoice",
        "number": "NEX-000012",
        "addressee": {
            "name": "株式会社𠮷野データ", "kind": "company", "address": '横浜市西区1-2-3\n#show "x" $a$ *b*',
            "email": "pay@example.jp", "language": "ja",
        },
        "issued_on": date(2026, 7, 1), "issued_at": WRITTEN_AT, "due_on": date(2026, 7, 31),
        "pays_by": "bank-transfer", "tax_mode": "excluded", "subtotal": Decimal(4653), "tax": Decimal(465),
        "total": Decimal(5118), "taxes": [{"rate": "0.10", "subtotal": "4653", "tax": "465"}],
        "registration_number": NUMBER,
    }  # fmt: skip
    return Invoice(**(facts | changes))


LINES = [
    InvoiceLine(
        what="line-monthly", service_month="2026-08", quantity=1, unit_price=Decimal(2000), amount=Decimal(2000)
    ),
    InvoiceLine(what="call", service_month="2026-06", quantity=83, unit_price=None, amount=Decimal(2653)),
]  # fmt: skip


def set_invoice(
    rules: BillingRules,
    paper: Invoice,
    language: str,
    lines: Sequence[InvoiceLine] = LINES,
    credited: Invoice | None = None,
) -> str:
    return text_of(
        typeset(TEMPLATE, invoice_facts(rules, paper, lines, credited, language), written_at=WRITTEN_AT)
    )


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("ja", ["請求書（適格請求書）", "株式会社𠮷野データ御中", "2026年7月1日", "回線の月額料金", "2026年8月",
                "通話料",
                "10%対象（税抜）", "¥4,653", "消費税（10%）", "¥465", "¥5,118", NUMBER, "銀行振込", "ネツクス"]),
        ("en", ["Invoice(qualified)", "1July2026", "31July2026", "Calls", "Consumptiontax10%", "¥5,118",
                NUMBER, "banktransfer"]),
    ],
)  # fmt: skip
def test_a_qualified_invoice_says_what_the_law_wants(
    nex_billing: BillingRules, language: str, wanted: list[str]
) -> None:
    said = set_invoice(nex_billing, invoice(), language)
    assert [words for words in wanted if words not in said] == []


def test_a_name_sets_no_type(nex_billing: BillingRules) -> None:
    assert '#show"x"$a$*b*' in set_invoice(nex_billing, invoice(), "ja")


def test_outside_tax_there_is_no_tax_line(nex_billing: BillingRules) -> None:
    outside = invoice(
        tax_mode="outside", registration_number=None, tax=Decimal(0), subtotal=Decimal(5118), taxes=[]
    )
    said = set_invoice(nex_billing, outside, "ja")
    assert "消費税の対象外" in said
    assert [words for words in ("適格", "10%", "登録番号", "（税込）") if words in said] == []


def test_a_credit_note_names_what_it_corrects(nex_billing: BillingRules) -> None:
    note = invoice(kind="credit-note", number="NEX-000013", subtotal=Decimal(-100), tax=Decimal(-10),
                   total=Decimal(-110), taxes=[{"rate": "0.10", "subtotal": "-100", "tax": "-10"}])  # fmt: skip
    line = InvoiceLine(
        what="call", service_month="2026-06", quantity=-3, unit_price=None, amount=Decimal(-100)
    )
    said = set_invoice(nex_billing, note, "ja", [line], credited=invoice())
    assert [
        words for words in ("返還請求書", "NEX-000012(2026年7月1日)", "−¥100", "¥110") if words not in said
    ] == []
    assert "支払期日" not in said


def test_many_lines_go_over_pages(nex_billing: BillingRules) -> None:
    pdf = typeset(
        TEMPLATE, invoice_facts(nex_billing, invoice(), LINES * 60, None, "ja"), written_at=WRITTEN_AT
    )
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) > 2
    assert all("NEX-000012" in page.extract_text() for page in pages)


@pytest.mark.parametrize(("language", "wanted"), [
    ("ja", ["領収書", "佐藤花子様", "¥5,118", "受付（QRコード決済）paypay", "うち消費税（10%）", "¥465",
            "請求書NEX-000012"]),
    ("en", ["Receipt", "佐藤花子", "¥5,118", "atthecounter,QRpaymentpaypay", "invoiceNEX-000012"]),
])  # fmt: skip
def test_a_receipt_says_by_what_it_was_paid(
    nex_billing: BillingRules, language: str, wanted: list[str]
) -> None:
    receipt = Receipt(
        "NEX-P7", "佐藤 花子", False, Decimal(5118), "counter-qr", "paypay", date(2026, 7, 3), WRITTEN_AT,
        ["NEX-000012"], [TaxShare(Decimal("0.10"), Decimal(465))],
    )  # fmt: skip
    said = text_of(receipt_pdf(nex_billing, receipt, language))
    assert [words for words in wanted if words not in said] == []


def test_the_same_facts_give_the_same_bytes(nex_billing: BillingRules) -> None:
    facts = invoice_facts(nex_billing, invoice(), LINES, None, "ja")
    assert typeset(TEMPLATE, facts, written_at=WRITTEN_AT) == typeset(TEMPLATE, facts, written_at=WRITTEN_AT)


def test_a_paper_may_be_written_within_a_second(nex_billing: BillingRules) -> None:
    facts = invoice_facts(nex_billing, invoice(), LINES, None, "ja")
    later = WRITTEN_AT.replace(microsecond=250_000)
    assert typeset(TEMPLATE, facts, written_at=later) == typeset(TEMPLATE, facts, written_at=WRITTEN_AT)


def test_a_paper_has_a_size(nex_billing: BillingRules) -> None:
    with pytest.raises(ValueError, match="too many"):
        typeset(TEMPLATE, {"x": "y" * LARGEST_FACTS}, written_at=WRITTEN_AT)
