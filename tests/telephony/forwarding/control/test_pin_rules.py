"""R15: which PINs may be set, and how guessing gets slower until it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.forwarding.control.errors import PinLengthWrong, PinTooSimple
from telephony.forwarding.control.pin_rules import Guarded, after_failure, require_good_pin
from telephony.forwarding.control_profile import PinRules
from tests.factories.membership import NOW

RULES = PinRules()
PHONES = ("+81454110001", "+819011112222")


@pytest.mark.parametrize(
    "pin", ["482915", "605173", "19991332", "112233", "902468", "135790", "482915739204"]
)
def test_a_pin_that_nobody_guesses_first_is_taken(pin: str) -> None:
    require_good_pin(RULES, pin, PHONES)


@pytest.mark.parametrize(
    "pin",
    [
        *("000000", "999999", "1111111"),
        *("123456", "654321", "789012", "210987", "0123456789"),
        *("121212", "123123", "12312312", "90909090"),
        *("19900101", "20240229", "20991231"),
        *("110001", "454110001", "112222", "09011112222", "819011112222"),
    ],
)
def test_one_that_is_guessed_first_is_refused(pin: str) -> None:
    with pytest.raises(PinTooSimple):
        require_good_pin(RULES, pin, PHONES)


@pytest.mark.parametrize("pin", ["", "48291", "4829157392041", "48291a", "４８２９１５", "482 915", "٤٨٢٩١٥"])
def test_six_to_twelve_digits(pin: str) -> None:
    with pytest.raises(PinLengthWrong):
        require_good_pin(RULES, pin, PHONES)


def test_failures_delay_and_then_lock() -> None:
    guarded, waits = Guarded(), []
    for _ in range(RULES.failures_before_lock):
        guarded = after_failure(RULES, guarded, NOW)
        waits.append((guarded.next_attempt_at - NOW).total_seconds() if guarded.next_attempt_at else 0)
    assert waits == [0, 0, 0, 0, 60, 120, 240, 480, 960, 0]
    assert guarded.is_locked


@given(st.integers(0, 30), st.integers(0, 10**6))
def test_a_lock_is_never_over_by_waiting(failures: int, seconds: int) -> None:
    after = after_failure(RULES, Guarded(failures), NOW)
    later = NOW + timedelta(seconds=seconds)
    if failures + 1 >= RULES.failures_before_lock:
        assert not after.lets_try(later)
    elif after.next_attempt_at is not None:
        assert after.lets_try(later) == (later >= after.next_attempt_at)
    else:
        assert after.lets_try(later)
