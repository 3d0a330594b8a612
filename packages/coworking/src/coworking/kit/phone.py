"""Telephone numbers as values: E.164 inside, the Japanese national form outside, and the class of each.

Japanese numbers are told by a table of prefixes (`phone_prefixes`), built from the `phonenumbers` library.
That library is no policy on where calls may go: it does not know 118 and reads only some spellings as foreign
numbers. What it leaves out (special numbers, 0170, 0180, 0200, carrier and international prefixes)
is told here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from coworking.kit.phone_prefixes import CALLING_CODES, PREFIX_DIGITS, PREFIXES

LONGEST_TEXT = 64
LONGEST_DIALLED = 32
E164_DIGITS = range(7, 16)
MASKED_DIGITS = 5


class NumberClass(StrEnum):
    FIXED = "fixed"
    MOBILE = "mobile"
    IP = "ip"
    TOLL_FREE = "toll-free"
    SHARED_COST = "shared-cost"
    PREMIUM = "premium"
    M2M = "m2m"
    EMERGENCY = "emergency"
    SPECIAL = "special"
    CARRIER_PREFIX = "carrier-prefix"
    SATELLITE = "satellite"
    FOREIGN = "foreign"


FORWARDABLE: frozenset[NumberClass] = frozenset({NumberClass.FIXED, NumberClass.MOBILE, NumberClass.IP})
"""Where a call may be forwarded to (NEX-26, R17). Every other class is refused, and so is having none."""


class InvalidPhoneNumber(ValueError):
    """The text is no telephone number of its own. The message never repeats the text: it may be logged."""

    def __init__(self) -> None:
        super().__init__("not a telephone number")


class _Kind(NamedTuple):
    number_class: NumberClass
    area_digits: int  # of the area code, without the leading 0; 0 where there is none
    groups: dict[
        int, tuple[int, int, int]
    ]  # count of national digits -> how they are written; empty: foreign


_set = object.__setattr__


@dataclass(frozen=True, slots=True, repr=False, init=False)
class PhoneNumber:
    """A number with an E.164 form; InvalidPhoneNumber for any other text. Written out it is masked (R30)."""

    e164: str
    _kind: _Kind = field(compare=False)

    def __init__(self, e164: str) -> None:
        _set(self, "_kind", _kind(e164))
        _set(self, "e164", e164)

    @property
    def number_class(self) -> NumberClass:
        return self._kind.number_class

    @property
    def area_code(self) -> str | None:
        """The Japanese area code with its leading 0 ("03", "042", "0422"); None for all but fixed numbers."""
        digits = self._kind.area_digits
        return f"0{self.e164[3 : 3 + digits]}" if digits else None

    @property
    def national(self) -> str:
        """ "045-123-4567", "090-1234-5678"; a foreign number keeps its E.164 form."""
        if not self._kind.groups:
            return self.e164
        digits = self.e164[3:]
        first, second, third = self._kind.groups[len(digits)]
        return f"0{digits[:first]}-{digits[first : first + second]}-{digits[-third:]}"

    @property
    def masked(self) -> str:
        """ "+8145*****67": the country, where the number begins and its last two digits, never all of it."""
        area_digits = self._kind.area_digits
        shown = 3 + min(area_digits, 2) if area_digits else min(5, len(self.e164) - MASKED_DIGITS - 2)
        return f"{self.e164[:shown]}{'*' * (len(self.e164) - shown - 2)}{self.e164[-2:]}"

    def __repr__(self) -> str:
        return f"<{self.masked}>"

    def __str__(self) -> str:
        return self.masked


def from_e164(text: str) -> PhoneNumber:
    """A number that is already in E.164 form, as stored or as the carrier gives it. Nothing is parsed.

    InvalidPhoneNumber if it is not in that form, or Japanese and not in the numbering plan.
    """
    return PhoneNumber(text)


def parse_phone(text: str) -> PhoneNumber:
    """A number as people write it: +81 or a leading 0, full-width digits, brackets, spaces, every dash.

    A foreign number needs its +, or the international prefix 010. What only matters while dialling (184, 186,
    00XY), a special number and anything else raise InvalidPhoneNumber; nothing else is ever raised.
    """
    reading = _read(_dialled(text))
    if reading is None or reading.e164 is None:
        raise InvalidPhoneNumber
    return PhoneNumber(reading.e164)


def classify(text: str) -> NumberClass | None:
    """What a text would reach if it were dialled in Japan; None where it is no telephone number at all.

    Wherever the class is in FORWARDABLE, `parse_phone` accepts the text and gives a number of that class.
    """
    if text[:3] == "+81":
        try:
            return _kind(text).number_class
        except InvalidPhoneNumber:
            pass
    reading = _read(_dialled(text))
    return None if reading is None else reading.number_class


# --- the numbering plan


class _Reading(NamedTuple):
    number_class: NumberClass
    e164: str | None  # None: can be dialled, but is no number of its own


_FOREIGN = _Kind(NumberClass.FOREIGN, 0, {})
_SATELLITE = _Kind(NumberClass.SATELLITE, 0, {})
_SATELLITE_CODES = frozenset(
    {"870", "881", "882", "883"}
)  # Inmarsat, global mobile satellite, international networks
_CALLING_CODES = frozenset(CALLING_CODES.split())

# Numbering plan of the Ministry of Internal Affairs and Communications, beyond what the library knows:
# 020 also in 14 digits (0200), message and mass-call services (0170, 0180).
_BEYOND_LIBRARY = {
    "200": _Kind(NumberClass.M2M, 0, {10: (2, 4, 4), 13: (3, 5, 5)}),
    "170": _Kind(NumberClass.SPECIAL, 0, {9: (3, 2, 4)}),
    "180": _Kind(NumberClass.SPECIAL, 0, {9: (3, 2, 4)}),
}

_EMERGENCY = ("110", "118", "119")  # police, coast guard, fire and ambulance
_DIALLING_PREFIXES = ("184", "186", "122")  # withhold or show the caller, leave the chosen carrier
_LONGEST_SPECIAL = 4  # 104, 117, 171, 177, 188, 189 … and the carriers' own in four digits


def _kind_in_table(name: str) -> _Kind:
    word, _, length = name.partition("/")
    digits = int(length)
    if word.startswith("fixed-"):
        area_digits = int(word.removeprefix("fixed-"))
        groups = (area_digits, digits - 4 - area_digits, 4)
        return _Kind(NumberClass.FIXED, area_digits, {digits: groups})
    number_class = NumberClass(word)
    if digits == 9:
        return _Kind(number_class, 0, {digits: (3, 3, 3)})
    lead = 3 if number_class is NumberClass.TOLL_FREE else 2
    return _Kind(number_class, 0, {digits: (lead, digits - 4 - lead, 4)})


def _table() -> tuple[bytes, tuple[_Kind | None, ...]]:
    """One byte for each five digits that a national number can begin with: an index into the kinds."""
    codes = bytearray(10**PREFIX_DIGITS)
    kinds: list[_Kind | None] = [None]
    rows = [(_kind_in_table(name), prefixes.split()) for name, prefixes in PREFIXES.items()]
    rows += [(kind, [prefix]) for prefix, kind in _BEYOND_LIBRARY.items()]
    for kind, prefixes in rows:
        for prefix in prefixes:
            width = 10 ** (PREFIX_DIGITS - len(prefix))
            first = int(prefix) * width
            codes[first : first + width] = bytes([len(kinds)]) * width
        kinds.append(kind)
    return bytes(codes), tuple(kinds)


_CODES, _KINDS = _table()


@lru_cache(maxsize=2**16)
def _kind_of_prefix(prefix: str) -> _Kind | None:
    """The kind of the Japanese numbers that begin with +81 and five digits; None for any other text."""
    digits = prefix[3:]
    if prefix[:3] != "+81" or len(digits) != PREFIX_DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    return _KINDS[_CODES[int(digits)]]


def _kind(e164: str) -> _Kind:
    """The kind of a number in E.164 form, by table alone; InvalidPhoneNumber where there is none."""
    kind = _kind_of_prefix(e164[:8])
    if kind is not None:
        if len(e164) - 3 in kind.groups and e164[8:].isdigit() and e164.isascii():
            return kind
        raise InvalidPhoneNumber
    digits = e164[1:]
    if e164[:1] != "+" or len(digits) not in E164_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise InvalidPhoneNumber
    if digits[:3] in _SATELLITE_CODES:
        return _SATELLITE
    if any(digits[:length] in _CALLING_CODES for length in (1, 2, 3)) and digits[:2] != "81":
        return _FOREIGN
    raise InvalidPhoneNumber


# --- reading what people write

_PLUS = frozenset("+＋﹢")
# Written among digits, but neither a dash nor a space by its Unicode category: brackets, dots, minus and line signs.
_PUNCTUATION = "()（）﹙﹚[]［］〔〕【】.．\t\u2212\u30fc\uff70\u2043\u02d7\u2500\u2501~\uff5e\u223c\u2053"
# Not seen at all, but copied along from address books and web pages: soft hyphen, zero widths, text directions.
_INVISIBLE = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_SILENT = frozenset(_PUNCTUATION + _INVISIBLE)
_SILENT_CATEGORIES = frozenset({"Pd", "Zs"})


def _dialled(text: str) -> str | None:
    """The keys that a text stands for: digits, a + or # in front. None if it holds any other character."""
    if len(text) > LONGEST_TEXT:
        return None
    keys: list[str] = []
    for character in text.strip():
        if "0" <= character <= "9":
            keys.append(character)
        elif character in _SILENT or unicodedata.category(character) in _SILENT_CATEGORIES:
            continue
        elif character in _PLUS:
            keys.append("+")
        elif character in "#＃":
            keys.append("#")
        elif (digit := unicodedata.decimal(character, None)) is not None:
            keys.append(str(digit))
        else:
            return None
    if not 1 <= len(keys) <= LONGEST_DIALLED or not "".join(keys[1:]).isdigit():
        # A lone key is judged below; a sign anywhere but in front is not how numbers are written.
        return None
    return "".join(keys)


