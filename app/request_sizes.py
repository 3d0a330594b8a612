"""No request is larger than the largest file that is taken."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problem_answers import problem_answer
from coworking.kit.errors import UserError

LARGEST_REQUEST = 16 * 1024 * 1024
"""Bytes of a body."""


class RequestTooLarge(UserError):
    code = "request-too-large"
    status = 413
    ja = "送られた内容が大きすぎます。{megabytes}MB以下に分けて送ってください。"
    en = "What was sent is too large. Send it in parts of at most {megabytes} MB."


class LimitedRequests:
    """ASGI middleware: refuses a body over LARGEST_REQUEST, by its announced length or as soon as it is over."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        read, answering = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_REQUEST:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            if int(request.headers.get("content-length", "0")) > LARGEST_REQUEST:
                raise _TooLarge
            await self._app(scope, counted, noted)
        except _TooLarge:
            if answering:
                raise
            error = RequestTooLarge(megabytes=LARGEST_REQUEST // 1024 // 1024)
            await problem_answer(request, error)(scope, receive, send)


class _TooLarge(Exception):
    pass
