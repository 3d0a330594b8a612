"""A scenario as values: what `reading` made of the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from app.simulate.comparisons import Comparison
from app.simulate.errors import Place

STAFF_ROLES: Final = ("staff", "billing", "reception")
ANYONE: Final = "anyone"


@dataclass(frozen=True, slots=True)
class Repeat:
    """`times` runs; with `every` each begins that long after the one before, without it when that one is over."""

    times: int
    every: timedelta | None


@dataclass(frozen=True, slots=True)
class Expectation:
    place: Place
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `at` is local time of the operator; `as_` the name given to what comes of it."""

    file: str
    line: int
    number: int
    do: str
    fields: Mapping[str, object]
    at: datetime | None = None
    after_days: int = 0
    after_hours: Decimal = Decimal(0)
    as_: str | None = None
    by: str | None = None
    refused: str | None = None
    either_way: bool = False
    """Whether it is refused or not says nothing: under another profile it may be otherwise."""
    repeat: Repeat | None = None

    @property
    def place(self) -> Place:
        return Place(self.file, self.line)

    @property
    def moves_clock(self) -> bool:
        return bool(self.at or self.after_days or self.after_hours)

    def has(self, name: str) -> bool:
        return name in self.fields

    def text(self, name: str, otherwise: str = "") -> str:
        value = self.fields.get(name, otherwise)
        assert isinstance(value, str)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.fields.get(name, ())
        assert isinstance(value, tuple)
        return value

    def flag(self, name: str, otherwise: bool) -> bool:
        value = self.fields.get(name, otherwise)
        assert isinstance(value, bool)
        return value

    def whole(self, name: str, otherwise: int) -> int:
        value = self.fields.get(name, otherwise)
        assert isinstance(value, int)
        return value

    def amount(self, name: str) -> Decimal:
        value = self.fields.get(name, Decimal(0))
        assert isinstance(value, Decimal)
        return value

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        value = self.fields.get("that", ())
        assert isinstance(value, tuple)
        return value

    def day(self, name: str) -> date | None:
        value = self.fields.get(name)
        assert value is None or isinstance(value, date)
        return value


@dataclass(frozen=True, slots=True)
class Scenario:
    """`operator` is a shipped profile's name or a path; `starts` is local time."""

    file: str
    title: str
    operator: str
    operator_place: Place
    rules: tuple[str, ...]
    starts: datetime
    steps: tuple[Step, ...]
    expect: tuple[Expectation, ...]
