"""The description of the API with what every change takes beside its own parameters."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.idempotent_requests import takes_key
from coworking.membership.idempotency import LONGEST_KEY

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Chosen by the client for one change. The same key with the same request has the first answer again; with "
        "another request it is refused (`idempotency-key-reused`). Kept for a day."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "example": "5f0c7a2e-join-sato",
}
CHANGING = ("post", "put", "patch", "delete")


def describe(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, made once."""
    if api.openapi_schema is None:
        description = get_openapi(
            title=api.title,
            version=api.version,
            summary=api.summary,
            description=api.description,
            routes=api.routes,
            tags=api.openapi_tags,
        )
        for path, operations in description["paths"].items():
            for method in CHANGING:
                if takes_key(path) and "security" in operations.get(method, {}):
                    operations[method].setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        api.openapi_schema = description
    return api.openapi_schema
