"""The HTTP API: every package's routes, one description, and one shape for everything that goes wrong."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from app.api_description import describe
from app.api_routers import ROUTES
from app.idempotent_requests import IdempotentRequests
from app.list_files import ListFiles
from app.problem_answers import PROBLEM_JSON, problem_answer
from app.request_sizes import LimitedRequests
from coworking.kit.errors import NotFound, UserError, ValidationFailed
from coworking.membership import Doorway

DESCRIPTION_PATH = "/api/openapi.json"

log = structlog.get_logger(__name__)


def build_api(doorway: Doorway) -> FastAPI:
    api = FastAPI(
        openapi_url=DESCRIPTION_PATH,
        docs_url=None,
        redoc_url=None,
        routes=list(ROUTES),
    )
    api.state.doorway = doorway
    api.openapi = describe  # type: ignore[method-assign]  # FastAPI's own way to extend it
    api.add_middleware(ListFiles)
    api.add_middleware(IdempotentRequests, doorway=doorway)
    api.add_middleware(LimitedRequests)
    api.add_exception_handler(UserError, _refused)
    api.add_exception_handler(RequestValidationError, _malformed)
    api.add_exception_handler(DataError, _not_storable)
    api.add_exception_handler(HTTPException, _no_such_place)
    api.add_exception_handler(Exception, _defect)
    return api


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, UserError)
    return problem_answer(request, error)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # What was sent is not repeated: it may be a password.
    errors = [
        {"field": ".".join(str(part) for part in one["loc"]), "message": str(one["msg"])}
        for one in error.errors()
    ]
    return problem_answer(request, ValidationFailed(errors))


async def _not_storable(request: Request, error: Exception) -> JSONResponse:
    # A NUL in a text, a number beyond 64 bits: what the database does not take as a value, somebody has sent.
    log.warning("value refused by the database", path=request.url.path, error=type(error).__name__)
    return problem_answer(request, ValidationFailed([{"field": "", "message": "a value cannot be stored"}]))


async def _no_such_place(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == NotFound.status:
        return problem_answer(request, NotFound())
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(error.detail),
        "status": error.status_code,
        "detail": str(error.detail),
        "code": f"http-{error.status_code}",
    }
    return JSONResponse(body, status_code=error.status_code, media_type=PROBLEM_JSON, headers=error.headers)


async def _defect(request: Request, error: Exception) -> JSONResponse:
    # Starlette raises it again after this answer, so the server logs it once.
    body = {"type": "about:blank", "title": "internal-error", "status": 500, "code": "internal-error"}
    return JSONResponse(body, status_code=500, media_type=PROBLEM_JSON)
