"""What a person types at a phone, as the telephone network reads it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from app.simulator.errors import (
    NotAKey,
    NotDialable,
    NothingDialled,
    PhoneNameMissing,
    PhoneNumberNotUsable,
)
from coworking.kit.phone import FORWARDABLE, InvalidPhoneNumber, NumberClass, parse_phone
from telephony.carrier.sandbox import Manual, Phone

LONGEST_DIALLED = 40  # characters as typed
LONGEST_NAME = 24
MOST_KEYS = 32  # pressed in one go
WITHHOLD, SHOW = "184", "186"  # dialled before a number: withhold or show the caller's own for this call
WITHHELD_CALLER = "anonymous"  # one of the carrier's spellings
_SEPARATORS = re.compile(r"[\s\-‐-―ー−()]+")
_DIALLABLE = re.compile(r"[0-9*#]{2,20}")
_KEYS = re.compile(rf"[0-9*#]{{1,{MOST_KEYS}}}")


@dataclass(frozen=True, slots=True)
class Dialled:
    """`to` is E.164, or the digits as dialled for what has none (117, 110 …)."""

    to: str
    withheld: str | None


def read_dialled(text: str) -> Dialled:
    """Raises NothingDialled, NotDialable."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if not digits:
        raise NothingDialled
    if len(text) > LONGEST_DIALLED:
        raise NotDialable
    withheld = None
    if digits.startswith((WITHHOLD, SHOW)) and len(digits) > len(WITHHOLD):
        withheld = WITHHELD_CALLER if digits.startswith(WITHHOLD) else None
        digits = digits[len(WITHHOLD) :]
    try:
        return Dialled(parse_phone(digits).e164, withheld)
    except InvalidPhoneNumber:
        if not _DIALLABLE.fullmatch(digits):
            raise NotDialable from None
        return Dialled(digits, withheld)


def read_keys(text: str) -> str:
    """Raises NotAKey."""
    keys = unicodedata.normalize("NFKC", text)
    if not _KEYS.fullmatch(keys):
        raise NotAKey
    return keys


def read_phone_name(text: str) -> str:
    """Raises PhoneNameMissing."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise PhoneNameMissing(longest=LONGEST_NAME)
    return name


def read_phone_number(text: str) -> str:
    """The E.164 form of a number that a person may have. Raises PhoneNumberNotUsable."""
    try:
        number = parse_phone(text[:LONGEST_DIALLED])
    except InvalidPhoneNumber:
        raise PhoneNumberNotUsable from None
    if number.number_class not in FORWARDABLE:
        raise PhoneNumberNotUsable
    return number.e164


def new_phone(name: str, e164: str) -> Phone:
    """A phone for the wall that a person holds; its kind follows from its number."""
    kind: Literal["fixed", "mobile"] = (
        "mobile" if parse_phone(e164).number_class is NumberClass.MOBILE else "fixed"
    )
    return Phone(number=e164, name=name, kind=kind, behaviour=Manual())
