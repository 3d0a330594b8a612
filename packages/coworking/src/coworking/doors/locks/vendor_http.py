"""Asking a vendor's web API once, so that what is not known is told from what was refused (R09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx

from coworking.doors.locks.protocol import LockAnswer, refused, unknown

CONNECT_TIMEOUT_SECONDS: Final = 3.0
ANSWER_TIMEOUT_SECONDS: Final = 5.0
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
REQUEST_TIMEOUT: Final = 408
UNAUTHORIZED: Final = 401


def vendor_client() -> httpx.Client:
    """A client for all locks of one account. It follows no redirects and repeats nothing."""
    return httpx.Client(timeout=httpx.Timeout(ANSWER_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS))


def ask(
    client: httpx.Client,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    json: Any = None,
    params: Mapping[str, str] | None = None,
) -> httpx.Response | LockAnswer:
    """The vendor's answer, whatever its status; a `LockAnswer` where there is none: refused when nothing was sent,
    else unknown."""
    try:
        return client.request(method, url, headers=headers, json=json, params=params)
    except NOT_SENT:
        return refused("unreachable")
    except httpx.TimeoutException:
        return unknown("timeout")
    except httpx.HTTPError:
        return unknown("broken-off")


def failed(answer: httpx.Response, reference: str | None = None) -> LockAnswer:
    """What an answer without success says of the lock: a fault of the vendor's may have come after the door opened."""
    detail = f"http-{answer.status_code}"
    if answer.is_server_error or answer.status_code == REQUEST_TIMEOUT:
        return unknown(detail, reference)
    return refused(detail, reference)


def body_of(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; an empty one where it has none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
