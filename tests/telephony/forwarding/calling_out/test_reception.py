"""NEX-24: the reception phone rings, then the member's line as a caller would."""

from __future__ import annotations

from typing import Any

import pytest

from coworking.membership.models import Member
from telephony.numbers import Line
from tests.factories.forwarding import FIXED, MOBILE, forward
from tests.factories.membership import make_member
from tests.telephony.forwarding.calling_out.stand import RECEPTION, Stand


def ask(stand: Stand, member_id: int) -> tuple[int, Any]:
    token = stand.door.token_of(None)
    return stand.api("POST", "/api/reception-calls", token, {"member_id": member_id})


def visitor_calls(stand: Stand, line: Line) -> Any:
    """The call as staff read it, when all is over."""
    stand.phone(RECEPTION, answers_after=1)
    status, asked = ask(stand, line.member_id)
    assert (status, asked["kind"], asked["from"]) == (202, "reception", RECEPTION)
    stand.wait()
    [call] = stand.door.json("/api/calls", stand.door.token_of(None))["items"]
    assert (call["direction"], call["line_id"]) == ("reception", line.id)
    return call


def forward_to(stand: Stand, line: Line, *numbers: str) -> None:
    rules = stand.door.composition.operators[0].call_rules()
    with stand.door.session() as session:
        forward(session, line, *numbers, rules=rules)


def test_the_desk_phone_rings_for_nothing(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    _, phone = stand.api("GET", f"/api/lines/{line.id}/desk-phone", stand.door.token_of(line))
    stand.phone(phone["address"], answers_after=3, talks=90)
    call = visitor_calls(stand, line)
    assert (call["outcome"], call["amount"]) == ("answered", "0")
    assert [(leg["role"], leg["to"]) for leg in call["legs"]] == [
        ("reception", RECEPTION),
        ("forward", phone["address"]),
    ]


def test_the_lines_forwarding_applies_and_is_billed(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    stand.phone(FIXED)
    stand.phone(MOBILE, answers_after=3, talks=61)
    forward_to(stand, line, FIXED, MOBILE)
    call = visitor_calls(stand, line)
    assert (call["outcome"], call["amount"]) == ("answered", "54")
    assert [leg["to"] for leg in call["legs"]] == [RECEPTION, FIXED, MOBILE]


def test_a_member_who_takes_no_withheld_calls_takes_the_receptions(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    stand.phone(MOBILE, answers_after=3, talks=20)
    forward_to(stand, line, MOBILE)
    stand.door.rows("UPDATE forwarding_settings SET withheld = 'announcement'")
    stand.door.rows('UPDATE routing_cards SET card = card || \'{"withheld": "announcement"}\'')
    assert visitor_calls(stand, line)["outcome"] == "answered"


def test_the_visitor_hears_that_the_line_is_suspended(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    stand.door.rows('UPDATE routing_cards SET card = card || \'{"status": "suspended"}\'')
    call = visitor_calls(stand, line)
    assert (call["outcome"], call["decided_by"]) == ("announcement", "suspended")
    assert any("おつなぎできません" in heard for heard in stand.heard(RECEPTION))


@pytest.mark.parametrize(
    ("plan", "code"), [("virtual-office", "plan-not-allowed"), ("rental-office", "no-live-line")]
)
def test_whom_the_reception_cannot_call(stand: Stand, plan: str, code: str) -> None:
    with stand.door.session() as session:
        member: Member = make_member(
            session, stand.door.operator_id, plan=plan, capacity=1 if plan == "rental-office" else None
        )
    status, problem = ask(stand, member.id)
    assert (status >= 400, problem["code"]) == (True, code)


def test_only_staff_call_from_the_reception(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    body = {"member_id": line.member_id}
    assert stand.api("POST", "/api/reception-calls", stand.door.token_of(line), body)[0] == 403
    assert ask(stand, 999_999)[0] == 404
