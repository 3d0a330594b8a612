"""The in-process client against small applications."""

import asyncio
import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from app import asgi
from app.asgi import AnswerTooLarge, NoAnswerSent, request


async def _echo(incoming: Request) -> Response:
    return JSONResponse(
        {
            "method": incoming.method,
            "url": str(incoming.url),
            "path": incoming.path_params["rest"],
            "query": incoming.query_params.multi_items(),
            "headers": dict(incoming.headers),
            "body": (await incoming.body()).decode(),
        },
        status_code=201,
    )


async def _streamed(_: Request) -> Response:
    async def chunks() -> Any:
        for chunk in ("a", "b", "c"):
            yield chunk

    return StreamingResponse(chunks())


async def _broken(_: Request) -> Response:
    raise KeyError("inside")


APPLICATION = Starlette(
    routes=[
        Route("/echo/{rest:path}", _echo, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/streamed", _streamed),
        Route("/broken", _broken),
    ]
)


def test_what_is_sent_arrives() -> None:
    answer = asyncio.run(
        request(
            APPLICATION,
            "PUT",
            "http://rusuban.example:8443/echo/%2B81%2045?a=1&a=%26",
            headers={"X-One": "ひ".encode().decode("latin-1"), "Content-Type": "text/plain"},
            body="本文".encode(),
        )
    )
    seen = json.loads(answer.body)
    assert answer.status == 201
    assert answer.header("content-type") == "application/json"
    assert answer.header("x-none") is None
    assert seen["method"] == "PUT"
    assert seen["url"] == "http://rusuban.example:8443/echo/+81 45?a=1&a=%26"
    assert seen["path"] == "+81 45"
    assert seen["query"] == [["a", "1"], ["a", "&"]]
    assert seen["headers"]["host"] == "rusuban.example:8443"
    assert seen["headers"]["content-length"] == "6"
    assert seen["body"] == "本文"


def test_a_relative_address_is_on_localhost() -> None:
    answer = asyncio.run(request(APPLICATION, "GET", "/echo/x"))
    seen = json.loads(answer.body)
    assert seen["headers"] == {"host": "localhost"}


def test_a_streamed_answer_is_put_together() -> None:
    assert asyncio.run(request(APPLICATION, "GET", "/streamed")).body == b"abc"


def test_an_error_inside_comes_out() -> None:
    with pytest.raises(KeyError):
        asyncio.run(request(APPLICATION, "GET", "/broken"))


def test_no_answer_is_an_error() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    with pytest.raises(NoAnswerSent):
        asyncio.run(request(silent, "GET", "/"))


def test_an_answer_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "LARGEST_ANSWER_BYTES", 2)
    with pytest.raises(AnswerTooLarge):
        asyncio.run(request(APPLICATION, "GET", "/streamed"))
