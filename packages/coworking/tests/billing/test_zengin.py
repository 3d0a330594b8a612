"""Files that banks exchange: what is written is read back, and what is damaged is refused whole."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.billing.zengin.debit_files import (
    BankAccount,
    Collector,
    Debit,
    Result,
    read_results,
    with_results,
    write_debits,
)
from coworking.billing.zengin.deposit_files import Deposit, read_deposits
from coworking.billing.zengin.errors import BankFileRefused, BankFileTotalsWrong
from coworking.billing.zengin.payer_names import payer_key, reference_in
from coworking.billing.zengin.records import bank_kana

TODAY = date(2026, 7, 3)
OWN = BankAccount("0001", "ﾐｽﾞﾎ", "110", "ﾄﾗﾉﾓﾝ", 1, "7654321", "")
COLLECTOR = Collector("1234567890", "ｶ)ｻｸﾗ", OWN)


def account(holder: str = "ｻﾄｳ ﾊﾅｺ") -> BankAccount:
    return BankAccount("0005", "ﾐﾂﾋﾞｼUFJ", "331", "ｼﾌﾞﾔ", 1, "0012345", holder)


def debits(*amounts: int) -> list[Debit]:
    return [Debit(account(), amount, customer, False) for customer, amount in enumerate(amounts, start=1)]


def test_a_request_has_the_banks_layout() -> None:
    lines = write_debits(COLLECTOR, date(2026, 12, 28), debits(13_750, 5_500)).split(b"\r\n")
    assert [len(line) for line in lines] == [120, 120, 120, 120, 120, 0]
    assert lines[0].startswith("19101234567890ｶ)ｻｸﾗ ".encode("shift_jis"))
    assert lines[0][54:58] == b"1228"
    assert lines[1].startswith("20005ﾐﾂﾋﾞｼUFJ".encode("shift_jis"))
    assert lines[1][80:112] == b"0000013750" + b"0" + b"00000000000000000001" + b"0"
    assert lines[3].startswith(b"8000002000000019250" + b"0" * 36)
    assert lines[4] == b"9" + b" " * 119


@given(
    st.lists(st.tuples(st.integers(1, 9_999_999_999), st.sampled_from(list(Result))), min_size=1, max_size=20)
)
def test_every_result_code_is_read_back(outcomes: list[tuple[int, Result]]) -> None:
    request = write_debits(COLLECTOR, date(2026, 6, 29), debits(*(amount for amount, _ in outcomes)))
    found = read_results(with_results(request, [result for _, result in outcomes]))
    assert (found.collector_code, found.debit_month_day) == ("1234567890", "0629")
    assert [(one.amount, one.result) for one in found.results] == outcomes
    assert [one.customer for one in found.results] == list(range(1, len(outcomes) + 1))


RESULT = with_results(
    write_debits(COLLECTOR, date(2026, 6, 29), debits(1_000, 2_000)), [Result.PAID, Result.NO_FUNDS]
)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", BankFileRefused),
        (RESULT[:-130], BankFileRefused),
        (RESULT.replace(b"\r\n", b"", 1), BankFileRefused),
        ("１".encode() + RESULT, BankFileRefused),
        (RESULT.decode("shift_jis").encode("utf-8"), BankFileRefused),
        (RESULT.replace(b"0000001000", b"0000001001", 1), BankFileTotalsWrong),
        (RESULT.replace(b"0000001000", b"000000100x", 1), BankFileRefused),
        (RESULT[:122] + RESULT, BankFileRefused),
        (RESULT.replace(b"191", b"121", 1), BankFileRefused),
    ],
    ids=[
        "empty", "cut off", "two records in one", "wide digits", "UTF-8", "wrong total", "no amount", "two headers",
        "another kind",
    ],
)  # fmt: skip
def test_a_damaged_result_is_refused(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_results(content)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (read_results, lambda data: read_deposits(data, TODAY)):
        with contextlib.suppress(BankFileRefused, BankFileTotalsWrong):
            read(content)


def notice(*rows: tuple[str, int, str], cancelled: int | None = None, kind: str = "01") -> bytes:
    """A bank's 200-byte file of these days, amounts and payers."""
    width = 10 if kind == "01" else 12
    lines = [f"1{kind}0".ljust(200)]
    for number, (day, amount, payer) in enumerate(rows):
        if kind == "01":
            flag = "1" if number == cancelled else " "
            body = f"2{number:06}{day}{day}{amount:010}{0:010}{'':10}{payer:48}{'':15}{'':15}{flag}"
        else:
            direction = "2" if number == cancelled else "1"
            papers = f"{0:012}{'':6}{'':6}0{'':7}{'':3}{'':10}"
            body = f"2{number:08}{day}{day}{direction}11{amount:0{width}}{papers}{payer:48}"
        lines.append(body.ljust(200))
    amounts = [amount for number, (_, amount, _) in enumerate(rows) if number != cancelled]
    wide = 12 if kind == "01" else 13
    lines += [f"8{len(amounts):06}{sum(amounts):0{wide}}".ljust(200), "9".ljust(200)]
    return "\r\n".join(lines).encode("shift_jis")


