"""A visitor with cookies, over ASGI, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp


class Visitor:
    """Each request runs on a loop of its own; cookies last, redirects are not followed."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._transport = httpx.ASGITransport(app)
        self._base_url = base_url
        self.cookies = httpx.Cookies()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._request("GET", path, options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._request("POST", path, options))

    async def _request(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=self._transport, base_url=self._base_url, cookies=self.cookies
        ) as client:
            answer = await client.request(method, path, **options)
            self.cookies = client.cookies
            return answer


@pytest.fixture
def visit() -> Callable[..., Visitor]:
    """`visit(app, https=False)`: somebody with a browser before the application."""

    def visitor(app: ASGIApp, *, https: bool = False) -> Visitor:
        return Visitor(app, "https://testserver" if https else "http://testserver")

    return visitor
