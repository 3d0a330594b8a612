"""What the member's forms do, and what they say when they cannot."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coworking.membership.models import Person
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.control.models import LinePin
from telephony.forwarding.models import CallerRule, Destination, ForwardingSetting
from telephony.forwarding.voicemail.models import VoicemailMessage, VoicemailSetting
from telephony.numbers.models import RegisteredPhone
from tests.factories.membership import PASSWORD
from tests.member_stand import BOOKSHOP, MOBILE, MemberStand, silence
from tests.visitor import Visitor, form_token

WEEK = {
    f"{day}-{end}1": "" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun") for end in ("from", "to")
}
SETTINGS = {
    "strategy": "in-turn",
    "shows": "line",
    "withheld": "forward",
    "unanswered": "voicemail",
    "when_off": "voicemail",
    "outside_hours": "voicemail",
    "number1": "045-670-1234",
    "ring1": "20",
    "label1": "事務所",
    "number2": "090-1234-5678",
    "ring2": "25",
    "label2": "携帯",
}


def rows(stand: MemberStand, statement: object) -> list[object]:
    with stand.composition.database.transaction(stand.composition.operators[0].id) as session:
        return list(session.scalars(statement))


def setting(stand: MemberStand) -> ForwardingSetting:
    (found,) = rows(stand, select(ForwardingSetting).where(ForwardingSetting.line_id == stand.line_id))
    assert isinstance(found, ForwardingSetting)
    return found


def numbers(stand: MemberStand) -> list[object]:
    return rows(
        stand,
        select(Destination.number).where(Destination.line_id == stand.line_id).order_by(Destination.position),
    )


def test_the_switch_turns_with_and_without_a_swap(stand: MemberStand, member: Visitor) -> None:
    answer = member.post_form("/forwarding/switch", "/", line=str(stand.line_id), on="0")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert setting(stand).is_on is False
    page = member.get("/").text
    assert "Forwarding is off." in page
    assert "Forwarding is off." not in member.get("/").text
    token = {"X-Form-Token": form_token(page), "HX-Request": "true"}
    swap = member.post("/forwarding/switch", data={"line": str(stand.line_id), "on": "1"}, headers=token)
    assert swap.text.lstrip().startswith("<section")
    assert 'aria-checked="true"' in swap.text
    assert setting(stand).is_on is True


def test_the_switch_needs_somewhere_to_go(stand: MemberStand, member: Visitor) -> None:
    page = member.get(f"/?line={stand.other_line_id}").text
    assert "Enter a phone first, then turn it on" in page
    token = {"X-Form-Token": form_token(page), "HX-Request": "true"}
    answer = member.post(
        "/forwarding/switch", data={"line": str(stand.other_line_id), "on": "1"}, headers=token
    )
    assert answer.status_code == 422
    assert "Enter at least one destination to start forwarding." in answer.text


@pytest.mark.parametrize(
    ("pressed", "numbers_after", "focus"),
    [
        ({"down": "1"}, [MOBILE, "+81456701234"], "?focus=down2"),
        ({"up": "2"}, [MOBILE, "+81456701234"], "?focus=up1"),
        ({"up": "1"}, ["+81456701234", MOBILE], ""),
        ({"remove": "1"}, [MOBILE], "?focus=to"),
        ({"new_number": "03-1234-0820"}, ["+81456701234", MOBILE, "+81312340820"], "?focus=to3"),
        ({"number1": "03-1234-0820"}, ["+81312340820", MOBILE], ""),
        ({"up": "x", "remove": "99"}, ["+81456701234", MOBILE], ""),
    ],
)
def test_destinations_move_go_and_come(
    stand: MemberStand, member: Visitor, pressed: dict[str, str], numbers_after: list[str], focus: str
) -> None:
    form = {**SETTINGS, "line": str(stand.line_id), "press_one": "1", **pressed}
    answer = member.post_form("/forwarding", "/forwarding", **form)
    assert answer.headers["location"] == f"/forwarding{focus}"
    assert numbers(stand) == numbers_after
    assert setting(stand).press_one is True
    assert setting(stand).whisper is False


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"new_number": "0120-000-110"}, "Calls cannot be forwarded to"),
        ({"number2": "110"}, "Calls cannot be forwarded to"),
        ({"number2": "045-670-1234"}, "A destination is listed twice."),
        ({"ring1": "999"}, "A phone can ring for 5 to 60 seconds."),
        ({"ring1": "x"}, "A phone can ring for 5 to 60 seconds."),
        ({"remove": "1", "number2": ""}, "Calls cannot be forwarded to"),
    ],
)
def test_a_refusal_stands_at_its_field_and_nothing_changed(
    stand: MemberStand, member: Visitor, changed: dict[str, str], sentence: str
) -> None:
    answer = member.post_form(
        "/forwarding", "/forwarding", **{**SETTINGS, "line": str(stand.line_id), **changed}
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert numbers(stand) == ["+81456701234", MOBILE]


def test_hours_are_saved_refused_and_taken_away(stand: MemberStand, member: Visitor) -> None:
    path = "/forwarding/schedule"
    line = {"line": str(stand.line_id), "when": "hours"}
    good = {
        **WEEK,
        **line,
        "mon-from1": "09:00",
        "mon-to1": "12:00",
        "mon-from2": "13:00",
        "mon-to2": "00:00",
    }
    assert member.post_form(path, path, **good).status_code == 303
    assert setting(stand).schedule == {
        "week": {
            **{day: [] for day in ("tue", "wed", "thu", "fri", "sat", "sun")},
            "mon": [["09:00", "12:00"], ["13:00", "24:00"]],
        },
        "holidays": "as-week",
        "exceptions": {},
    }
    for bad in ({"mon-to1": "08:00"}, {"mon-to1": ""}, {"mon-from2": "11:00"}, {"mon-from1": "9"}):
        refused = member.post_form(path, path, **{**good, **bad})
        assert refused.status_code == 422
        assert 'id="mon-e"' in refused.text
    added = member.post_form(f"{path}/exceptions", path, **line, on="2026-12-31", is_open="0")
    assert added.status_code == 303
    assert (setting(stand).schedule or {})["exceptions"] == {"2026-12-31": []}
    for bad in ({"on": "x"}, {"on": "2026-12-30", "is_open": "1"}):
        assert member.post_form(f"{path}/exceptions", path, **{**line, **bad}).status_code == 422
    member.post_form(f"{path}/exceptions/remove", path, **line, on="2026-12-31")
    assert (setting(stand).schedule or {})["exceptions"] == {}
    member.post_form(path, path, line=str(stand.line_id), when="any")
    assert setting(stand).schedule is None


def test_callers_are_listed_and_blocked_from_a_call(stand: MemberStand, member: Visitor) -> None:
    path = "/forwarding/callers/first"
    line = {"line": str(stand.line_id)}
    assert (
        member.post_form(path, path, **line, number="06-6742", is_prefix="1", label="大阪").status_code == 303
    )
    refused = member.post_form(path, path, **line, number="x")
    assert refused.status_code == 422
    assert 'aria-describedby="number-e"' in refused.text
    blocked = member.post_form(f"/calls/{stand.call_id}/block", f"/calls/{stand.call_id}", **line)
    assert blocked.headers["location"].startswith("/forwarding/callers/block")
    statement = select(CallerRule).where(CallerRule.prefix == BOOKSHOP)
    (rule,) = rows(stand, statement)
    assert isinstance(rule, CallerRule)
    assert (rule.action, rule.is_whole) == ("block", True)
    member.post_form("/forwarding/callers/block/remove", path, **line, rule=str(rule.id))
    assert rows(stand, statement) == []


def test_phones_and_the_pin_ask_for_the_password(stand: MemberStand, member: Visitor) -> None:
    line = {"line": str(stand.line_id)}
    wrong = member.post_form("/phones", "/phones", **line, number="080-2345-6789", password="wrong")
    assert wrong.status_code == 422
    assert 'aria-describedby="phone-password-e"' in wrong.text
    member.post_form("/phones", "/phones", **line, number="080-2345-6789", replaces=MOBILE, password=PASSWORD)
    live = select(RegisteredPhone.number).where(
        RegisteredPhone.line_id == stand.line_id, RegisteredPhone.unregistered_at.is_(None)
    )
    assert rows(stand, live) == ["+818023456789"]
    for pins in (("123456", "123456"), ("802914", "802915")):
        answer = member.post_form(
            "/phones/pin", "/phones", **line, pin=pins[0], pin_again=pins[1], password=PASSWORD
        )
        assert answer.status_code == 422
        assert pins[0] not in answer.text
    set_ = member.post_form(
        "/phones/pin", "/phones", **line, pin="802914", pin_again="802914", password=PASSWORD
    )
    assert set_.status_code == 303
    assert len(rows(stand, select(LinePin))) == 1
    member.post_form("/phones/remove", "/phones", **line, number="+818023456789")
    assert rows(stand, live) == []


def test_calling_out_rings_the_members_phone(stand: MemberStand, member: Visitor) -> None:
    line = {"line": str(stand.line_id), "phone": MOBILE}
    refused = member.post_form("/call-out", "/call-out", **line, callee="110")
    assert refused.status_code == 422
    assert 'aria-describedby="callee-e"' in refused.text
    assert member.post_form("/call-out", "/call-out", **line, callee="03-6666-7777").status_code == 303
    assert rows(stand, select(CallAttempt.callee)) == ["+81366667777"]


def test_messages_are_heard_in_parts_marked_and_deleted(stand: MemberStand, member: Visitor) -> None:
    path = f"/voicemail/{stand.message_id}"
    part = member.get(f"{path}/sound", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"RIFF", "audio/wav")
    member.post_form(f"{path}/heard", "/voicemail")
    assert rows(stand, select(VoicemailMessage.heard_at)) != [None]
    member.post_form(f"{path}/delete", "/voicemail")
    assert member.get(f"{path}/sound").status_code == 404
    assert "No messages" in member.get("/voicemail").text


def test_callers_hear_the_members_words_or_sound(stand: MemberStand, member: Visitor) -> None:
    path = "/forwarding/announcements"
    line = {"line": str(stand.line_id)}
    words = member.post_form(f"{path}/unanswered", path, **line, words="のちほど\nかけます", spoken="ja")
    assert words.status_code == 303
    assert "のちほど かけます" in member.get(path).text
    assert 'id="e-unanswered"' in member.post_form(f"{path}/unanswered", path, **line, words=" ").text
    for data, status in ((silence(), 303), (b"ID3 no wave", 422), (b"", 422)):
        answer = member.post(
            f"{path}/unanswered/sound",
            data={**line, "form_token": form_token(member.get(path).text)},
            files={"sound": ("greeting.wav", data, "audio/wav")},
        )
        assert answer.status_code == status
    heard = member.get(f"{path}/unanswered/sound?line={stand.line_id}")
    assert heard.content[:4] == b"RIFF"
    member.post_form(f"{path}/unanswered", path, **line, usual="1")
    assert member.get(f"{path}/unanswered/sound?line={stand.line_id}").status_code == 404


def test_preferences_hold_for_letters_and_pages(stand: MemberStand, member: Visitor) -> None:
    saved = member.post_form(
        "/preferences", "/preferences", line=str(stand.line_id), language="en", mails_recording="1"
    )
    assert saved.status_code == 303
    assert "en" in rows(stand, select(Person.language))
    (mails,) = rows(stand, select(VoicemailSetting))
    assert isinstance(mails, VoicemailSetting)
    assert (mails.mails_recording, mails.mails_missed) == (True, False)
