"""Phones as a scenario speaks of them: their numbers, and how those who hold them behave."""

from dataclasses import dataclass
from typing import Final, Literal

from coworking.kit.phone import InvalidPhoneNumber, NumberClass, classify, parse_phone
from telephony.carrier.sandbox import Script

ACCEPT_DIGITS: Final = "1"
# A caller who withholds the number still calls from somewhere.
UNNAMED_PHONE: Final = "+81312345600"
DESK: Final = "desk"
"""What a scenario calls the desk phone of the line that a step is about."""


@dataclass(frozen=True, slots=True)
class Talk:
    """How those who are called and those who call behave. Without `answered_by` nobody answers."""

    answered_by: str | None = None
    after_seconds: int = 0
    seconds: int = 0
    callee_hangs_up: bool = False
    accepts: bool = True
    message_seconds: int | None = None

    def of_caller(self) -> Script:
        return Script(
            talks_seconds=None if self.callee_hangs_up else self.seconds,
            leaves_message_seconds=self.message_seconds,
        )

    def of_callee(self) -> Script:
        return Script(
            answers_after_seconds=self.after_seconds,
            presses=ACCEPT_DIGITS if self.accepts else None,
            talks_seconds=self.seconds if self.callee_hangs_up else None,
            hangs_up=self.callee_hangs_up,
        )


def kind_of(number: str) -> Literal["mobile", "fixed", "desk"]:
    if number.startswith("sip:"):
        return "desk"
    return "mobile" if classify(number) is NumberClass.MOBILE else "fixed"


def e164(text: str) -> str:
    """As the network writes it; what is no Japanese number is called by its digits."""
    try:
        return parse_phone(text).e164
    except InvalidPhoneNumber:
        digits = digits_of(text)
        return f"+{digits}" if text.lstrip().startswith(("+", "＋")) else digits


def keys_of(text: str) -> str:
    """A number as somebody dials it."""
    try:
        return digits_of(parse_phone(text).national)
    except InvalidPhoneNumber:
        return digits_of(text)


def digits_of(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())
