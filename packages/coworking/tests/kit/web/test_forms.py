from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from coworking.kit.web.form_tokens import FormTokens
from coworking.kit.web.forms import LARGEST_FORM_BYTES, MOST_FIELDS, form_route
from coworking.kit.web.pages import Pages, build_pages
from coworking.kit.web.security_headers import SecurityHeaders

SECRET = b"a secret for these tests"


Site = Callable[..., tuple[Pages, Any]]


def build_site(*, https: bool = False, secret: bytes = SECRET) -> tuple[Pages, ASGIApp]:
    pages = build_pages([], secret=secret, https=https)

    async def show(request: Request) -> Response:
        return pages.render(request, "kit/refusal.html", sentence="<b>&")

    async def take(_request: Request, form: Mapping[str, str]) -> Response:
        return PlainTextResponse(form.get("word", ""))

    app = Starlette(routes=[Route("/", show), form_route(pages, "/take", take, name="take")])
    return pages, SecurityHeaders(app, https=https)


@pytest.fixture
def site(visit: Callable[..., Any]) -> Site:
    """`site()`: the pages, and a visitor before them."""

    def built(*, https: bool = False) -> tuple[Pages, Any]:
        pages, app = build_site(https=https)
        return pages, visit(app, https=https)

    return built


def token_of(page: str) -> str:
    return page.partition('"X-Form-Token":"')[2].partition('"')[0]


def test_a_form_of_our_own_page_is_taken_by_field_and_by_header(site: Site) -> None:
    _, client = site()
    token = token_of(client.get("/").text)
    assert client.post("/take", data={"form_token": token, "word": "はい"}).text == "はい"
    assert client.post("/take", data={"word": "yes"}, headers={"X-Form-Token": token}).text == "yes"


@pytest.mark.parametrize("wrong", ["", "x", "a.b", "." * 500, "ü.ü"])
def test_a_missing_or_forged_token_is_refused(wrong: str, site: Site) -> None:
    _, client = site()
    client.get("/")
    answer = client.post("/take", data={"form_token": wrong})
    assert (answer.status_code, answer.json()["code"]) == (403, "form-not-ours")


def test_a_token_of_another_browser_or_another_secret_is_refused(site: Site) -> None:
    _, client = site()
    _, other = site()
    client.get("/")
    assert client.post("/take", data={"form_token": token_of(other.get("/").text)}).status_code == 403
    visit = client.cookies["visit"]
    stranger = FormTokens(b"another secret of somebody")
    assert client.post("/take", data={"form_token": stranger.token(visit)}).status_code == 403


def test_a_token_is_nothing_without_its_cookie(site: Site) -> None:
    _, client = site()
    token = token_of(client.get("/").text)
    client.cookies.clear()
    assert client.post("/take", data={"form_token": token}).status_code == 403


@pytest.mark.parametrize("origin", ["cross-site", "same-site"])
def test_a_form_sent_from_another_site_is_refused_whatever_it_carries(origin: str, site: Site) -> None:
    _, client = site()
    token = token_of(client.get("/").text)
    answer = client.post("/take", data={"form_token": token}, headers={"Sec-Fetch-Site": origin})
    assert answer.status_code == 403


def test_forms_have_limits(site: Site) -> None:
    _, client = site()
    token = token_of(client.get("/").text)
    too_long = client.post("/take", data={"form_token": token, "word": "x" * LARGEST_FORM_BYTES})
    assert (too_long.status_code, too_long.json()["code"]) == (413, "form-too-large")
    fields = {f"f{index}": "" for index in range(MOST_FIELDS + 1)}
    assert client.post("/take", data=fields, headers={"X-Form-Token": token}).status_code == 415
    assert client.post("/take", json={}, headers={"X-Form-Token": token}).status_code == 415
    urlencoded = {"X-Form-Token": token, "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/take", content=b"word=\xff", headers=urlencoded).status_code == 415


def test_of_a_repeated_field_the_first_counts(site: Site) -> None:
    _, client = site()
    headers = {
        "X-Form-Token": token_of(client.get("/").text),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert client.post("/take", content="word=one&word=two", headers=headers).text == "one"


def test_who_reads_pages_gets_the_refusal_as_a_page_in_their_language(site: Site) -> None:
    _, client = site()
    answer = client.post("/take?lang=en", data={"word": ""}, headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "Reload it and try again." in answer.text


def test_what_a_page_shows_is_escaped(site: Site) -> None:
    _, client = site()
    assert "&lt;b&gt;&amp;" in client.get("/").text


@pytest.mark.parametrize("https", [False, True])
def test_headers_and_cookies(https: bool, site: Site) -> None:
    _, client = site(https=https)
    answer = client.get("/?lang=en")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert ("strict-transport-security" in answer.headers) is https
    visit, language = answer.headers.get_list("set-cookie")
    assert visit.startswith("__Host-visit=" if https else "visit=")
    assert ("; Secure" in visit) is https
    assert "HttpOnly" in visit
    assert "SameSite=lax" in visit
    assert language.startswith("language=en")


def test_headers_are_on_errors_too_and_a_route_may_set_its_own(site: Site, visit: Callable[..., Any]) -> None:
    _, client = site()
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert "content-security-policy" in answer.headers

    async def own(_request: Request) -> Response:
        return PlainTextResponse("", headers={"Content-Security-Policy": "sandbox"})

    app = SecurityHeaders(Starlette(routes=[Route("/", own)]), https=False)
    assert visit(app).get("/").headers.get_list("content-security-policy") == ["sandbox"]


def test_a_short_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        build_site(secret=b"short")


def test_the_other_language_is_one_link_away(site: Site) -> None:
    pages, client = site()
    assert 'lang="ja"' in client.get("/").text
    english = client.get("/?lang=en").text
    assert 'lang="en"' in english
    assert "Rusuban" in english
    assert "るすばん" in client.get("/?lang=ja").text
    assert pages.https is False
