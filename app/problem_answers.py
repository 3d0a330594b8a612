"""Refusals as problem details (RFC 9457)."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse

from coworking.kit.errors import UserError, problem
from coworking.kit.web.language import preferred_language

PROBLEM_JSON = "application/problem+json"


def problem_answer(request: Request, error: UserError) -> JSONResponse:
    language = preferred_language(request.headers.get("accept-language", ""))
    # RFC 9110 section 15.5.2: a 401 names the way in.
    headers = error.headers | ({"www-authenticate": "Bearer"} if error.status == 401 else {})
    return JSONResponse(
        problem(error, language), status_code=error.status, headers=headers, media_type=PROBLEM_JSON
    )