ROWS = (("080701", 13_750, "ｻﾄｳ ﾊﾅｺ"), ("080702", 5_500, "ｶ)ﾖｺﾊﾏ"), ("080702", 99, "ﾀﾅｶ"))


@pytest.mark.parametrize("kind", ["01", "03"])
def test_deposits_of_both_kinds(kind: str) -> None:
    found = read_deposits(notice(*ROWS, cancelled=2, kind=kind), TODAY)
    assert [(one.day, one.amount, one.payer) for one in found] == [
        (date(2026, 7, 1), 13_750, "ｻﾄｳ ﾊﾅｺ"),
        (date(2026, 7, 2), 5_500, "ｶ)ﾖｺﾊﾏ"),
    ]


@pytest.mark.parametrize(
    ("day", "read"),
    [
        ("260701", date(2026, 7, 1)),
        ("280229", date(2028, 2, 29)),
        ("100229", date(2028, 2, 29)),
        ("080229", None),
    ],
)
def test_a_year_is_the_centurys_or_the_eras(day: str, read: date | None) -> None:
    content, today = notice((day, 1, "ｱ")), date(2028, 3, 1) if read and read.year == 2028 else TODAY
    if read is None:
        with pytest.raises(BankFileRefused):
            read_deposits(content, today)
    else:
        assert read_deposits(content, today)[0].day == read


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_deposits_as_csv(encoding: str) -> None:
    text = (
        '日付,お取引内容,お引出金額,お預入金額\r\n2026/7/1,振込 ｻﾄｳ ﾊﾅｺ,,"13,750"\r\n2026/7/2,手数料,110,\r\n'
    )
    assert read_deposits(text.encode(encoding), TODAY) == [
        Deposit(date(2026, 7, 1), 13_750, "振込 サトウ ハナコ", "")
    ]


@pytest.mark.parametrize(
    "content",
    [
        notice(*ROWS).replace(b"0000013750", b"0000013751"),
        notice(*ROWS)[:-402],
        "日付,金額\n2026/7/1,100\n".encode(),
        "日付,入金額,摘要\n2026/13/1,100,x\n".encode(),
        "日付,入金額,摘要\n2026/7/1,百円,x\n".encode(),
        b"\xff\xfe\xff",
    ],
)
def test_a_damaged_deposit_file_is_refused(content: bytes) -> None:
    with pytest.raises((BankFileRefused, BankFileTotalsWrong)):
        read_deposits(content, TODAY)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("サトウ ハナコ", "ｻﾄｳ ﾊﾅｺ"),
        ("さとう　はなこ", "ｻﾄｳﾊﾅｺ"),
        ("カブシキガイシャ ヨコハマショウジ", "ｶ)ﾖｺﾊﾏｼﾖｳｼﾞ"),
        ("ヨコハマショウジ カブシキガイシャ", "ﾖｺﾊﾏｼﾖｳｼﾞ(ｶ"),
        ("ジャパンデータ", "0012 ｼﾞﾔﾊﾟﾝﾃﾞ-ﾀ"),
        ("Ｙａｍａｄａ", "YAMADA"),
    ],
)
def test_one_name_written_in_many_ways(written: str, told: str) -> None:
    assert payer_key(written) == payer_key(told) != ""


def test_different_names_stay_apart() -> None:
    assert len({payer_key(name) for name in ("ｻﾄｳ ﾊﾅｺ", "ｻﾄｳ ﾊﾅ", "ｻﾄｳ ﾀﾛｳ", "ｶ)ﾖｺﾊﾏ", "")}) == 5


def test_the_number_in_front_of_a_name() -> None:
    assert reference_in("000123 ｻﾄｳ ﾊﾅｺ") == "000123"
    assert reference_in("ｻﾄｳ ﾊﾅｺ") is None


@given(st.text(max_size=60))
def test_a_name_becomes_what_a_bank_can_write(name: str) -> None:
    assert all(len(character.encode("shift_jis")) == 1 for character in bank_kana(name))
