from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.form_posts import http_post
from bench.webhooks import BARE_FASTAPI, BARE_STARLETTE, Contestant, compare

HERE = "tests.bench.test_webhooks"


def echo_app() -> Starlette:
    """Takes the form `a=bc` with its header, and nothing else."""

    async def echo(request: Request) -> PlainTextResponse:
        good = await request.body() == b"a=bc" and request.headers.get("x-signature") == "s"
        return PlainTextResponse("", 200 if good else 403)

    return Starlette(routes=[Route("/echo", echo, methods=["POST"])])


def good_requests(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield http_post("/echo", b"a=bc", {"X-Signature": "s"})


def forged_requests(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield http_post("/echo", b"ab=c", {"X-Signature": "s"})


def test_contestants_are_measured_against_the_yardstick() -> None:
    echo = Contestant("echo", f"{HERE}:echo_app", f"{HERE}:good_requests")
    results = compare([BARE_STARLETTE, echo], yardstick=BARE_FASTAPI, rounds=1, requests=400)
    assert [result.name for result in results] == ["bare FastAPI", "bare Starlette", "echo"]
    assert results[0].ratio == 1
    assert all(
        result.requests_per_second > 0 and result.p99_ms > 0 and result.half_load_p99_ms > 0
        for result in results
    )


def test_a_refused_request_spoils_the_run() -> None:
    forged = Contestant("forged", f"{HERE}:echo_app", f"{HERE}:forged_requests")
    with pytest.raises(RuntimeError, match=r"forged: not every answer was 2xx: \{'403': "):
        compare([forged], yardstick=BARE_STARLETTE, rounds=1, requests=64)


def test_a_server_that_does_not_start_is_named() -> None:
    broken = Contestant("broken", f"{HERE}:no_such_app", f"{HERE}:good_requests")
    with pytest.raises(RuntimeError, match="broken: the server ended with"):
        compare([broken], yardstick=BARE_STARLETTE, rounds=1, requests=64)
