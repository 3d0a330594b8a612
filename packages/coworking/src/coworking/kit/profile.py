"""Operator profiles: TOML read into validated tables, every mistake named by file, line, key and value.

The kit knows how such a file is read and how a mistake is told; what stands in it is modelled by the package
that lives by it, as a `coworking.kit.profile_fields.Table`.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from coworking.kit.profile_fields import Misfit, Table, Words
from coworking.kit.profile_words import Shape, one_of
from coworking.kit.toml_lines import KeyPath, lines_of_keys

LARGEST_FILE_BYTES = 1_048_576
LONGEST_VALUE_SHOWN = 60

Model = TypeVar("Model", bound=Table)

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLACE = re.compile(r"(.*) \(at line (\d+), column \d+\)", re.DOTALL)

UNREADABLE = Words("ファイルを読めません", "the file cannot be read")
TOO_LARGE = Words(
    f"ファイルが{LARGEST_FILE_BYTES}バイトを超えています", f"the file is over {LARGEST_FILE_BYTES} bytes"
)
NOT_UTF8 = Words("UTF-8のテキストではありません", "the file is not UTF-8 text")
TOO_DEEP = Words("配列や表の入れ子が深すぎます", "lists or tables are nested too deeply")
MISSING = Words("必須のキーがありません", "is missing")
UNKNOWN_KEY = Words("知らないキーです", "is an unknown key")
BAD_NAME = Words("名前として使えません", "is no usable name")
NOT_ALLOWED = Words("使えない値です", "is not allowed")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake of a profile.

    `key` is dotted, "" for the file as a whole; `value` is spelled as TOML, "" where there is none.
    """

    line: int | None
    key: str
    value: str
    wrong: Words
    allowed: Words | None = None

    def sentence(self, language: str = "en") -> str:
        """What is wrong and what is allowed, on one line, without the file's name."""
        subject = f"{self.key} = {self.value}" if self.value else self.key
        wrong = self.wrong.spoken(language)
        if self.allowed is not None:
            allowed = self.allowed.spoken(language)
            wrong += f"。使えるもの: {allowed}" if language == "ja" else f"; allowed: {allowed}"
        return f"{subject}: {wrong}" if subject else wrong


class ProfileError(Exception):
    """A profile that cannot be used; `str` is one line per problem, in the order of the file."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = sorted(problems, key=lambda problem: (problem.line or 0, problem.key))
        super().__init__(file, self.problems)

    def lines(self, language: str = "en") -> list[str]:
        return [
            f"{self.file}:{'' if problem.line is None else f'{problem.line}:'} {problem.sentence(language)}"
            for problem in self.problems
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a profile and the lines they stand on; no lines for one that was stored as JSON."""

    file: str
    values: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def line_of(self, key: KeyPath) -> int | None:
        """The line of the key, or of the nearest table around it that has one."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)

    def written(self, key: KeyPath) -> str:
        """The value at the key in TOML's spelling, shortened; "" where there is none."""
        value: Any = self.values
        for part in key:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return ""
        text = _as_toml(value)
        return text if len(text) <= LONGEST_VALUE_SHOWN else f"{text[: LONGEST_VALUE_SHOWN - 1]}…"


def read_document(path: Path) -> Document:
    """Reads a TOML file; whatever is wrong with it as a file is a `ProfileError` of one problem."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as unreadable:
        reason = getattr(unreadable, "strerror", None) or str(unreadable)
        raise _broken(
            file, None, Words(f"{UNREADABLE.ja}: {reason}", f"{UNREADABLE.en}: {reason}")
        ) from unreadable
    if len(content) > LARGEST_FILE_BYTES:
        raise _broken(file, None, TOO_LARGE)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        line = content.count(b"\n", 0, undecodable.start) + 1
        raise _broken(file, line, NOT_UTF8) from undecodable
    try:
        return Document(file=file, values=tomllib.loads(text), lines=lines_of_keys(text))
    except RecursionError as deep:
        raise _broken(file, None, TOO_DEEP) from deep
    except ValueError as broken:  # TOMLDecodeError, and the plain one of numbers with thousands of digits
        placed = _PLACE.fullmatch(str(broken))
        line = int(placed.group(2)) if placed else text.count("\n") + 1
        reason = (placed.group(1) if placed else str(broken)).replace("\n", " ")
        raise _broken(
            file, line, Words(f"TOMLとして読めません: {reason}", f"not valid TOML: {reason}")
        ) from broken


def validated(model: type[Model], document: Document) -> Model:
    """The document as `model`, or a `ProfileError` that names every problem at once."""
    try:
        return model.model_validate_json(json.dumps(document.values, default=_as_json, ensure_ascii=False))
    except ValidationError as invalid:
        shape = _shape(model)
        errors = invalid.errors(include_url=False)
        problems: list[Problem] = []
        for error in errors:
            if not _follows_from_others(error, errors):
                problems.extend(_problems(document, shape, error))
        raise ProfileError(document.file, problems) from invalid


def dotted(key: KeyPath) -> str:
    """The key path as TOML writes it, elements of lists by their index from 0."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False)
            text += f".{name}" if text else name
    return text


def did_you_mean(word: str, known: tuple[str, ...]) -> Words:
    """A hint that begins with a space, or nothing."""
    near = get_close_matches(word, known, n=1)
    return Words(f"（{near[0]} では？）", f" (did you mean {near[0]}?)") if near else Words("", "")


@cache
def _shape(model: type[Table]) -> Shape:
    return Shape(model.model_json_schema())


def _follows_from_others(error: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """A list that only seems too short because elements of it are wrong."""
    place = error["loc"]
    return error["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in errors
    )


def _problems(document: Document, shape: Shape, error: ErrorDetails) -> list[Problem]:
    key, schema = shape.follow(error["loc"])
    facts = error.get("ctx", {})
    kind = error["type"]
    if kind == "misfit":
        found: tuple[Misfit, ...] = facts["misfits"]
        return [_placed(document, (*key, *misfit.key), misfit.wrong, misfit.allowed) for misfit in found]
    if error["loc"] and error["loc"][-1] == "[key]":
        _, table = shape.follow(error["loc"][:-2])
        return [_placed(document, key, BAD_NAME, shape.allowed_names(table))]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        key = (*key, facts["discriminator"].strip("'"))
        wrong = MISSING if kind == "union_tag_not_found" else NOT_ALLOWED
        return [_placed(document, key, wrong, one_of(shape.kinds_of(schema)))]
    if kind == "missing":
        return [_placed(document, key, MISSING, shape.allowed(schema))]
    if kind == "extra_forbidden":
        _, table = shape.follow(error["loc"][:-1])
        known = shape.keys_of(table)
        hint = did_you_mean(str(key[-1]), known)
        wrong = Words(UNKNOWN_KEY.ja + hint.ja, UNKNOWN_KEY.en + hint.en)
        return [_placed(document, key, wrong, one_of(known))]
    allowed = facts.get("allowed") or shape.allowed(schema)
    return [_placed(document, key, NOT_ALLOWED, allowed)]


def _placed(document: Document, key: KeyPath, wrong: Words, allowed: Words) -> Problem:
    return Problem(document.line_of(key), dotted(key), document.written(key), wrong, allowed)


def _broken(file: str, line: int | None, wrong: Words) -> ProfileError:
    return ProfileError(file, [Problem(line, "", "", wrong)])


def _as_json(value: object) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"no TOML value: {value!r}")


def _as_toml(value: object) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=_as_json)
