"""The REST API as an ASGI application, so that a server can put it on a port."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import httpx

from telephony.carrier.sandbox.real_time import PacedClock, run
from telephony.carrier.sandbox.rest import MAX_BODY_BYTES
from telephony.carrier.sandbox.sandbox import Sandbox

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


def application(sandbox: Sandbox, clock: PacedClock | None = None) -> Application:
    """Serves REST and the fallback document; with a clock it also runs the sandbox from start-up to shutdown."""

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _serve(sandbox, scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live(sandbox, clock, receive, send)

    return app


async def _serve(sandbox: Sandbox, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more and len(body) <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        more = message.get("more_body", False)
    query = scope.get("query_string", b"")
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    target = raw_path.partition(b"?")[0] + (b"?" + query if query else b"")
    url = httpx.URL("http://sandbox").copy_with(raw_path=target)
    response = sandbox.handle(httpx.Request(scope["method"], url, headers=scope["headers"], content=body))
    await send(
        {"type": "http.response.start", "status": response.status_code, "headers": response.headers.raw}
    )
    await send({"type": "http.response.body", "body": response.content})


async def _live(sandbox: Sandbox, clock: PacedClock | None, receive: Receive, send: Send) -> None:
    await receive()
    running = None if clock is None else asyncio.create_task(run(sandbox, clock))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if running is not None:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    await send({"type": "lifespan.shutdown.complete"})
