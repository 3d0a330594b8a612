"""What an operator sets about PINs and control calls."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.rulebook import rulebook
from telephony.forwarding.control_profile import ControlRules, PinRules
from tests.factories.membership import nex


def test_nex() -> None:
    pin, control = nex().forwarding.pin, nex().forwarding.control
    assert (pin.least_digits, pin.failures_before_delay, pin.failures_before_lock) == (6, 5, 10)
    assert (control.wrong_inputs, control.texts_a_day, control.undo_hours) == (3, 20, 72)
    assert nex().rules_at("forwarding.pin") == ("NEX-02",)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (PinRules, {"least_digits": 5}),
        (PinRules, {"least_digits": 8, "most_digits": 7}),
        (PinRules, {"failures_before_lock": 5}),
        (PinRules, {"failures_before_delay": 10}),
        (PinRules, {"failures_before_lock": 21}),
        (ControlRules, {"wrong_inputs": 0}),
        (ControlRules, {"undo_hours": 721}),
    ],
)
def test_what_would_open_the_door_or_shut_it_for_good_is_no_rule(
    table: type[Any], values: dict[str, int]
) -> None:
    with pytest.raises(ValidationError):
        table(**values)


@pytest.mark.parametrize(("language", "words"), [("ja", "10回でロック"), ("en", "locked after 10")])
def test_the_rules_can_be_read(language: str, words: str) -> None:
    assert any(words in row.value for section in rulebook(nex(), language) for row in section.rows)
