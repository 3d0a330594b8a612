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
from app.api_routers import ROUTERS
from app.idempotent_requests import IdempotentRequests
from app.problem_answers import PROBLEM_JSON, problem_answer
from app.request_sizes import LimitedRequests
from coworking.kit.errors import NotFound, UserError, ValidationFailed
from coworking.membership import Doorway

DESCRIPTION_PATH = "/api/openapi.json"

_TAGS = [
    {"name": "sign-in", "description": "A token for a mail address and a password."},
    {
        "name": "accounts",
        "description": "Registering, passwords, mail addresses, passkeys, second factors; accounts of staff.",
    },
    {"name": "members", "description": "People and companies, their plans, their identity records."},
    {"name": "community", "description": "Groups, announcements, events, news, contents, terms."},
    {
        "name": "incidents",
        "description": "Prohibited acts, lost property, damage, inquiries, faults, stops of the service.",
    },
    {
        "name": "registered address",
        "description": "Uses of the address: declarations, proofs, certificates, exit cases, misuse.",
    },
    {
        "name": "places",
        "description": "Places open and closed, what members read about the house, what it lends.",
    },
    {
        "name": "reservations",
        "description": "Spaces, when they are free, who reserved them; calendars for other programs.",
    },
    {"name": "numbers", "description": "The stock of numbers by area code."},
    {"name": "lines", "description": "Numbers lent to members, and the phones that may steer them."},
    {"name": "forwarding", "description": "Where a line's calls go."},
    {"name": "voicemail", "description": "Messages that callers left; what callers hear if nobody answers."},
    {
        "name": "control",
        "description": "Steering a line by phone and text message: PINs, what came of it, undoing it.",
    },
    {"name": "usage", "description": "What calls of a month came to, live."},
    {"name": "caps", "description": "Caps that were neared or reached, and those that members set."},
    {
        "name": "billing review",
        "description": "Calls by filter, reversals, the carrier's records, margins, other rate cards.",
    },
    {"name": "calls", "description": "Calls with their legs, their price and the reason for it."},
    {"name": "charges", "description": "What was posted, and the sums of a month."},
    {"name": "deposits", "description": "The bank's files of deposits, and whose they are."},
    {"name": "direct debit", "description": "Mandates, files for the bank, and their results."},
    {"name": "door agents", "description": "A door's own computer: its token, its signed list, its events."},
    {"name": "webhooks", "description": "Addresses of members that are told of calls, and what was sent."},
    {"name": "notices", "description": "What was written to members, with its times."},
    {"name": "published", "description": "Price list and terms, for anybody."},
]

log = structlog.get_logger(__name__)


def build_api(doorway: Doorway) -> FastAPI:
    api = FastAPI(
        title="Rusuban",
        version="0.1.0",
        summary="Telephone and office services of a virtual-office operator.",
        description=(
            "Times are UTC in ISO 8601. Amounts are decimal text in yen. Lists come in pages: pass `next` as `after`. "
            "What goes wrong comes as problem details (RFC 9457) with a stable `code` and a sentence in Japanese or "
            "English by `Accept-Language`. A change that comes with an `Idempotency-Key` happens once, however often "
            "it is sent within a day."
        ),
        openapi_url=DESCRIPTION_PATH,
        docs_url=None,
        redoc_url=None,
        openapi_tags=_TAGS,
        responses={
            422: {"description": "Refused: the problem says why.", "content": {PROBLEM_JSON: {}}},
        },
    )
    api.state.doorway = doorway
    for router in ROUTERS:
        api.include_router(router)
    api.openapi = lambda: describe(api)  # type: ignore[method-assign]  # FastAPI's own way to extend it
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
