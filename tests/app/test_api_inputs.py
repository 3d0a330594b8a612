"""Whatever is sent, the API answers with what it does or with a problem that has a code; never with a defect."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.asgi import Answer
from coworking.kit.db import Database
from tests.api_house import ApiHouse, Operation, open_house

NASTY_TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u202e",
    "𠮷野家☎",
    "x" * 5_000,
    "' OR 1=1 --",
    "%s%n{0}",
    "../../etc/passwd",
    "２０２６-06",
    "0000-01",
    "2999-12",
    "9999-12-31",
    "0001-01-01",
    "090-1234-5678",
    "+819012345678",
    "110",
    "a@b",
    "number\n\x00\n",
    "null",
)
NASTY_NUMBERS = (0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**40, 0.5, 1e308)
EXTREMES = {
    "date": ("0001-01-01", "1899-12-31", "2150-02-28", "9999-12-31"),
    "date-time": (
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2150-02-28T12:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
    ),
}
"""What is a day or an instant, and beyond all calendars."""
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NASTY_NUMBERS),
    st.sampled_from(NASTY_TEXTS),
    st.integers(),
    st.text(max_size=30),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
MALFORMED = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b'{"a": \xff}',
    b'{"email": "\\ud800", "password": "x"}',
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b"NaN",
    b'{"email": NaN}',
    b"email=a&password=b",
)
OF_DOOR_AGENTS = {"POST /api/door-agent/events"}
"""A door's computer has a token of its own, which is asked for first."""
FIFTH = 5
SETTINGS = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def judge(answer: Answer, asked: object) -> None:
    assert answer.status < 500, asked
    if answer.status >= 400:
        assert answer.header("content-type") == "application/problem+json", asked
        problem = json.loads(answer.body)
        assert problem["code"], asked
        assert problem["status"] == answer.status, asked


