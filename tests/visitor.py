"""Somebody with a browser and cookies before an application, over ASGI, without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


class Visitor:
    """Each request runs on a loop of its own; cookies last, redirects are not followed."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._transport = httpx.ASGITransport(app)
        self._base_url = "https://testserver" if https else "http://testserver"
        self.cookies = httpx.Cookies()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._request("GET", path, options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._request("POST", path, options))

    def post_form(self, path: str, page: str, **fields: str) -> httpx.Response:
        """A form of the page at `page`, with its token."""
        return self.post(path, data={**fields, "form_token": form_token(self.get(page).text)})

    async def _request(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=self._transport, base_url=self._base_url, cookies=self.cookies
        ) as client:
            answer = await client.request(method, path, **options)
            self.cookies = client.cookies
            return answer


def form_token(page: str) -> str:
    """The token that a page carries."""
    return page.partition('"X-Form-Token":"')[2].partition('"')[0]
