"""NEX-02, R14: a line steered by calling a control number, webhook by webhook."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telephony.forwarding import CallsTold, ToldCall
from telephony.forwarding.control import close_sessions
from tests.factories.forwarding import MOBILE
from tests.factories.membership import make_member
from tests.factories.numbers import make_line
from tests.telephony.forwarding.control.steered import (
    CONTROL_NUMBER,
    OFFICE,
    PHONE,
    PIN,
    STRANGER,
    WRONG_PIN,
    ControlCall,
    forwarding,
    give_pin,
    notices,
    open_control_number,
    register,
    steerable,
)
from tests.telephony.forwarding.door import Door, verbs, voice_form

IN_TURN = (MOBILE, 20)


@pytest.fixture(autouse=True)
def _control_number(door: Door) -> None:
    open_control_number(door)


@pytest.mark.parametrize(
    ("keys", "said", "after"),
    [
        (["0"], "転送を停止しました。", (False, [IN_TURN])),
        (["0", "1"], "転送を開始しました。", (True, [IN_TURN])),
        (["2", "0456701234#", "1"], "転送先を変更しました。", (True, [(OFFICE, 20)])),
        (["3", "45#"], "呼び出し時間を変更しました。", (True, [(MOBILE, 45)])),
    ],
)
def test_a_registered_phone_with_the_pin_changes_the_line(
    door: Door, keys: list[str], said: str, after: tuple[bool, list[tuple[str, int]]]
) -> None:
    line = steerable(door, MOBILE)
    call = ControlCall(door).dial()
    assert said in call.press(f"{PIN}#", *keys)
    assert forwarding(door, line) == after
    assert call.outcome == "changed"
    (entry,) = door.rows(
        "SELECT DISTINCT ON (subject) actor, channel, subject FROM audit_entries"
        " WHERE action = 'forwarding.changed' AND channel = 'ivr'"
    )
    assert (entry.actor, entry.subject) == ("phone:+8190******22", f"line:{line.id}")
    told = notices(door, "control-changed")
    call.press("8")
    assert call.outcome == "changed"
    assert len(told) == sum(key in "01" or key == "45#" for key in keys)
    assert told[-1].recipient == f"member:{line.member_id}"


def test_the_setting_is_told_digit_by_digit_in_the_callers_language(door: Door) -> None:
    steerable(door, MOBILE)
    call = ControlCall(door).dial()
    assert "転送は、動いています。 転送先は、0 9 0、1 2 3 4、5 6 7 8、20秒。" in call.press(f"{PIN}#", "8")
    assert "To start forwarding press 1." in call.press("*")
    assert "Calls go to 0 9 0, 1 2 3 4, 5 6 7 8, for 20 seconds." in call.press("8")
    assert {say.attrib["language"] for say in call.last.iter("Say")} == {"en-US"}
    assert call.outcome == "heard"


def test_a_number_is_read_back_and_changed_only_when_it_is_confirmed(door: Door) -> None:
    line = steerable(door, MOBILE)
    call = ControlCall(door).dial()
    assert "転送先は、0 4 5、6 7 0、1 2 3 4。" in call.press(f"{PIN}#", "2", "0456701234#")
    assert "新しい転送先" in call.press("#")
    assert "転送の開始は1" in call.press("#")
    assert forwarding(door, line) == (True, [IN_TURN])


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (["2", "110#"], "destination-not-allowed"),
        (["2", "0570000000#"], "destination-not-allowed"),
        (["2", "0101234567890#"], "destination-not-allowed"),
        (["3", "999#"], "ring-seconds-out-of-range"),
        (["9", "119#"], "destination-not-allowed"),
    ],
)
def test_what_the_rules_refuse_is_said_and_changes_nothing(door: Door, keys: list[str], code: str) -> None:
    line = steerable(door, MOBILE)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#", *keys)
    assert call.outcome == code
    assert forwarding(door, line) == (True, [IN_TURN])
    assert notices(door, "control-changed") == []


def test_forwarding_needs_a_destination_before_it_starts(door: Door) -> None:
    line = steerable(door)
    call = ControlCall(door).dial()
    assert "転送先を 1 件以上" in call.press(f"{PIN}#", "1")
    assert (call.outcome, forwarding(door, line)) == ("destination-missing", (False, []))


def test_calling_out_dials_with_the_lines_number(door: Door) -> None:
    line = steerable(door)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#", "9", "0456701234#")
    assert call.last.tag == "Dial"
    assert call.last.attrib["callerId"] == line.number
    assert [number.text for number in call.last] == [OFFICE]
    assert call.outcome == "called-out"
    told = {event.event: event.context for event in door.events()}
    assert told["out"] == {"direction": "out", "line_id": line.id}


# Who may not


ATTACKS = [
    ["0"],
    ["1"],
    ["2", "0456701234#", "1"],
    ["3", "45#"],
    ["8"],
    ["9", "0456701234#"],
    ["#", "#"],
    ["*", "0"],
]


@pytest.mark.parametrize("keys", ATTACKS)
def test_caller_id_alone_opens_nothing_r14(door: Door, keys: list[str]) -> None:
    line = steerable(door, MOBILE)
    call = ControlCall(door, PHONE).dial()
    for key in keys:
        if not call.is_over:
            call.press(key)
            assert "転送の開始" not in call.said
            assert "forwarding press 1" not in call.said
    assert forwarding(door, line) == (True, [IN_TURN])
    assert door.rows("SELECT FROM control_sessions WHERE line_id IS NOT NULL") == []


def test_an_answer_to_a_call_that_never_began_opens_nothing(door: Door) -> None:
    line = steerable(door, MOBILE)
    call = ControlCall(door, serial=99)
    for step in (0, 1, 7):
        answer = door.send(f"/carrier/twilio/control?step={step}", call.form(Digits="0"))
        assert [verb.tag for verb in verbs(answer)] == ["Hangup"]
    assert forwarding(door, line) == (True, [IN_TURN])


@pytest.mark.parametrize("other", ["+819099998888", "anonymous", "+266696687", "sip:1@example.com"])
def test_the_right_pin_from_another_phone_is_wrong(door: Door, other: str) -> None:
    steerable(door, MOBILE)
    call = ControlCall(door, other).dial()
    call.press(f"{PIN}#", "0")
    assert call.outcome == "phone-not-registered"


def test_who_calls_hears_the_same_whether_the_phone_is_registered_the_pin_wrong_or_locked_r15(
    door: Door,
) -> None:
    steerable(door)
    for serial in range(5):  # more than are counted before the delay
        ControlCall(door, PHONE, serial=100 + serial).dial().press(*[f"{WRONG_PIN}#"] * 3)
    heard, outcomes = [], []
    for serial, phone in enumerate((PHONE, STRANGER)):
        call = ControlCall(door, phone, serial=200 + serial).dial()
        heard.append((call.said, *(call.press(f"{PIN}#") for _ in range(3))))
        outcomes.append(call.outcome)
        assert call.is_over
    assert heard[0] == heard[1]
    assert outcomes == ["pin-locked", "phone-not-registered"]


def test_three_wrong_inputs_end_the_call(door: Door) -> None:
    steerable(door)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#", "7", "")
    assert not call.is_over
    call.press("5")
    assert call.is_over
    late = door.send("/carrier/twilio/control?step=4", call.form(Digits="1"))
    assert verbs(late)[-1].tag == "Hangup"


def test_a_control_call_ends_after_its_longest(door: Door) -> None:
    steerable(door)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#")
    door.clock.advance_to(door.clock.now() + timedelta(seconds=600))
    call.press("8")
    assert call.is_over


# Webhooks that come again


def test_a_repeated_answer_changes_nothing_and_is_answered_as_the_call_stands(door: Door) -> None:
    line = steerable(door, MOBILE)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#", "0")
    again = call.repeat(1, Digits="1")  # the key for “start”, at the question that “stop” has answered
    assert again.body == call.answers[-1].body
    assert forwarding(door, line) == (False, [IN_TURN])
    assert len(notices(door, "control-changed")) == 1


def test_a_repeated_first_webhook_begins_nothing_anew(door: Door) -> None:
    steerable(door)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#")
    call.dial()
    assert "転送の開始は1" in call.said


# Several lines


def test_the_pin_tells_the_line_where_a_phone_is_registered_on_several(door: Door) -> None:
    first, second = steerable(door, MOBILE), steerable(door, MOBILE, pin="605173")
    ControlCall(door).dial().press("605173#", "0")
    assert (forwarding(door, first)[0], forwarding(door, second)[0]) == (True, False)


def test_lines_with_the_same_pin_are_told_apart_by_a_key(door: Door) -> None:
    first, second = steerable(door, MOBILE), steerable(door, MOBILE)
    call = ControlCall(door).dial()
    assert "は2。" in call.press(f"{PIN}#")
    assert "選べません" in call.press("3")
    assert "転送の開始は1" in call.press("2")
    call.press("0")
    assert (forwarding(door, first)[0], forwarding(door, second)[0]) == (True, False)


def test_a_line_that_has_ended_cannot_be_steered(door: Door) -> None:
    line = steerable(door, MOBILE)
    door.rows(f"UPDATE lines SET status = 'ended', ends_at = starts_at WHERE id = {line.id}")
    call = ControlCall(door).dial()
    call.press(f"{PIN}#")
    assert call.outcome == "phone-not-registered"


def test_a_line_without_a_pin_cannot_be_steered(door: Door) -> None:
    line = door.rent(MOBILE)
    register(door, line, PHONE)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#")
    assert call.outcome == "pin-wrong"
    give_pin(door, line)
    call.press(f"{PIN}#")
    assert call.outcome is None


# Afterwards


def test_a_call_in_which_nothing_was_done_is_charged_to_no_line(door: Door) -> None:
    steerable(door)
    ControlCall(door).dial().press(f"{PIN}#", "9", "110#")
    assert {event.event for event in door.events()} == {"voice"}


def test_the_call_gets_its_line_and_forgets_what_was_entered(door: Door) -> None:
    line = steerable(door)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#", "8", "2", "0456701234#")
    contexts = {event.event: event.context for event in door.events()}
    assert contexts["voice"] == {"direction": "control", "decided_by": "control"}
    assert contexts["control"]["line_id"] == line.id
    ended = ToldCall(
        call_sid=call.sid,
        line_id=line.id,
        member_id=line.member_id,
        direction="control",
        status="ended",
        outcome="answered",
        decided_by="control",
        from_number=PHONE,
        to_number=call.number,
        started_at=door.clock.now(),
        answered_at=None,
        ended_at=door.clock.now(),
        recording_sid=None,
        recording_seconds=None,
    )
    for _ in range(2):
        with door.session() as session:
            close_sessions(session, CallsTold([ended], door.clock.now()))
    (row,) = door.rows("SELECT pending, said, outcome, ended_at FROM control_sessions")
    assert (row.pending, row.said, row.outcome) == (None, None, "heard")
    assert row.ended_at == door.clock.now()
    assert verbs(call.repeat(-1, Digits="1"))[-1].tag == "Hangup"


def test_no_pin_and_no_number_stands_where_others_look_r30(door: Door) -> None:
    steerable(door)
    call = ControlCall(door).dial()
    call.press(f"{PIN}#", "2", "0456701234#", "1")
    written = str(
        [door.rows(f"SELECT {table}::text FROM {table}") for table in ("audit_entries", "outbox_tasks")]
    ) + "".join(str(event.context) for event in door.events())
    addresses = [verbs(answer)[0].attrib.get("action", "") for answer in call.answers]
    forms = str(door.rows("SELECT form::text FROM carrier_events"))
    for secret in (PIN, "456701234"):
        assert secret not in written
        assert secret not in forms
        assert not any(secret in address for address in addresses)
    assert PHONE[1:] not in written


# From the lent desk phone


def desk_call(door: Door, username: str, domain: str) -> ControlCall:
    """What a desk phone dials comes to an address of its own; what is pressed then, as from any other phone."""
    number = f"sip:{CONTROL_NUMBER.replace('+81', '0')}@{domain}"
    call = ControlCall(door, f"sip:{username}@{domain}", number=number)
    form = voice_form(number, call.phone, CallSid=call.sid, SipDomain=domain, SipUsername=username)
    call.answers.append(door.send("/carrier/twilio/desk", form))
    return call


def test_the_desk_phone_steers_its_own_line_only_and_needs_the_pin(door: Door) -> None:
    with door.session() as session:
        member = make_member(session, door.operator_id, plan="rental-office", capacity=3)
        line = make_line(session, door.operator_id, member=member, line_plan="fixed-phone")
    give_pin(door, line)
    steerable(door, MOBILE, pin="605173")
    (desk,) = door.rows("SELECT username, domain FROM desk_phones")
    call = desk_call(door, desk.username, desk.domain)
    assert "暗証番号を押して" in call.said
    call.press("605173#")
    assert call.outcome == "pin-wrong"
    call.press(f"{PIN}#", "2", "0456701234#", "1")
    assert forwarding(door, line) == (False, [(OFFICE, 20)])
    actors = door.rows(
        "SELECT actor FROM audit_entries WHERE action = 'forwarding.changed' AND channel = 'ivr'"
    )
    assert [row.actor for row in actors] == ["desk-phone"]
    call.press("9", "0366667777#")
    assert call.last.attrib["callerId"] == line.number
