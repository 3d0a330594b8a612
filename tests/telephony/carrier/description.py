"""Twilio's own OpenAPI description as a judge of requests to its REST API and of answers in its manner.

`judge_request` and `judge_response` raise `Contradiction` with every fault found. The host of a request does
not matter (the sandbox listens elsewhere); its path, query, form, headers and credentials do.

What the description leaves open is judged as well: only described parameters may be sent, each described
property must be present in an answer and no other may be, and an error has Twilio's four members. Two
exceptions follow the description's own examples: a search for numbers has no pages, and capabilities need
not name fax.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

DESCRIPTION = Path(__file__).resolve().parents[4] / "shared" / "data" / "twilio_api_v2010.pruned.json"
HOST_URL = "https://api.twilio.com"
FORM = "application/x-www-form-urlencoded"
ERROR_MEMBERS = {"code", "message", "more_info", "status"}

PAGE_MEMBERS = {
    *("end", "first_page_uri", "next_page_uri", "page", "page_size", "previous_page_uri", "start"),
}

Json = Any


class Contradiction(AssertionError):
    """A request or an answer that Twilio's description does not allow."""


class _Request:
    """An httpx request in the shape that openapi-core reads."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        query = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=Headers(list(request.headers.items()))
        )
        self.host_url = HOST_URL
        self.path = request.url.path
        self.method = request.method.lower()
        self.body: bytes | None = request.read() or None
        self.content_type = request.headers.get("Content-Type", FORM)


class _Response:
    def __init__(self, response: httpx.Response) -> None:
        self.data: bytes | None = response.read() or None
        self.status_code = response.status_code
        self.content_type = response.headers.get("Content-Type", "").partition(";")[0]
        self.headers = Headers(list(response.headers.items()))


@cache
def described() -> dict[str, Any]:
    """The description, with the two corrections that its README names."""
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    for node in _nodes(document):
        if node.get("format") == "uri":  # Twilio's own `uri` values are relative
            del node["format"]
    for path in document["paths"].values():
        for operation in path.values():
            if not isinstance(operation, dict) or "requestBody" not in operation:
                continue
            for content in operation["requestBody"]["content"].values():
                content["encoding"] = {
                    name: {"style": "form", "explode": True}
                    for name, schema in content["schema"].get("properties", {}).items()
                    if schema.get("type") == "array"
                }
    return document


@cache
def _judge() -> OpenAPI:
    return OpenAPI.from_dict(described(), config=Config(spec_validator_cls=None))


def judge_request(request: httpx.Request) -> None:
    faults: list[str] = []
    operation = _operation(request)
    names = [name for name, _ in parse_qsl(request.url.query.decode(), keep_blank_values=True)]
    known = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
    faults += [f"unknown query parameter {name}" for name in names if name not in known]
    content = operation.get("requestBody", {}).get("content", {})
    if request.read() and FORM not in content:
        faults.append("a body where none is described")
    if content:
        if request.headers.get("Content-Type") != FORM:
            faults.append(f"Content-Type {request.headers.get('Content-Type')}")
        properties = content[FORM]["schema"]["properties"]
        sent = parse_qsl(request.content.decode(), keep_blank_values=True)
        faults += [f"unknown form parameter {name}" for name, _ in sent if name not in properties]
        repeated = {name for name, _ in sent if [n for n, _ in sent].count(name) > 1}
        faults += [f"{name} repeated" for name in repeated if properties.get(name, {}).get("type") != "array"]
    try:
        _judge().validate_request(_Request(request))
    except OpenAPIError as error:
        faults += list(_reasons(error))
    if faults:
        raise Contradiction(f"{request.method} {request.url.path}: " + "; ".join(faults))


def judge_response(request: httpx.Request, response: httpx.Response) -> None:
    faults: list[str] = []
    operation = _operation(request)
    described_response = operation["responses"].get(str(response.status_code))
    if response.status_code >= 400:
        faults += _error_faults(response)
    elif described_response is None:
        faults.append(f"status {response.status_code} where {list(operation['responses'])} are described")
    elif "content" not in described_response:
        if response.read():
            faults.append("a body where none is described")
    else:
        try:
            _judge().validate_response(_Request(request), _Response(response))
        except OpenAPIError as error:
            faults += list(_reasons(error))
        faults += member_faults(described_response["content"]["application/json"]["schema"], response.json())
    if faults:
        raise Contradiction(f"{request.method} {request.url.path}: " + "; ".join(faults))


def _operation(request: httpx.Request) -> dict[str, Any]:
    """The described operation of this request; the most literal of the paths that match."""
    segments = request.url.path.split("/")
    best: tuple[int, str] | None = None
    for path in described()["paths"]:
        literal = _literal_segments(path.split("/"), segments)
        if literal is not None and (best is None or literal > best[0]):
            best = (literal, path)
    operation = described()["paths"][best[1]].get(request.method.lower()) if best else None
    if operation is None:
        raise Contradiction(f"{request.method} {request.url.path} is not described")
    return dict(operation)


def _literal_segments(pattern: list[str], segments: list[str]) -> int | None:
    if len(pattern) != len(segments):
        return None
    literal = 0
    for expected, given in zip(pattern, segments, strict=True):
        if expected == given:
            literal += 1
        elif not expected.startswith("{") or not given.endswith(expected.rpartition("}")[2]):
            return None
    return literal


def member_faults(schema: dict[str, Any], value: Json, place: str = "answer") -> list[str]:
    """What is missing of the properties of `schema`, or beyond them, at any depth of `value`."""
    if "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [
            fault
            for index, item in enumerate(value)
            for fault in member_faults(schema.get("items", {}), item, f"{place}[{index}]")
        ]
    properties = schema.get("properties")
    if not isinstance(value, dict) or not properties:
        return []
    optional: set[str] = set()
    if "available_phone_numbers" in properties:
        optional = PAGE_MEMBERS
    elif schema.get("format") == "phone-number-capabilities":
        optional = {"fax"}
    faults = [f"{place} lacks {name}" for name in properties if name not in value and name not in optional]
    faults += [f"{place} has {name}, which is not described" for name in value if name not in properties]
    for name, member in properties.items():
        faults += member_faults(member, value.get(name), f"{place}.{name}")
    return faults


def _error_faults(response: httpx.Response) -> list[str]:
    try:
        payload = response.json()
    except ValueError:
        return ["an error that is not JSON"]
    if not isinstance(payload, dict) or set(payload) != ERROR_MEMBERS:
        return [f"an error without exactly {sorted(ERROR_MEMBERS)}"]
    faults = []
    if payload["status"] != response.status_code:
        faults.append(f"status {payload['status']} in an answer of {response.status_code}")
    if not isinstance(payload["code"], int):
        faults.append("an error code that is no integer")
    return faults


def _reasons(error: BaseException) -> Iterator[str]:
    """What openapi-core found, down to the schema errors at the bottom of its chain."""
    cause: BaseException | None = error
    while cause is not None:
        for schema_error in getattr(cause, "schema_errors", ()):
            yield f"{'/'.join(map(str, schema_error.path))}: {schema_error.message}"
        if cause.__cause__ is None:
            yield str(cause)
        cause = cause.__cause__


def _nodes(value: Json) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _nodes(member)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)
