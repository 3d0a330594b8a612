"""Which PINs may be set, and what a wrong one leads to. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from telephony.forwarding.control.errors import PinLengthWrong, PinTooSimple
from telephony.forwarding.control_profile import PinRules

LONGEST_BLOCK = 3
YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Guarded:
    """How a PIN stands towards who enters one."""

    failures: int = 0
    next_attempt_at: datetime | None = None
    is_locked: bool = False

    def lets_try(self, now: datetime) -> bool:
        return not self.is_locked and (self.next_attempt_at is None or now >= self.next_attempt_at)


def after_failure(rules: PinRules, guarded: Guarded, now: datetime) -> Guarded:
    """One more wrong PIN: from the fifth on (the profile's number) the next has to wait, twice as long each time, and
    the last one locks (R15)."""
    failures = guarded.failures + 1
    if failures >= rules.failures_before_lock:
        return Guarded(failures, None, is_locked=True)
    if failures < rules.failures_before_delay:
        return Guarded(failures)
    seconds = rules.first_delay_seconds * 2 ** (failures - rules.failures_before_delay)
    return Guarded(failures, now + timedelta(seconds=seconds))


def require_good_pin(rules: PinRules, pin: str, phones: Collection[str]) -> None:
    """`phones` are the E.164 numbers that everybody would try. Raises `PinLengthWrong`, `PinTooSimple`."""
    if not (pin.isascii() and pin.isdigit() and rules.least_digits <= len(pin) <= rules.most_digits):
        raise PinLengthWrong(least=rules.least_digits, most=rules.most_digits)
    if _is_run(pin) or _is_repetition(pin) or _is_day(pin) or _is_of_a_phone(pin, phones):
        raise PinTooSimple


def _is_run(pin: str) -> bool:
    """All the same, or up or down by one throughout; 9 and 0 are neighbours."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({0}, {1}, {9})


def _is_repetition(pin: str) -> bool:
    """A block of at most three digits over and over: 121212, 123123, 12312312."""
    return any(
        pin == (pin[:length] * len(pin))[: len(pin)]
        for length in range(1, min(LONGEST_BLOCK, len(pin) // 2) + 1)
    )


def _is_day(pin: str) -> bool:
    """Eight digits that read as a day of the 20th or 21st century, year first."""
    if len(pin) != 8 or int(pin[:4]) not in YEARS:
        return False
    try:
        date.fromisoformat(f"{pin[:4]}-{pin[4:6]}-{pin[6:]}")
    except ValueError:
        return False
    return True


def _is_of_a_phone(pin: str, phones: Collection[str]) -> bool:
    return any(pin in f"0{phone.removeprefix('+81')}" or pin in phone for phone in phones)