def resolved(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = described[schema["$ref"].rpartition("/")[2]]
    return found


def near(schema: dict[str, Any], described: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that mostly have the type that is described, within its bounds or not."""
    schema = resolved(schema, described)
    if "anyOf" in schema:
        return st.one_of(*(near(one, described) for one in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | SCALARS
    examples = schema.get("examples", [])
    match schema.get("type"):
        case "object":
            return st.fixed_dictionaries(
                {name: near(inner, described) for name, inner in schema.get("properties", {}).items()}
            )
        case "array":
            return st.lists(near(schema["items"], described), max_size=3)
        case "integer":
            return st.sampled_from((1, 2, *NASTY_NUMBERS)) | st.integers()
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case _:
            return st.sampled_from((*examples, *NASTY_TEXTS)) | st.text(max_size=30)


@st.composite
def bodies(draw: st.DrawFn, schema: dict[str, Any], described: dict[str, Any]) -> Any:
    """A body that is nearly right: properties left out, added, or of another type."""
    if draw(st.integers(0, 9)) == 0:
        return draw(ANYTHING)
    properties = resolved(schema, described)["properties"]
    body = {
        name: inner["examples"][0] if "examples" in inner else draw(near(inner, described))
        for name, inner in properties.items()
        if draw(st.booleans()) or name in resolved(schema, described).get("required", [])
    }
    for name in draw(st.lists(st.sampled_from(sorted(properties)), max_size=2, unique=True)):
        body[name] = draw(near(properties[name], described) | ANYTHING)
    if draw(st.integers(0, 9)) == 0:
        body[draw(st.text(max_size=10))] = draw(SCALARS)
    return body


def with_body(house: ApiHouse) -> list[Operation]:
    return [
        operation
        for operation in house.operations()
        if operation.takes_json and operation.name not in OF_DOOR_AGENTS
    ]


def body_schema(operation: Operation) -> dict[str, Any]:
    schema: dict[str, Any] = operation.described["requestBody"]["content"]["application/json"]["schema"]
    return schema


def test_a_body_that_is_no_json_is_a_problem(house: ApiHouse) -> None:
    operations = with_body(house)
    assert len(operations) >= 7
    for operation in operations:
        url = house.url_of(operation, house.first)
        for raw in MALFORMED:
            answer = house.ask(operation.method, url, token=house.staff["nex"], raw=raw)
            judge(answer, (operation.name, raw[:20]))
            assert answer.status in (400, 422)
        answer = house.ask(
            operation.method,
            url,
            token=house.staff["nex"],
            raw=b"<a/>",
            headers={"content-type": "text/xml"},
        )
        judge(answer, operation.name)
        assert answer.status == 422


def test_what_was_sent_is_not_repeated(house: ApiHouse) -> None:
    sent = {"email": "sato@example.jp", "password": ["a secret"], "a secret": "a secret too"}
    answer = house.ask("POST", "/api/sign-in", body=sent)
    assert answer.status == 422
    assert "a secret too" not in answer.body.decode()
    assert json.loads(answer.body)["errors"][0]["field"] == "body.password"


def test_a_missing_and_an_unknown_property_are_named(house: ApiHouse) -> None:
    for operation in with_body(house):
        good = house.body_of(operation, house.first)
        assert good is not None
        url = house.url_of(operation, house.first)
        wrong = [({**good, "no_such_key": 1}, "no_such_key")]
        required = resolved(body_schema(operation), house.description()["components"]["schemas"]).get(
            "required", []
        )
        wrong += [({key: value for key, value in good.items() if key != name}, name) for name in required]
        for body, name in wrong:
            answer = house.ask(operation.method, url, token=house.staff["nex"], body=body)
            assert answer.status == 422, operation.name
            problem = json.loads(answer.body)
            assert problem["code"] == "validation-failed"
            assert [error["field"] for error in problem["errors"]] == [f"body.{name}"], operation.name


def test_any_body_is_taken_or_refused(house: ApiHouse) -> None:
    for operation in with_body(house):
        send_bodies(house, operation)


def send_bodies(house: ApiHouse, operation: Operation) -> None:
    described = house.description()["components"]["schemas"]
    url = house.url_of(operation, house.first)

    @given(body=bodies(body_schema(operation), described))
    @settings(SETTINGS, max_examples=15)
    def send(body: Any) -> None:
        judge(house.ask(operation.method, url, token=house.staff["nex"], body=body), (operation.name, body))

    send()


def test_any_parameter_is_taken_or_refused(house: ApiHouse) -> None:
    """Each parameter meets every fifth of the values, another fifth than its neighbour."""
    values = (*NASTY_TEXTS, *NASTY_NUMBERS, "ja", "\xe9")
    turns = itertools.cycle(values[first::FIFTH] for first in range(FIFTH))
    for operation in house.operations():
        path_names = operation.parameters("path")
        right = house.url_of(operation, house.first)
        urls = [
            f"{right}?{urlencode({name: value})}"
            for name in operation.parameters("query")
            for value in next(turns)
        ]
        if path_names:
            urls += [
                operation.path.format(**{name: quote(str(value), safe="") or "%20" for name in path_names})
                for value in values
            ]
        for url in urls:
            body = house.body_of(operation, house.first)
            judge(
                house.ask(operation.method, url, token=house.staff["nex"], body=body), (operation.method, url)
            )


def extremes_of(schema: dict[str, Any]) -> tuple[str, ...]:
    return next(
        (EXTREMES[one["format"]] for one in schema.get("anyOf", [schema]) if one.get("format") in EXTREMES),
        (),
    )


def with_extreme_days(house: ApiHouse, operation: Operation) -> Iterator[tuple[str, Any]]:
    """Address and body, right but for one day or all."""
    url, body = house.url_of(operation, house.first), house.body_of(operation, house.first)
    for parameter in operation.described.get("parameters", []):
        if parameter["in"] == "query":
            for value in extremes_of(parameter["schema"]):
                yield f"{url}?{urlencode({parameter['name']: value})}", body
    if operation.takes_json:
        schema = resolved(body_schema(operation), house.description()["components"]["schemas"])
        days = {name: found for name, inner in schema["properties"].items() if (found := extremes_of(inner))}
        for name, values in days.items():
            for value in values:
                yield url, {**(body or {}), name: value}
                yield url, {**(body or {}), **dict.fromkeys(days, value)}


def test_any_day_is_taken_or_refused(house: ApiHouse) -> None:
    tried = 0
    for operation in house.operations():
        for url, body in with_extreme_days(house, operation):
            judge(
                house.ask(operation.method, url, token=house.staff["nex"], body=body),
                (operation.name, url, body),
            )
            tried += 1
    assert tried > 100


def test_any_language_is_understood_or_not(house: ApiHouse) -> None:
    for language in (
        *(text for text in NASTY_TEXTS if text.isascii() and text.isprintable()),
        "ja;q=x",
        "*",
        ",,;",
    ):
        for path in ("/api/calls", "/api/nothing"):
            answer = house.ask("GET", path, token=house.first.token, headers={"accept-language": language})
            judge(answer, language)
