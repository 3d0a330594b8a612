"""What a comparison is worth against a result."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simulate.comparisons import parse_comparison
from app.simulate.evaluation import NoAnswer, as_number, as_text, equal, evaluate


class Table:
    def __init__(self, named: dict[str, dict[str, Any]]) -> None:
        self._named = named

    def get(self, name: str) -> Mapping[str, Any] | None:
        return self._named.get(name)

    def entries(self) -> Iterable[Mapping[str, Any]]:
        return self._named.values()

    def names(self) -> Iterable[str]:
        return self._named


class Result:
    tables: ClassVar = {
        "calls": Table(
            {
                "c1": {
                    "units": 2,
                    "amount": "64",
                    "month": "2026-07",
                    "answered_at": None,
                    "started_at": "2026-07-02T10:00:30",
                    "legs": [{"role": "caller", "seconds": 70}, {"role": "forward", "seconds": 61}],
                },
                "c2.1": {"units": 1, "amount": "14.3", "month": "2026-07", "legs": []},
                "c2.2": {"units": 3, "amount": None, "month": "2026-08", "legs": []},
            }
        ),
        "lines": Table(
            {
                "desk": {
                    "number": "+81451234567",
                    "area_code": "045",
                    "forwarding": {"on": True, "to": ["+819012345678"]},
                }
            }
        ),
        "charges": Table(
            {
                "1": {"member": "sato", "what": "call", "amount": "64"},
                "2": {"member": "sato", "what": "line-setup", "amount": "2500"},
                "3": {"member": "abe", "what": "call", "amount": "14.3"},
            }
        ),
        "notices": Table({}),
    }

    def collection(self, key: str) -> Table:
        return self.tables[key]

    def fact(self, key: str) -> Any:
        return {"ended_at": "2026-07-02T10:05"}[key]


@pytest.mark.parametrize(
    "text",
    [
        "calls.c1.units == 2",
        "calls.c1.units == 2.0",
        'calls.c1.units == "2"',
        "calls.c1.amount == 64",
        "calls.c1.amount == 64.00",
        "calls.c1.amount != 65",
        "calls.c1.amount > 9",
        "calls.c1.amount <= 64",
        "calls.c2.1.amount == 14.3",
        "calls.c2.1.units in [1, 2]",
        "calls.c1.month in ['2026-06', \"2026-07\"]",
        "calls.c1.month == 2026-07",
        "calls.c1.month < 2026-08",
        "calls.c1.started_at > 2026-07-02T10:00",
        "calls.c1.started_at < 2026-07-02T10:01",
        "calls.c1.answered_at == null",
        'calls.c1.answered_at == ""',
        "calls.c1.legs[role=forward].seconds == 61",
        "calls.c1.legs[1].seconds == 61",
        "calls.c1.legs.0.role == caller",
        "count(calls.c1.legs) == 2",
        "count(calls.c1.legs[seconds=70]) == 1",
        "count(calls.c2.1.legs) == 0",
        "count(calls) == 3",
        "count(notices) == 0",
        "count(notices[to=sato]) == 0",
        "sum(notices[to=sato].amount) == 0",
        "count(charges[what=call]) == 2",
        "count(charges[]) == 3",
        "sum(charges[member=sato].amount) == 2564",
        "sum(charges[what=call].amount) == 78.3",
        "sum(calls[].amount) == 78.3",
        "sum(calls.c1.legs[].seconds) == 131",
        "charges[member=sato,what=call].amount == 64",
        "charges[amount=64].member == sato",
        "charges[amount=64.0].member == sato",
        "lines.desk.area_code == 045",
        "lines.desk.area_code == '045'",
        "lines.desk.area_code != 45",
        "lines.desk.number == +81451234567",
        "lines.desk.forwarding.on == true",
        "lines.desk.forwarding.to == ['+819012345678']",
        "lines[forwarding.on=true].area_code == 045",
        "calls.c1.amount == charges[member=sato,what=call].amount",
        "count(calls) == count(charges)",
        "ended_at == 2026-07-02T10:05",
    ],
)
def test_it_holds(text: str) -> None:
    outcome = evaluate(parse_comparison(text), Result())
    assert outcome.holds, outcome


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("calls.c1.units == 3", "2", "3"),
        ("calls.c1.amount < 64", "64", "64"),
        ("calls.c1.month == '2026-08'", "2026-07", "2026-08"),
        ("calls.c1.units in [1, 3]", "2", "[1, 3]"),
        ("calls.c1.units in []", "2", "[]"),
        ("lines.desk.area_code == 45", "045", "45"),
        ("lines.desk.forwarding.on == on", "true", "on"),
        ("sum(charges[].amount) == 1", "2578.3", "1"),
        ("calls.c1.answered_at != null", "null", "null"),
        ("lines.desk.forwarding.to == []", "[+819012345678]", "[]"),
    ],
)
def test_it_does_not_hold_and_both_sides_are_told(text: str, left: str, right: str) -> None:
    outcome = evaluate(parse_comparison(text), Result())
    assert (outcome.holds, outcome.left, outcome.right) == (False, left, right)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("calls.c9.units == 2", "has no “c9”; it has: c1, c2.1, c2.2"),
        ("calls.c1.unit == 2", "did you mean “units”"),
        ("charges[what=call].amount == 64", "2 entries match"),
        ("charges[what=dues].amount == 64", "0 entries match"),
        ("charges[whet=call].amount == 64", "did you mean “what”"),
        ("calls == 1", "3 entries match"),
        ("calls.c1.legs[role=x].seconds == 61", "0 entries match"),
        ("calls.c1.legs[7].seconds == 61", "there are 2 items"),
        ("calls.c1.units.x == 61", "has no fields"),
        ("calls.c1.units[a=b] == 61", "is no list"),
        ("sum(calls[].month) == 61", "is no number"),
        ("ended_at.x == 1", "has no fields"),
    ],
)
def test_there_is_no_single_answer(text: str, problem: str) -> None:
    with pytest.raises(NoAnswer) as refused:
        evaluate(parse_comparison(text), Result())
    assert problem in refused.value.problem.en
    assert refused.value.problem.ja


_DECIMALS = st.decimals(min_value=-(10**6), max_value=10**6, places=2)


@given(_DECIMALS, _DECIMALS, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
def test_numbers_compare_as_numbers(one: Decimal, other: Decimal, sign: str) -> None:
    class One(Result):
        def fact(self, key: str) -> str:
            return f"{one:f}"

    expected = {
        "==": one == other,
        "!=": one != other,
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
    }[sign]
    assert evaluate(parse_comparison(f"ended_at {sign} {other:f}"), One()).holds is expected


@given(st.text(max_size=8), st.text(max_size=8))
def test_texts_are_equal_only_to_themselves(one: str, other: str) -> None:
    if as_number(one) is None or as_number(other) is None:
        assert equal(one, other) is (one == other)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_every_value_equals_itself_and_has_a_text(value: Any) -> None:
    assert equal(value, value)
    assert isinstance(as_text(value), str)
