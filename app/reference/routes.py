"""One page made from the OpenAPI description, so that it cannot say anything else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api import DESCRIPTION_PATH
from coworking.kit.web.pages import Pages

REFERENCE_PATH = "/api"
_METHODS = ("get", "post", "put", "patch", "delete")
_SCHEMA_PREFIX = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool
    text: str
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Field]
    body: list[Field]
    answer: str
    answer_fields: list[Field]

    @property
    def anchor(self) -> str:
        return f"{self.method}{self.path}".lower().translate(str.maketrans("/{}", "---")).strip("-")


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    text: str
    operations: list[Operation]

    @property
    def anchor(self) -> str:
        return self.name.replace(" ", "-")


def reference_routes(pages: Pages, api: FastAPI) -> list[Route]:
    """The page at `/api`; `pages` must have been built with "app.reference"."""

    async def reference(request: Request) -> Response:
        sections = sections_of(api.openapi())
        return pages.render(
            request, "reference/reference.html", sections=sections, description_path=DESCRIPTION_PATH
        )

    return [Route(REFERENCE_PATH, reference, methods=["GET"], name="reference")]


def sections_of(description: dict[str, Any]) -> list[Section]:
    """The operations by their first tag, in the order of the tags."""
    schemas = description.get("components", {}).get("schemas", {})
    by_tag: dict[str, list[Operation]] = {}
    for path, item in description["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                by_tag.setdefault(operation["tags"][0], []).append(
                    _operation(method, path, operation, schemas)
                )
    return [
        Section(tag["name"], tag["description"], by_tag[tag["name"]])
        for tag in description["tags"]
        if tag["name"] in by_tag
    ]


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answer: dict[str, Any] = next(
        (value for code, value in operation["responses"].items() if code.startswith("2")), {}
    )
    answer_schema = answer.get("content", {}).get("application/json", {}).get("schema")
    return Operation(
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        text=operation.get("description", ""),
        parameters=[
            Field(
                one["name"],
                _type(one.get("schema", {})),
                one.get("required", False),
                one.get("description", ""),
                "",
            )
            for one in operation.get("parameters", [])
        ],
        body=_fields(body, schemas),
        answer=_type(answer_schema) if answer_schema else "",
        answer_fields=_fields(answer_schema, schemas),
    )


def _fields(schema: dict[str, Any] | None, schemas: dict[str, Any]) -> list[Field]:
    """The fields of the object that a schema names: of a page or a list, those of its items."""
    found = _resolved(schema, schemas)
    if found is None:
        return []
    if found.get("type") == "array":
        return _fields(found.get("items"), schemas)
    if set(found.get("properties", {})) == {"items", "next"}:
        return _fields(found["properties"]["items"], schemas)
    required = set(found.get("required", ()))
    return [
        Field(name, _type(one), name in required, one.get("description", ""), _example(one))
        for name, one in found.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any] | None, schemas: dict[str, Any]) -> dict[str, Any] | None:
    if schema and "$ref" in schema:
        found: dict[str, Any] = schemas[schema["$ref"].removeprefix(_SCHEMA_PREFIX)]
        return found
    return schema


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_SCHEMA_PREFIX)
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "any")


def _example(schema: dict[str, Any]) -> str:
    examples = schema.get("examples")
    return json.dumps(examples[0], ensure_ascii=False) if examples else ""
