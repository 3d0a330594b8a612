"""Cookies as this service sets them: for this host only, out of reach of scripts, not sent across sites."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response


def cookie_name(name: str, *, https: bool) -> str:
    """On https the name pins the cookie to this very host (RFC 6265bis, `__Host-`)."""
    return f"__Host-{name}" if https else name


def read_cookie(request: Request, name: str, *, https: bool) -> str | None:
    return request.cookies.get(cookie_name(name, https=https))


def set_cookie(
    response: Response, name: str, value: str, *, https: bool, max_age_seconds: int | None = None
) -> None:
    """Without `max_age_seconds` the cookie ends with the browser session."""
    response.set_cookie(
        cookie_name(name, https=https),
        value,
        max_age=max_age_seconds,
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, name: str, *, https: bool) -> None:
    response.delete_cookie(
        cookie_name(name, https=https), path="/", secure=https, httponly=True, samesite="lax"
    )