def _read(keys: str | None) -> _Reading | None:
    if keys is None or keys[0] not in "+#01":
        return None if keys is None else _read_bare(keys)
    if keys[0] == "+":
        return _read_international(keys[1:])
    if keys[0] == "1":
        return _read_special(keys)
    if keys[0] == "#":
        # #9110, #7119, #8000 …: short numbers for advice, four digits each.
        return _Reading(NumberClass.SPECIAL, None) if len(keys) == 5 else None
    return _read_trunk(keys)


def _read_trunk(keys: str) -> _Reading | None:
    """What begins with 0: abroad, another carrier's network, or a Japanese number."""
    if keys.startswith("010"):
        return _read_after_international_prefix(keys[3:])
    if keys.startswith("00"):
        return _Reading(NumberClass.CARRIER_PREFIX, None) if keys[2:3] not in {"", "0"} else None
    return _read_japanese(keys[1:])


def _read_special(keys: str) -> _Reading | None:
    """Numbers that begin with 1: the exchange takes 110, 118 and 119 as complete whatever follows."""
    if keys.startswith(_EMERGENCY):
        return _Reading(NumberClass.EMERGENCY, None)
    if 3 <= len(keys) <= _LONGEST_SPECIAL or keys.startswith(_DIALLING_PREFIXES):
        return _Reading(NumberClass.SPECIAL, None)
    return _read_bare(keys)


