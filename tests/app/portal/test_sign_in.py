from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from coworking.kit.clock import VirtualClock
from tests.simulator_stand import EMAIL, PASSWORD, TOKEN, Stand, build_stand
from tests.visitor import Visitor

CLOCK = VirtualClock(datetime(2026, 7, 14, tzinfo=UTC))


@pytest.fixture
def stand() -> Iterator[Stand]:
    with closing(build_stand(CLOCK)) as stand:
        yield stand


@pytest.fixture
def visitor(stand: Stand) -> Visitor:
    return Visitor(stand.app)


def test_the_start_page_is_behind_the_door(visitor: Visitor) -> None:
    answer = visitor.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_signing_in_leads_to_the_start_page(visitor: Visitor) -> None:
    answer = visitor.post_form("/sign-in", "/sign-in", email=f" {EMAIL} ", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    start = visitor.get("/")
    assert "佐藤 あかり" in start.text
    for place in ('href="/simulator"', 'href="/docs"', 'href="/mailbox"', 'action="/sign-out"'):
        assert place in start.text
    assert visitor.get("/sign-in").headers["location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong"),
        ("nobody@example.jp", PASSWORD),
        ("", ""),
        (EMAIL, "x" * 300),
        ("x" * 300, PASSWORD),
        ("<script>", '"'),
    ],
)
def test_any_wrong_pair_gets_the_same_sentence(visitor: Visitor, email: str, password: str) -> None:
    answer = visitor.post_form("/sign-in", "/sign-in", email=email, password=password)
    assert answer.status_code == 422
    assert "メールアドレスかパスワードが違います。もう一度入力してください。" in answer.text
    assert "autofocus" in answer.text
    assert "<script>" not in answer.text
    assert password == "" or f'value="{password}"' not in answer.text
    assert "session" not in visitor.cookies


def test_a_refusal_of_its_own_is_shown_with_its_status(visitor: Visitor) -> None:
    answer = visitor.post_form("/sign-in?lang=en", "/sign-in", email="impatient@example.jp", password="x")
    assert answer.status_code == 429
    assert "Wait a while and try again." in answer.text


@pytest.mark.parametrize("https", [False, True])
def test_the_session_cookie_is_out_of_reach(https: bool) -> None:
    with closing(build_stand(CLOCK, https=https)) as stand:
        visitor = Visitor(stand.app, https=https)
        answer = visitor.post_form("/sign-in", "/sign-in", email=EMAIL, password=PASSWORD)
    (session,) = [cookie for cookie in answer.headers.get_list("set-cookie") if TOKEN in cookie]
    assert session.startswith("__Host-session=" if https else "session=")
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert ("; Secure" in session) is https
    assert "Max-Age" not in session


def test_form_tokens_of_before_signing_in_are_over(visitor: Visitor) -> None:
    before = visitor.get("/sign-in").text.partition('"X-Form-Token":"')[2].partition('"')[0]
    visitor.post_form("/sign-in", "/sign-in", email=EMAIL, password=PASSWORD)
    assert visitor.post("/sign-out", data={"form_token": before}).status_code == 403


def test_signing_out_ends_the_session(visitor: Visitor, stand: Stand) -> None:
    visitor.post_form("/sign-in", "/sign-in", email=EMAIL, password=PASSWORD)
    answer = visitor.post_form("/sign-out", "/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert TOKEN not in stand.signed_in
    assert visitor.get("/").status_code == 303


def test_a_session_that_is_over_leads_to_the_door(visitor: Visitor, stand: Stand) -> None:
    visitor.post_form("/sign-in", "/sign-in", email=EMAIL, password=PASSWORD)
    stand.signed_in.clear()
    assert visitor.get("/").headers["location"] == "/sign-in"
