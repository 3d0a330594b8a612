"""What a person is told of a setting: what it allows, what is wrong with it, its value without secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from coworking.kit.profile_fields import Words

LONGEST_VALUE_SHOWN = 60
MASK = "***"

_PASSWORDS = re.compile(r"(?<=//)(?P<user>[^:/@]*:).*(?=@)|(?P<query>[?&][a-z]*password=)[^&]*", re.DOTALL)
_SCHEME = re.compile(r"[a-z][a-z0-9+]{0,20}://")


class Secrecy(StrEnum):
    """How much of a value nobody may see."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105 - the part of an address
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Described:
    """Stands in a field's annotation."""

    allowed: Words
    secrecy: Secrecy = Secrecy.NONE


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One mistake. `place` is a variable, or file, line and key; `value` ("" for none) holds no secret."""

    place: str
    value: str
    wrong: Words
    allowed: Words | None = None

    def sentence(self, language: str = "en") -> str:
        """One line: where, what is wrong, and what is allowed."""
        subject = f"{self.place} = {self.value}" if self.value else self.place
        line = f"{subject}: {self.wrong.spoken(language)}"
        if self.allowed is None:
            return line
        allowed = self.allowed.spoken(language)
        return f"{line}。使えるもの: {allowed}" if language == "ja" else f"{line}; allowed: {allowed}"


class SettingsError(Exception):
    """Settings that cannot be used; `str` is one line per problem."""

    def __init__(self, problems: list[SettingProblem]) -> None:
        self.problems = problems
        super().__init__(problems)

    def lines(self, language: str = "en") -> list[str]:
        return [problem.sentence(language) for problem in self.problems]

    def __str__(self) -> str:
        return "\n".join(self.lines())


def described(field: FieldInfo) -> Described:
    """What a field's annotation says; LookupError for a field that says nothing."""
    candidates = [*field.metadata]
    for choice in get_args(field.annotation):  # an optional field carries it inside
        candidates += getattr(choice, "__metadata__", ())
    for candidate in candidates:
        if isinstance(candidate, Described):
            return candidate
    raise LookupError("this setting is not described")


def field_at(model: type[BaseModel], key: tuple[str | int, ...]) -> FieldInfo | None:
    """The field that a key path leads to; None where there is none."""
    field: FieldInfo | None = None
    fields: Mapping[str, FieldInfo] = model.model_fields
    for part in key:
        if isinstance(part, int):
            continue
        if part not in fields:
            return None
        field = fields[part]
        inner = [choice for choice in get_args(field.annotation) if isinstance(choice, type)]
        fields = inner[0].model_fields if inner and issubclass(inner[0], BaseModel) else {}
    return field


def shown_in_error(value: Any, secrecy: Secrecy) -> str:
    """As `shown`, for a value of which nothing can be relied on: of an address only its scheme."""
    if secrecy is Secrecy.PASSWORD:
        scheme = _SCHEME.match(str(value))
        return f"{scheme.group() if scheme else ''}{MASK}"
    return shown(value, secrecy)


def _without_password(found: re.Match[str]) -> str:
    return f"{found['user'] or found['query']}{MASK}"


def shown(value: Any, secrecy: Secrecy) -> str:
    """A value on one line, shortened, without what nobody may see."""
    if secrecy is Secrecy.WHOLE:
        return MASK if value else ""
    if secrecy is Secrecy.PASSWORD:
        value = None if value is None else _PASSWORDS.sub(_without_password, str(value))
    if value is None:
        return "-"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | bool) else str(value)
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= LONGEST_VALUE_SHOWN else f"{text[: LONGEST_VALUE_SHOWN - 1]}…"
