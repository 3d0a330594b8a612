"""R16: the page that a notice of a change links to."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from coworking.kit.clock import VirtualClock
from telephony.forwarding.control import pin_of
from telephony.forwarding.control.models import ChangeUndo
from telephony.forwarding.destinations import forwarding_of
from telephony.numbers import Line, get_line
from tests.member_stand import MOBILE, NOW, MemberStand
from tests.undoable import NEW_PHONE, make_change
from tests.visitor import Visitor

OVER = "This change can no longer be undone here"


@pytest.fixture
def visitor(stand: MemberStand) -> Visitor:
    """Somebody who reads English and has not signed in."""
    visitor = Visitor(stand.app)
    visitor.get("/sign-in?lang=en")
    return visitor


def looked_at(stand: MemberStand) -> dict[str, Any]:
    """What a change may have touched, as it stands."""
    operator = stand.composition.operators[0]
    with stand.composition.database.transaction(operator.id) as session:
        line: Line = get_line(session, stand.line_id)
        pin = pin_of(session, line)
        return {
            "forwarding": forwarding_of(session, operator.call_rules(), line).is_on,
            "phones": {phone.number for phone in line.registered_phones},
            "locked": pin is not None and pin.locked_at is not None,
            "used": [offer.used_at is not None for offer in session.scalars(select(ChangeUndo))],
        }


@pytest.mark.parametrize(
    ("what", "would", "done", "after"),
    [
        ("forwarding", "goes back to what it was", "is as it was before", {"forwarding": True}),
        ("phone-registered", "is taken off", "are as they were before", {"phones": {MOBILE}}),
        ("phone-unregistered", "again.", "are as they were before", {"phones": {MOBILE}}),
        ("pin", "Lock the PIN", "is locked.", {"locked": True}),
    ],
)
def test_the_link_of_a_notice_undoes_its_change_once(
    stand: MemberStand, visitor: Visitor, what: str, would: str, done: str, after: dict[str, Any]
) -> None:
    path = make_change(stand, what)
    before = looked_at(stand)
    offered = visitor.get(path)
    assert (offered.status_code, would in offered.text) == (200, True)
    assert looked_at(stand) == before
    answer = visitor.post_form(path, path)
    assert (answer.status_code, done in answer.text) == (200, True)
    assert after.items() <= looked_at(stand).items()
    again = visitor.post_form(path, "/sign-in")
    assert (again.status_code, OVER in again.text) == (404, True)
    assert OVER in visitor.get(path).text


def test_what_would_be_brought_back_is_shown_as_people_write_it(stand: MemberStand, visitor: Visitor) -> None:
    text = visitor.get(make_change(stand, "forwarding")).text
    for shown in ("Forwarding on", "045-670-1234", "20 s", "090-1234-5678", "25 s"):
        assert shown in text
    assert "090-9999-8888" in visitor.get(make_change(stand, "phone-registered")).text
    assert NEW_PHONE not in text
    assert "変更の前に戻します" in visitor.get(make_change(stand, "forwarding") + "?lang=ja").text


@pytest.mark.parametrize(
    "token", ["x", "rsu_1_x", f"rsu_1_{'A' * 43}", f"rsu_999999_{'A' * 43}", "%00", "x" * 5_000]
)
def test_a_link_that_nobody_was_sent_is_over(stand: MemberStand, visitor: Visitor, token: str) -> None:
    answers = (visitor.get(f"/undo/{token}"), visitor.post_form(f"/undo/{token}", "/sign-in"))
    for answer in answers:
        assert (answer.status_code, OVER in answer.text) == (404, True)


def test_a_link_is_over_after_its_hours(stand: MemberStand, visitor: Visitor) -> None:
    path = make_change(stand, "pin")
    clock = stand.composition.clock
    assert isinstance(clock, VirtualClock)
    clock.advance_to(NOW + timedelta(hours=72))
    assert visitor.get(path).status_code == 404


def test_nothing_is_undone_without_the_token_of_the_form(stand: MemberStand, visitor: Visitor) -> None:
    path = make_change(stand, "forwarding")
    for headers in ({}, {"X-Form-Token": "guessed.token"}):
        answer = visitor.post(path, data={"x": ""}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "form-not-ours")
    assert not looked_at(stand)["forwarding"]


def test_the_link_stays_between_the_member_and_us(
    stand: MemberStand, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = make_change(stand, "pin")
    for answer in (visitor.get(path), visitor.post_form(path, path), visitor.get(path)):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert path.rpartition("/")[2] not in str([vars(record) for record in ours])
