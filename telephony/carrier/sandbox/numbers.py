"""The inventory: Japanese numbers by prefix, made up deterministically, and those that the account holds."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import cycle
from random import Random
from typing import Literal

from telephony.carrier.sandbox.store import NumberRow, Store

NumberType = Literal["local", "mobile", "toll-free", "voip", "national"]

AREAS = {
    "3": "Tokyo",
    "42": "Tachikawa",
    "44": "Kawasaki",
    "45": "Yokohama",
    "47": "Funabashi",
    "48": "Saitama",
    "52": "Nagoya",
    "6": "Osaka",
    "75": "Kyoto",
}
"""Area codes without the leading 0 that are offered where nobody asks for one, with their places."""
TYPE_PREFIXES: dict[NumberType, tuple[str, ...]] = {
    "local": tuple(AREAS),
    "national": ("50",),
    "voip": ("50",),
    "mobile": ("70", "80", "90"),
    "toll-free": ("120", "800"),
}
NATIONAL_DIGITS = {"50": 10, "70": 10, "80": 10, "90": 10, "800": 10}
"""Digits after +81 by prefix; all others have 9."""
MAX_OFFERED = 1_000
MAX_MISSES = 500
"""So many made-up numbers in a row that are none, and the search is over."""

CONTAINS = re.compile(r"\+?[0-9*]{1,16}")


@dataclass(slots=True)
class NumberSettings:
    """What a bought number was configured with; the names are Twilio's."""

    friendly_name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    address_sid: str | None = None
    bundle_sid: str | None = None
    identity_sid: str | None = None


@dataclass(slots=True)
class OwnedNumber:
    sid: str
    e164: str
    created_at: datetime
    updated_at: datetime
    settings: NumberSettings


class Inventory:
    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._seed = seed
        self.owned: dict[str, OwnedNumber] = {}
        """By E.164."""
        self._released = store.released()
        for row in store.numbers():
            settings = NumberSettings(**json.loads(row.settings))
            self.owned[row.e164] = OwnedNumber(row.sid, row.e164, _time(row[2]), _time(row[3]), settings)

    def by_sid(self, sid: str) -> OwnedNumber | None:
        return next((number for number in self.owned.values() if number.sid == sid), None)

    def offered(self, number_type: NumberType, contains: str | None, count: int) -> list[str]:
        """Up to `count` free numbers; `contains` as Twilio's: digits with `*` for any one digit or a rest."""
        found: list[str] = []
        repeated = 0
        for number in self._candidates(number_type, contains):
            if len(found) >= min(count, MAX_OFFERED) or repeated >= MAX_MISSES:
                break
            if number not in found and self.is_free(number):
                found.append(number)
                repeated = 0
            else:
                repeated += 1
        return found

    def is_free(self, e164: str) -> bool:
        return e164 not in self.owned and e164 not in self._released and is_japanese_number(e164)

    def buy(self, sid: str, e164: str, at: datetime, settings: NumberSettings) -> OwnedNumber:
        number = OwnedNumber(sid, e164, at, at, settings)
        self.owned[e164] = number
        self.save(number)
        return number

    def save(self, number: OwnedNumber) -> None:
        row = NumberRow(
            number.sid,
            number.e164,
            _ms(number.created_at),
            _ms(number.updated_at),
            json.dumps(asdict(number.settings)),
        )
        self._store.save_number(row)

    def release(self, number: OwnedNumber) -> None:
        """Cannot be undone: the number is not offered again."""
        del self.owned[number.e164]
        self._released.add(number.e164)
        self._store.release_number(number.sid, number.e164)

    def _candidates(self, number_type: NumberType, contains: str | None) -> Iterator[str]:
        if contains is None:
            patterns = [_pattern(f"+81{prefix}*") for prefix in TYPE_PREFIXES[number_type]]
        else:
            patterns = [_pattern(contains)]
        random = Random(f"{self._seed}:{number_type}:{contains}")  # noqa: S311 - the same numbers for the same seed
        misses = 0
        for pattern in cycle(patterns):
            filled = _filled(pattern, random)
            if filled is not None and _is_type(filled, number_type) and _is_offered(filled):
                misses = 0
                yield filled
            else:
                misses += 1
            if misses >= MAX_MISSES:
                return


def _pattern(contains: str) -> str:
    """`+8145*`, `8145`, `045` or `03******12` as digits after +81, `*` for one that is free."""
    text = contains.lstrip("+")
    if text.startswith("81"):
        text = text[2:]
    return text.lstrip("0")


def _filled(pattern: str, random: Random) -> str | None:
    length = next(
        (digits for prefix, digits in NATIONAL_DIGITS.items() if pattern.startswith(prefix)),
        9,
    )
    if len(pattern.rstrip("*")) > length:
        return None
    digits = [
        character if character != "*" else str(random.randrange(10)) for character in pattern.rstrip("*")
    ]
    digits += [str(random.randrange(10)) for _ in range(length - len(digits))]
    return "+81" + "".join(digits)


def _is_offered(e164: str) -> bool:
    """Not a number of another area that begins alike (0422 for 042), nor one whose exchange begins with 0 or 1."""
    if not is_japanese_number(e164):
        return False
    area = area_code(e164)
    begins_alike = [prefix for prefix in AREAS if e164[3:].startswith(prefix)]
    if not area:
        return not begins_alike
    return e164[3 + len(area)] not in "01" and all(prefix == area for prefix in begins_alike)


def _is_type(e164: str, number_type: NumberType) -> bool:
    national = e164[3:]
    if number_type == "local":
        # Twilio sells 050 numbers as local ones too where a prefix asks for them
        return not national.startswith(("70", "80", "90", "120", "800", "570", "990", "20"))
    return national.startswith(TYPE_PREFIXES[number_type])


def area_code(e164: str) -> str:
    """Of a fixed number without the leading 0, "" for others."""
    import phonenumbers

    number = phonenumbers.parse(e164)
    return e164[3 : 3 + phonenumbers.length_of_geographical_area_code(number)]


def is_japanese_number(e164: str) -> bool:
    """Whether Japan's numbering plan has such a number, by Google's library."""
    import phonenumbers

    if not e164.startswith("+81") or not e164[1:].isascii() or not e164[1:].isdigit():
        return False
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.is_valid_number(number)
        and phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == e164
    )


def locality(e164: str) -> str | None:
    return next((place for prefix, place in AREAS.items() if e164[3:].startswith(prefix)), None)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1_000)


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)
