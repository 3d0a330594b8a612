"""Forms with a file: the token, the limits, text in the encodings of spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from coworking.kit.web.form_tokens import TOKEN_FIELD
from coworking.kit.web.forms import LARGEST_FORM_BYTES, Form
from coworking.kit.web.pages import build_pages
from coworking.kit.web.uploads import text_upload_route

MOST_BYTES = 1_000


@pytest.fixture
def visitor(visit: Callable[..., Any]) -> Any:
    pages = build_pages([], secret=b"a secret for these tests", https=False)

    async def show(request: Request) -> Response:
        return pages.render(request, "kit/refusal.html", sentence="")

    async def take(_request: Request, form: Form) -> Response:
        return PlainTextResponse(f"{form.get('word')}: {form['file']}")

    upload = text_upload_route(pages, "/take", take, name="take", field="file", most_bytes=MOST_BYTES)
    return visit(Starlette(routes=[Route("/", show), upload]), https=False)


def send(visitor: Any, data: bytes, **headers: str) -> Any:
    token = visitor.get("/").text.partition('"X-Form-Token":"')[2].partition('"')[0]
    return visitor.post(
        "/take", data={"word": "x", TOKEN_FIELD: token}, files={"file": ("a.csv", data)}, headers=headers
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_text_is_read_as_spreadsheets_write_it(visitor: Any, encoding: str) -> None:
    answer = send(visitor, "番号\n〜①".encode(encoding, "replace"))
    assert (answer.status_code, answer.text.partition(":")[0]) == (200, "x")
    assert "番号\n" in answer.text
    assert not answer.text.startswith("x: \ufeff")


@pytest.mark.parametrize(
    ("data", "headers", "status", "code"),
    [
        (b"\x81\x00", {}, 415, "form-not-understood"),
        (b"x" * (MOST_BYTES + LARGEST_FORM_BYTES + 1), {}, 413, "form-too-large"),
        (b"x", {"X-Form-Token": "guessed.token"}, 403, "form-not-ours"),
        (b"x", {"Sec-Fetch-Site": "cross-site"}, 403, "form-not-ours"),
    ],
)
def test_what_is_not_taken(
    visitor: Any, data: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = send(visitor, data, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(("is_ours", "code"), [(False, "form-not-ours"), (True, "form-not-understood")])
def test_a_form_without_a_file_is_not_understood(visitor: Any, is_ours: bool, code: str) -> None:
    token = visitor.get("/").text.partition('"X-Form-Token":"')[2].partition('"')[0]
    headers = {"X-Form-Token": token} if is_ours else {}
    assert visitor.post("/take", data={"word": "x"}, headers=headers).json()["code"] == code
