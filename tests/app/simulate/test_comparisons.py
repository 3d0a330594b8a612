"""The language of `expect`: reading it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simulate.comparisons import (
    COLLECTIONS,
    Comparison,
    Operand,
    Path,
    Selector,
    Unreadable,
    parse_comparison,
)
from app.simulate.errors import Sentences


@pytest.mark.parametrize(
    ("text", "left", "sign", "right"),
    [
        ("calls.c1.units == 2", Operand(Path("calls", ("c1", "units"))), "==", "2"),
        ("calls.c1.amount==64", Operand(Path("calls", ("c1", "amount"))), "==", "64"),
        ("calls.c1.3.units >= 1", Operand(Path("calls", ("c1", "3", "units"))), ">=", "1"),
        (
            "charges[member=sato,what=dues,service_month=2026-07].amount == 5000",
            Operand(
                Path(
                    "charges",
                    (
                        Selector((("member", "sato"), ("what", "dues"), ("service_month", "2026-07"))),
                        "amount",
                    ),
                )
            ),
            "==",
            "5000",
        ),
        (
            "count(invoices[member=sato]) < 3",
            Operand(Path("invoices", (Selector((("member", "sato"),)),)), "count"),
            "<",
            "3",
        ),
        ("count(calls) > 0", Operand(Path("calls", ()), "count"), ">", "0"),
        (
            "sum( charges[ what = 'option:address-mail' ].amount ) <= 10",
            Operand(Path("charges", (Selector((("what", "option:address-mail"),)), "amount")), "sum"),
            "<=",
            "10",
        ),
        (
            "members.sato.status in [active, leaving]",
            Operand(Path("members", ("sato", "status"))),
            "in",
            ("active", "leaving"),
        ),
        ("members.sato.plan in[a]", Operand(Path("members", ("sato", "plan"))), "in", ("a",)),
        ('members.sato.plan in ["a, b", c]', Operand(Path("members", ("sato", "plan"))), "in", ("a, b", "c")),
        ("members.sato.options == []", Operand(Path("members", ("sato", "options"))), "==", ()),
        ('lines.desk.area_code == "045"', Operand(Path("lines", ("desk", "area_code"))), "==", "045"),
        ("lines.desk.area_code != '03'", Operand(Path("lines", ("desk", "area_code"))), "!=", "03"),
        ("members.佐藤.status == active", Operand(Path("members", ("佐藤", "status"))), "==", "active"),
        (
            "invoices.i1.addressee == 山田 太郎 様",
            Operand(Path("invoices", ("i1", "addressee"))),
            "==",
            "山田 太郎 様",
        ),
        (
            "calls.c1.legs[role=forward].seconds == 61",
            Operand(Path("calls", ("c1", "legs", Selector((("role", "forward"),)), "seconds"))),
            "==",
            "61",
        ),
        (
            "calls.c1.legs[0].role == caller",
            Operand(Path("calls", ("c1", "legs", "0", "role"))),
            "==",
            "caller",
        ),
        (
            "lines[forwarding.on=true].number == x",
            Operand(Path("lines", (Selector((("forwarding.on", "true"),)), "number"))),
            "==",
            "x",
        ),
        (
            "calls.c1.to == lines.desk.number",
            Operand(Path("calls", ("c1", "to"))),
            "==",
            Operand(Path("lines", ("desk", "number"))),
        ),
        (
            "count(calls) == count(charges[what=call])",
            Operand(Path("calls", ()), "count"),
            "==",
            Operand(Path("charges", (Selector((("what", "call"),)),)), "count"),
        ),
        ("mail.m1.status == mail", Operand(Path("mail", ("m1", "status"))), "==", "mail"),
        ("mail.m1.status == 'lines.desk'", Operand(Path("mail", ("m1", "status"))), "==", "lines.desk"),
        ("ended_at >= 2026-07-01T00:00", Operand(Path("ended_at", ())), ">=", "2026-07-01T00:00"),
        ("members.indigo.in == 1", Operand(Path("members", ("indigo", "in"))), "==", "1"),
    ],
)
def test_reading(text: str, left: Operand, sign: str, right: object) -> None:
    assert parse_comparison(text) == Comparison(text, left, sign, right)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a key of the result is missing"),
        ("calls", "an operator must follow"),
        ("calls.c1", "an operator must follow"),
        ("calls.c1.units = 2", "an operator must follow"),
        ("calls.c1.units === 2", ""),
        ("calls.c1.units ==", "the right side is missing"),
        ("call.c1.units == 2", "did you mean “calls”"),
        ("unknown.c1 == 2", "the result has no “unknown”"),
        ("calls..units == 2", "a name is missing"),
        ("calls.c1.units in a", "a list such as [a, b]"),
        ("calls.c1.units in [a", "not closed"),
        ("calls.c1.units in [a,,b]", "empty"),
        ("calls.c1.units in [a] b", "left over"),
        ("calls.c1.units inside [a]", "an operator must follow"),
        ("calls.c1.units < [1]", "a list cannot stand after <"),
        ("charges[member].amount == 1", "write [member=value]"),
        ("charges[member=sato == 1", "not closed"),
        ("charges[=sato] == 1", "the name of a field"),
        ("count(calls == 1", "not closed"),
        ("counts(calls) == 1", "did you mean “count”"),
        ("max(calls) == 1", "no function"),
        ("count() == 1", "a key of the result is missing"),
        ('calls.c1.from == "+81', "a quotation mark is not closed"),
        ('calls.c1.from == "a" b', "left over"),
        ("calls.c1.from == count(calls) + 1", "left over"),
        ("2 == calls.c1.units", "the result has no “2”"),
        ("calls.c1.units == " + "9" * 1000, "longer than"),
    ],
)
def test_what_cannot_be_read(text: str, problem: str) -> None:
    if not problem:
        # A third = belongs to the right side, which is any text.
        assert parse_comparison(text).right == "= 2"
        return
    with pytest.raises(Unreadable) as refused:
        parse_comparison(text)
    assert problem in refused.value.problem.en
    assert refused.value.problem.ja


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    problem = Sentences("-", "-")
    try:
        parse_comparison(text)
    except Unreadable as error:
        problem = error.problem
    assert problem.ja
    assert problem.en


@given(st.text(alphabet="cals.[]()=!<>in,'\" 1", max_size=40).map(lambda rest: "calls." + rest))
def test_any_text_of_signs_is_read_or_refused(text: str) -> None:
    problem = Sentences("-", "-")
    try:
        parse_comparison(text)
    except Unreadable as error:
        problem = error.problem
    assert problem.en


_NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,8}", fullmatch=True)
_VALUES = st.text(
    st.characters(blacklist_characters="\"'", blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs")),
    max_size=10,
)
_SELECTORS = st.lists(st.tuples(_NAMES, _VALUES), max_size=3).map(lambda pairs: Selector(tuple(pairs)))
_PATHS = st.builds(
    Path, st.sampled_from(COLLECTIONS), st.lists(st.one_of(_NAMES, _SELECTORS), max_size=4).map(tuple)
)
_OPERANDS = st.builds(Operand, _PATHS, st.sampled_from([None, "count", "sum"]))


@given(_OPERANDS, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), _VALUES)
def test_what_is_written_is_read_back(left: Operand, sign: str, right: str) -> None:
    read = parse_comparison(f"{left} {sign} '{right}'")
    assert (read.left, read.operator, read.right) == (left, sign, right)


@given(_OPERANDS, st.lists(_VALUES, max_size=4))
def test_a_list_is_read_back(left: Operand, items: list[str]) -> None:
    written = ", ".join(f"'{item}'" for item in items)
    assert parse_comparison(f"{left} in [{written}]").right == tuple(items)
