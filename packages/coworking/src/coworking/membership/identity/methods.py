"""The ways to confirm an identity, as the law has them on a day. Pure: `methods.toml` is the data."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from coworking.kit.errors import ValidationFailed
from coworking.kit.profile_fields import Words
from coworking.membership.identity.errors import MethodNotValid

DATA = Path(__file__).with_name("methods.toml")

SubjectKind = Literal["person", "company"]


@dataclass(frozen=True, slots=True)
class Method:
    """`valid_to` is the last day, inclusive; None while no end is known. `letter` is the one of Article 6 in this
    version of the rules, None where it is not known; `is_certain` is False where the law's own text was not at hand."""

    name: str
    kind: SubjectKind
    letter: str | None
    rule_version: str
    valid_from: date
    valid_to: date | None
    title: Words
    needs_address_letter: bool
    is_certain: bool
    also_called: tuple[str, ...]

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def methods() -> Sequence[Method]:
    """Every way in every version of the rules, in the order of the data."""
    with DATA.open("rb") as file:
        rows = tomllib.load(file)["methods"]
    return tuple(
        Method(
            name=row["name"],
            kind=row["kind"],
            letter=row.get("letter"),
            rule_version=row["rule_version"],
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            title=Words(row["title"]["ja"], row["title"]["en"]),
            needs_address_letter=row["needs_address_letter"],
            is_certain=row.get("is_certain", True),
            also_called=tuple(row.get("also_called", ())),
        )
        for row in rows
    )


def method_on(name: str, kind: SubjectKind, day: date) -> Method:
    """The way of that name as it holds on a day. For a company a person's way may be named as well: then its acting
    person was confirmed so. Raises `ValidationFailed` for a name that is none, `MethodNotValid` outside its days."""
    known = [one for one in methods() if name in (one.name, *one.also_called)]
    fitting = [one for one in known if one.kind == kind]
    if kind == "company" and not fitting:
        fitting = known
    if not fitting:
        names = ", ".join(dict.fromkeys(one.name for one in methods() if one.kind == kind))
        raise ValidationFailed([{"field": "method", "message": f"one of {names}"}])
    for one in fitting:
        if one.holds(day):
            return one
    last_days = [one.valid_to for one in fitting if one.valid_to is not None and one.valid_to < day]
    until = max(last_days).isoformat() if last_days else "-"
    raise MethodNotValid(method=fitting[0].name, until=until)


def title_of_method(name: str, kind: SubjectKind, rule_version: str | None) -> Words:
    """As it is called in that version; of what was taken over, its name. A company may have a person's way."""
    found = [one for one in methods() if (one.name, one.rule_version) == (name, rule_version)]
    fitting = [one for one in found if one.kind == kind] or found
    return fitting[0].title if fitting else Words(name, name)


def title_on(name: str, kind: SubjectKind, day: date) -> Words:
    """As the way is called on a day; outside its days, as it was called last."""
    known = [one for one in methods() if one.kind == kind and name in (one.name, *one.also_called)]
    standing = [one for one in known if one.holds(day)] or known[-1:]
    return standing[0].title if standing else Words(name, name)
