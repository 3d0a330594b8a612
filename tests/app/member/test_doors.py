"""Who gets in where: every route of the member's pages."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event
from starlette.routing import Route

from app.member.visits import id_in
from coworking.kit.errors import NotFound
from coworking.kit.web.security_headers import SecurityHeaders
from tests.app.member.conftest import SignIn
from tests.member_stand import EMPTY_EMAIL, STAFF_EMAIL, MemberStand
from tests.visitor import Visitor

NOBODYS = 999
MOST_QUERIES = 20
"""Of a page, the three of letting somebody in among them."""


def routes(stand: MemberStand, method: str) -> list[str]:
    assert isinstance(stand.app, SecurityHeaders)
    return [
        route.path.format(
            call_id=stand.call_id,
            message_id=stand.message_id,
            list="block",
            kind="unanswered",
            item_id=NOBODYS,
            picture_id=NOBODYS,
        )
        for route in stand.app._app.routes
        if isinstance(route, Route) and route.name.startswith("member-") and method in (route.methods or ())
    ]


def test_strangers_are_asked_to_sign_in_and_staff_are_refused(stand: MemberStand, sign_in: SignIn) -> None:
    stranger, staff = Visitor(stand.app), sign_in(STAFF_EMAIL)
    for path in routes(stand, "GET"):
        asked = stranger.get(path)
        assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in"), path
        refused = staff.get(path, headers={"Accept": "text/html"})
        assert refused.status_code == (200 if path == "/" else 403), path
    assert "Call forwarding" not in staff.get("/").text


def test_a_member_reaches_every_page_with_few_queries(stand: MemberStand, member: Visitor) -> None:
    asked: list[str] = []
    event.listen(
        stand.composition.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2])
    )
    sounds = 0
    for path in routes(stand, "GET"):
        asked.clear()
        answer = member.get(path)
        if f"/{NOBODYS}" in path:
            assert answer.status_code == 404, path
            continue
        if path.endswith("unanswered/sound"):
            assert answer.status_code == 404
            sounds += 1
            continue
        assert answer.status_code == 200, path
        assert "content-security-policy" in answer.headers
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|hx-on", answer.text), path
        assert len(asked) <= MOST_QUERIES, (path, asked)
    assert sounds == 1


def test_no_form_is_taken_without_its_token_or_for_others(
    stand: MemberStand, member: Visitor, sign_in: SignIn
) -> None:
    other = sign_in(EMPTY_EMAIL)
    for path in routes(stand, "POST"):
        upload = {"files": {"sound": b"x"}} if path.endswith("/sound") else {"data": {"x": ""}}
        answer = member.post(path, **upload)
        assert (answer.status_code, answer.json()["code"]) == (403, "form-not-ours"), path
        if path.endswith("/sound"):
            continue
        taken = other.post_form(path, "/", line=str(stand.line_id), on="1", rule="1")
        assert taken.status_code == 404, path


def test_what_is_of_others_is_not_there(stand: MemberStand, sign_in: SignIn) -> None:
    other = sign_in(EMPTY_EMAIL)
    paths = (
        f"/calls/{stand.call_id}",
        f"/voicemail/{stand.message_id}/sound",
        f"/forwarding?line={stand.line_id}",
        "/calls/x",
        "/forwarding/callers/else",
    )
    for path in paths:
        assert other.get(path).status_code in (404, 303), path
    assert other.get(f"/calls/{stand.call_id}").status_code == 404
    assert other.get(f"/voicemail/{stand.message_id}/sound").status_code == 404


@pytest.mark.parametrize("text", ["", "x", "-1", "1" * 19, "１", "1.0"])
def test_an_id_is_digits(text: str) -> None:
    with pytest.raises(NotFound):
        id_in(text)


def test_the_chosen_line_is_remembered(stand: MemberStand, member: Visitor) -> None:
    number = re.search(r'id="own-number">([\d-]+)', member.get(f"/?line={stand.other_line_id}").text)
    assert number
    assert f'id="own-number">{number[1]}' in member.get("/").text
    assert f'id="own-number">{number[1]}' not in member.get(f"/?line={stand.line_id}").text
