from __future__ import annotations

import pytest
from starlette.requests import Request

from coworking.kit.web.language import choose_language, preferred_language


def request(query: str = "", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "query_string": query.encode(), "headers": raw})


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("", "ja"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("ja;q=0.5, en;q=0.8", "en"),
        ("fr-FR, en;q=0.2, ja;q=0.1", "en"),
        ("fr", "ja"),
        ("en;q=0", "ja"),
        ("en;q=nonsense, ja;q=0.1", "ja"),
        ("*", "ja"),
        ("JA-jp", "ja"),
    ],
)
def test_the_browsers_wish(wish: str, language: str) -> None:
    assert preferred_language(wish) == language


def test_the_query_goes_before_the_cookie_before_the_browser() -> None:
    assert choose_language(request("lang=ja", cookie="language=en", accept_language="en")) == "ja"
    assert choose_language(request(cookie="language=en", accept_language="ja")) == "en"
    assert choose_language(request(accept_language="en")) == "en"


def test_an_unknown_language_in_query_or_cookie_is_passed_over() -> None:
    assert choose_language(request("lang=xx", cookie="language=%0d%0a", accept_language="en")) == "en"