def _read_japanese(national: str) -> _Reading | None:
    try:
        return _Reading(_kind(f"+81{national}").number_class, f"+81{national}")
    except InvalidPhoneNumber:
        return None


def _read_international(digits: str) -> _Reading | None:
    if not digits.startswith("81"):
        return _read_foreign(digits)
    national = digits[2:]
    if len(national) == 3 and national[0] == "1":
        return _read_special(national)
    if national.startswith("00"):
        return _read_trunk(national)
    # "+81 (0)90-…" is a common spelling.
    return _read_japanese(national.removeprefix("0"))


def _read_after_international_prefix(digits: str) -> _Reading:
    """What follows 010: abroad, or home again by the prefix, which is no number of its own."""
    foreign = None if digits.startswith("81") else _read_foreign(digits)
    return foreign or _Reading(NumberClass.CARRIER_PREFIX, None)


def _read_foreign(digits: str) -> _Reading | None:
    try:
        number_class = _kind(f"+{digits}").number_class
    except InvalidPhoneNumber:
        return None
    if number_class is NumberClass.FOREIGN and not _is_number_abroad(digits, valid=False):
        return None
    return _Reading(number_class, f"+{digits}")


def _read_bare(keys: str) -> _Reading | None:
    """Digits with neither + nor 0 in front reach nothing in Japan; a valid foreign number is named so."""
    if keys.startswith("81"):
        return None
    return _Reading(NumberClass.FOREIGN, None) if _is_number_abroad(keys, valid=True) else None


def _is_number_abroad(digits: str, *, valid: bool) -> bool:
    """Whether the country has numbers of this length; with `valid`, whether it uses this very range."""
    # Imported here: it takes time and memory, and neither stored nor Japanese numbers need it.
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    if valid:
        return phonenumbers.is_valid_number(number)
    return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
