"""Field types that the tables of an operator's profile are made of.

A profile is data in TOML. Its tables are validated strictly: a number in quotes is no number, a number is no
truth value, an unknown key is an error. Money and rates are never floating-point: they are written as whole
numbers or in quotes ("14.3").

A field type carries, in its JSON schema under "allowed", what it allows in plain Japanese and English;
`coworking.kit.profile_words` reads that.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, NamedTuple, Protocol, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from coworking.kit.money import plain

LONGEST_TEXT = 600
"""Characters of a text that people read or hear."""
LARGEST_AMOUNT = 999_999_999
"""Yen."""


class Words(NamedTuple):
    """One thing said in both languages."""

    ja: str
    en: str

    def spoken(self, language: str) -> str:
        return self.ja if language == "ja" else self.en


class Misfit(NamedTuple):
    """A value that is well-formed by itself but does not fit the rest of its table.

    `key` is relative to the table that reports it; the message says key, value, `wrong`, `allowed`.
    """

    key: tuple[str | int, ...]
    wrong: Words
    allowed: Words


class Table(BaseModel):
    """A table of a profile: frozen, strict, no unknown keys.

    `coworking.kit.profile` makes them from JSON: there strictness still takes names for enumerations and
    arrays for tuples.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def misfits(self) -> Iterator[Misfit]:
        """What fits its own field but not the others; overridden where a table has such rules."""
        return iter(())

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = tuple(self.misfits())
        if found:
            raise PydanticCustomError("misfit", "does not fit together", {"misfits": found})
        return self


def not_among(key: tuple[str | int, ...], known: Iterable[str]) -> Misfit:
    """A name that refers to nothing: what is allowed is one of `known`."""
    names = tuple(known)
    listed = ", ".join(names)
    return Misfit(
        key,
        Words("その名前のものはありません", "there is nothing of that name"),
        Words(f"次のいずれか: {listed or '(なし)'}", f"one of {listed or '(none)'}"),
    )


def _refuse(allowed: Words) -> PydanticCustomError:
    return PydanticCustomError("not_allowed", "not allowed", {"allowed": allowed})


def _schema(kind: str, allowed: Words) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, "allowed": list(allowed)})


# Money and rates


YEN_WORDS = Words(
    '0以上の整数、または小数3桁までを引用符で囲んだ文字列（例 14.3 は "14.3"）。引用符のない小数は不可',
    'a whole number of yen, or a decimal in quotes with up to 3 places such as "14.3"; never a bare decimal',
)
RATE_WORDS = Words(
    '0から1までの率を引用符で囲んだ文字列（例 10% は "0.10"）。引用符のない小数は不可',
    'a rate from 0 to 1 in quotes, such as "0.10" for 10 %; never a bare decimal',
)
_YEN = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,3})?", re.ASCII)
_RATE = re.compile(r"0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?", re.ASCII)


def _yen(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_AMOUNT:
        return Decimal(value)
    if isinstance(value, str) and _YEN.fullmatch(value):
        return Decimal(value)
    raise _refuse(YEN_WORDS)


def _rate(value: object) -> Decimal:
    if isinstance(value, str) and _RATE.fullmatch(value):
        return Decimal(value)
    raise _refuse(RATE_WORDS)


Yen = Annotated[
    Decimal, PlainValidator(_yen), PlainSerializer(plain, return_type=str), _schema("string", YEN_WORDS)
]
"""An amount of yen, 0 or more, exact to a thousandth; whether tax is in it is the profile's tax mode."""

Rate = Annotated[
    Decimal, PlainValidator(_rate), PlainSerializer(plain, return_type=str), _schema("string", RATE_WORDS)
]
"""A rate from 0 to 1 (0.10 is 10 %)."""


# Names and texts

NAME_WORDS = Words(
    "英小文字で始まり、英小文字・数字・ハイフンだけの40文字以内の名前",
    "a name of small letters, digits and single hyphens that starts with a letter, 40 characters at most",
)
Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40),
    _schema("string", NAME_WORDS),
]
"""The name of an entry that other tables, scenarios and the API refer to."""

AREA_CODE_WORDS = Words(
    '0で始まる2桁から5桁の市外局番を引用符で囲んだ文字列（例 "045"）',
    'an area code in quotes, 0 and 1 to 4 digits, such as "045"',
)
AreaCode = Annotated[
    str, StringConstraints(pattern=r"^0[1-9][0-9]{0,3}$"), _schema("string", AREA_CODE_WORDS)
]

TEXT_WORDS = Words(f"1文字以上{LONGEST_TEXT}文字以内の文字列", f"a text of 1 to {LONGEST_TEXT} characters")
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S"),
    _schema("string", TEXT_WORDS),
]


class Bilingual(Table):
    """A text that people read or hear, in both languages."""

    ja: Text
    en: Text

    def spoken(self, language: str) -> str:
        return self.ja if language == "ja" else self.en


# Days and times

DAY_WORDS = Words("日付（例 2026-04-01）", "a date such as 2026-04-01")
Day = Annotated[date, _schema("string", DAY_WORDS)]

TIME_WORDS = Words("時刻（例 10:00:00）。時差は付けない", "a time of day such as 10:00:00, without an offset")


def _without_offset(value: time) -> time:
    if value.tzinfo is not None:
        raise _refuse(TIME_WORDS)
    return value


TimeOfDay = Annotated[time, AfterValidator(_without_offset), _schema("string", TIME_WORDS)]
"""Local time in the operator's zone."""

ZONE_WORDS = Words("IANAのタイムゾーン名（例 Asia/Tokyo）", "an IANA time zone such as Asia/Tokyo")


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as unknown:  # ZoneInfoNotFoundError is a KeyError
        raise _refuse(ZONE_WORDS) from unknown
    return value


ZoneName = Annotated[str, AfterValidator(_known_zone), _schema("string", ZONE_WORDS)]


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """Monday is 0, as in `date.weekday`."""
        return list(Weekday).index(self)


# Lists

Item = TypeVar("Item")

DISTINCT_WORDS = Words("同じ値を二度書かない", "each value once")


def distinct(values: tuple[Item, ...]) -> tuple[Item, ...]:
    """Refuses a list that has a value twice; limits on its length go before it, or the schema does not know them."""
    if len(set(values)) != len(values):
        raise _refuse(DISTINCT_WORDS)
    return values


Distinct = Annotated[tuple[Item, ...], AfterValidator(distinct)]
"""A list without repetitions, in the order written."""

SomeDistinct = Annotated[tuple[Item, ...], Field(min_length=1), AfterValidator(distinct)]
"""The same with at least one element."""


class Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


Version = TypeVar("Version", bound=Dated)


def out_of_order(key: str, versions: Sequence[Dated]) -> Iterator[Misfit]:
    """Dated versions must be written from the oldest to the newest, no two from one day."""
    for index, (earlier, later) in enumerate(pairwise(versions), start=1):
        if later.valid_from <= earlier.valid_from:
            yield Misfit(
                (key, index, "valid_from"),
                Words("前の版より後の日付ではありません", "is not later than the version before it"),
                Words(f"{earlier.valid_from} より後の日付", f"a date after {earlier.valid_from}"),
            )


def version_on(versions: Sequence[Version], day: date) -> Version | None:
    """The version in force on `day`: the last whose first day is not later; None before the first."""
    in_force = [version for version in versions if version.valid_from <= day]
    return in_force[-1] if in_force else None
