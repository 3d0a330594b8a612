from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.billing.invoicing.bookings import lines_of_issue
from coworking.billing.invoicing.credit_sums import part_of, reversed_sums
from coworking.billing.invoicing.invoice_sums import Charged, LineKey, RateSum, sum_up
from coworking.billing.invoicing.paper_rows import amount_of
from coworking.kit.money import TaxMode

MONTHS = st.sampled_from(["2026-06", "2026-07"])
WHATS = st.sampled_from(["dues", "call", "printing:black", "late-interest"])
RATES = st.sampled_from([Decimal("0.10"), Decimal("0.08")])
AMOUNTS = st.decimals(-5_000, 50_000, places=3)


@st.composite
def papers(draw: st.DrawFn) -> list[Charged]:
    mode = draw(st.sampled_from([TaxMode.EXCLUDED, TaxMode.INCLUDED, TaxMode.OUTSIDE]))

    def one() -> st.SearchStrategy[Charged]:
        outside = st.just(Decimal(0))
        keys = st.builds(
            LineKey, MONTHS, WHATS, st.sampled_from([Decimal(27), Decimal("14.3")]),
            outside if mode is TaxMode.OUTSIDE else RATES,
        )  # fmt: skip
        return st.builds(Charged, keys, st.just(mode), st.integers(-3, 9), AMOUNTS)

    return draw(st.lists(one(), min_size=1, max_size=30))


def charged(
    amount: str, mode: TaxMode = TaxMode.EXCLUDED, *, rate: str = "0.10", what: str = "call"
) -> Charged:
    return Charged(LineKey("2026-06", what, Decimal(27), Decimal(rate)), mode, 1, Decimal(amount))


@pytest.mark.parametrize(
    ("charges", "subtotal", "tax", "total"),
    [
        pytest.param([charged("108")], 108, 10, 118, id="NEX-09: 10.8 rounded down once"),
        pytest.param([charged("27"), charged("27"), charged("54")], 108, 10, 118, id="call by call"),
        pytest.param([charged("13750", TaxMode.INCLUDED)], 12500, 1250, 13750, id="with tax in it"),
        pytest.param([charged("6416", TaxMode.INCLUDED)], 5833, 583, 6416, id="583.27 of it is tax"),
        pytest.param([charged("30000", TaxMode.OUTSIDE, rate="0")], 30000, 0, 30000, id="JSUG-13"),
        pytest.param(
            [charged("109.9"), charged("12.4", rate="0.08")], 121, 10, 131, id="rates by themselves, whole yen"
        ),
        pytest.param(
            [charged("1000"), charged("22", TaxMode.OUTSIDE, rate="0", what="late-interest")],
            1022, 100, 1122, id="interest bears no tax",
        ),
        pytest.param([charged("-14.3"), charged("114.3")], 100, 10, 110, id="a reversal"),
    ],
)  # fmt: skip
def test_what_charges_come_to(charges: list[Charged], subtotal: int, tax: int, total: int) -> None:
    sums = sum_up(charges)
    assert (sums.subtotal, sums.tax, sums.total) == (subtotal, tax, total)


def test_what_cancels_itself_has_no_line() -> None:
    gone = charged("-14.3", what="dues"), charged("14.3", what="dues")
    back = Charged(gone[0].key, TaxMode.EXCLUDED, -1, gone[0].amount)
    assert [line.what for line in sum_up([gone[1], back, charged("5")]).lines] == ["call"]


def test_two_tax_modes_are_two_invoices() -> None:
    with pytest.raises(ValueError, match="one tax mode"):
        sum_up([charged("1"), charged("1", TaxMode.INCLUDED)])


@given(papers())
def test_lines_sum_to_the_paper_and_tax_is_rounded_once_per_rate(charges: list[Charged]) -> None:
    sums = sum_up(charges)
    assert sum(line.amount for line in sums.lines) == amount_of(sums)
    assert all(value == value.to_integral_value() for value in (sums.subtotal, sums.tax, sums.total))
    for tax in sums.taxes:
        gross = sum(line.amount for line in sums.lines if line.rate == tax.rate)
        base = gross / (1 + tax.rate) if sums.tax_mode is TaxMode.INCLUDED else gross
        assert abs(base * tax.rate - tax.tax) < 1


@given(papers(), st.randoms(use_true_random=False), st.integers(1, 999))
def test_neither_order_nor_splitting_changes_an_invoice(
    charges: list[Charged], chance: object, cut: int
) -> None:
    split = []
    for one in charges:
        part = (one.amount * cut / 1000).quantize(Decimal("0.001"), rounding=ROUND_DOWN)
        split += [
            Charged(one.key, one.tax_mode, 0, part),
            Charged(one.key, one.tax_mode, one.quantity, one.amount - part),
        ]
    chance.shuffle(split)  # type: ignore[attr-defined]  # a random.Random
    assert sum_up(split) == sum_up(charges)


@given(papers())
def test_an_invoice_is_booked_in_balance(charges: list[Charged]) -> None:
    sums = sum_up(charges)
    lines = lines_of_issue(sums)
    assert sum(line.amount for line in lines) == 0
    assert sum(line.amount for line in lines if line.account == "receivable") == sums.total
    assert sum(line.amount for line in lines if line.account == "tax-payable") == -sums.tax


@given(
    st.lists(st.tuples(st.integers(1, 90_000), RATES), min_size=1, max_size=2, unique_by=lambda one: one[1]),
    st.sampled_from([TaxMode.EXCLUDED, TaxMode.INCLUDED]),
    st.data(),
)
def test_notes_over_parts_sum_to_the_invoice(
    rates: list[tuple[int, Decimal]], mode: TaxMode, data: st.DataObject
) -> None:
    sums = sum_up([charged(str(amount), mode, rate=str(rate)) for amount, rate in rates])
    left = {tax.rate: tax for tax in sums.taxes}
    while total := sum(int(tax.subtotal + tax.tax) for tax in left.values()):
        amount = Decimal(data.draw(st.integers(max(1, total // 4), total)))
        part = part_of(mode, list(left.values()), amount, "2026-07")
        assert -part.total == amount
        assert -amount_of(part) == -sum(line.amount for line in part.lines)
        for tax in part.taxes:
            before = left[tax.rate]
            assert 0 <= -tax.tax <= before.tax
            assert 0 <= -tax.subtotal <= before.subtotal
            left[tax.rate] = RateSum(tax.rate, before.subtotal + tax.subtotal, before.tax + tax.tax)
    assert all(tax.tax == tax.subtotal == 0 for tax in left.values())


def test_the_whole_is_taken_back_line_by_line() -> None:
    sums = sum_up([charged("100.5"), charged("7")])

    class Line:
        def __init__(self, index: int) -> None:
            line = sums.lines[index]
            self.what, self.service_month = line.what, line.service_month
            self.quantity, self.unit_price = line.quantity, line.unit_price
            self.amount, self.rate = line.amount, str(line.rate)

    note = reversed_sums(sums.tax_mode, [Line(0), Line(1)], sums.taxes)
    assert (note.total, amount_of(note)) == (-sums.total, -amount_of(sums))
    assert [line.amount for line in note.lines] == [-line.amount for line in sums.lines]
