from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from sqlalchemy import update

from telephony.forwarding import rewrite_card
from telephony.numbers import Line
from tests.factories.forwarding import FIXED, MOBILE, call_rules
from tests.factories.membership import NOW, nex
from tests.telephony.forwarding.door import (
    CALL,
    LEG,
    STATUS,
    VOICE,
    Door,
    leg_form,
    spoken,
    verbs,
    voice_form,
)

OTHER_MOBILE = "+818023456789"
ANNOUNCEMENTS = nex().forwarding.announcements


def test_a_call_is_put_through_and_written_down(door: Door) -> None:
    line = door.rent(MOBILE, FIXED)
    [dial] = verbs(door.send(VOICE, voice_form(line.number)))
    assert dial.get("callerId") == line.number
    assert [number.text for number in dial] == [MOBILE]
    assert dial.get("action") == f"https://rusuban.example{VOICE}/next?line={line.id}&rung=0"
    [(resource_id, call_sid, event, sequence, context)] = door.events()
    assert (resource_id, call_sid, event, sequence) == (CALL, CALL, "voice", 0)
    assert context == {"decided_by": "forwarding", "line_id": line.id, "card": 2}


def test_nobody_answers_and_the_next_phone_rings(door: Door) -> None:
    line = door.rent(MOBILE, FIXED)
    door.send(VOICE, voice_form(line.number))
    missed = voice_form(line.number, DialCallStatus="no-answer", DialCallSid=LEG, DialBridged="false")
    [dial] = verbs(door.send(f"{VOICE}/next?line={line.id}&rung=0", missed))
    assert [number.text for number in dial] == [FIXED]
    assert spoken(door.send(f"{VOICE}/next?line={line.id}&rung=1", missed)) == ANNOUNCEMENTS.unanswered.ja
    assert [(event, sequence) for _, _, event, sequence, _ in door.events()] == [
        ("voice", 0),
        ("next", 0),
        ("next", 1),
    ]


def test_after_two_people_spoke_the_call_is_over(door: Door) -> None:
    line = door.rent(MOBILE, FIXED)
    spoke = voice_form(line.number, DialCallStatus="completed", DialCallSid=LEG, DialBridged="true")
    [end] = verbs(door.send(f"{VOICE}/next?line={line.id}&rung=0", spoke))
    assert end.tag == "Hangup"


def test_at_once_all_phones_ring(door: Door) -> None:
    line = door.rent(MOBILE, FIXED, OTHER_MOBILE, at_once=True)
    [dial] = verbs(door.send(VOICE, voice_form(line.number)))
    assert [number.text for number in dial] == [MOBILE, FIXED, OTHER_MOBILE]


def test_the_callers_own_phone_does_not_ring(door: Door) -> None:
    line = door.rent(MOBILE, FIXED)
    [dial] = verbs(door.send(VOICE, voice_form(line.number, MOBILE)))
    assert [number.text for number in dial] == [FIXED]


def test_press_1(door: Door) -> None:
    line = door.rent(MOBILE, press_one=True)
    [dial] = verbs(door.send(VOICE, voice_form(line.number)))
    whisper = str(dial[0].get("url")).removeprefix("https://rusuban.example")
    gather, _, _ = verbs(door.send(whisper, leg_form(line.number, MOBILE)))
    accept = str(gather.get("action")).removeprefix("https://rusuban.example")
    assert [verb.tag for verb in verbs(door.send(accept, leg_form(line.number, MOBILE, Digits="2")))] == [
        "Say",
        "Hangup",
    ]
    assert verbs(door.send(accept, leg_form(line.number, MOBILE, Digits="1"))) == []
    told = door.events()
    assert [(resource_id, call_sid, event) for resource_id, call_sid, event, _, _ in told] == [
        (CALL, CALL, "voice"),
        (LEG, CALL, "whisper"),
        (LEG, CALL, "accept"),
    ]
    assert all(context["asks"] is True for *_, event, _, context in told if event != "voice")


def test_no_pressed_key_is_written_down(door: Door) -> None:
    line = door.rent(MOBILE, press_one=True)
    door.send(f"{VOICE}/accept?line={line.id}&call={CALL}", leg_form(line.number, MOBILE, Digits="1"))
    [(form,)] = door.rows("SELECT form FROM carrier_events")
    assert "Digits" not in form


def test_a_leg_of_a_number_that_went_away_meanwhile_is_ended(door: Door) -> None:
    line = door.rent(MOBILE, press_one=True)
    door.rows("DELETE FROM routing_cards")
    picked_up = leg_form(line.number, MOBILE, Digits="1")
    for path in ("whisper", "accept"):
        [end] = verbs(door.send(f"{VOICE}/{path}?line={line.id}&call={CALL}", picked_up))
        assert end.tag == "Hangup"


@pytest.mark.parametrize(
    ("caller", "withheld", "says"),
    [
        ("anonymous", "forward", None),
        ("+266696687", "forward", None),
        ("anonymous", "announcement", ANNOUNCEMENTS.withheld_refused.ja),
        ("Restricted", "announcement", ANNOUNCEMENTS.withheld_refused.ja),
        ("+81366667777", "announcement", None),
    ],
)
def test_callers_who_withhold_their_number(door: Door, caller: str, withheld: str, says: str | None) -> None:
    line = door.rent(MOBILE)
    door.rows(f"UPDATE forwarding_settings SET withheld = '{withheld}'")
    with door.session() as session:
        rewrite_card(session, call_rules(), line.id, NOW)
    answer = door.send(VOICE, voice_form(line.number, caller))
    if says is None:
        assert [verb.tag for verb in verbs(answer)] == ["Dial"]
    else:
        assert spoken(answer) == says


def test_a_number_that_nobody_has(door: Door) -> None:
    answer = door.send(VOICE, voice_form("+81454119999"))
    assert spoken(answer) == ANNOUNCEMENTS.not_in_service.ja
    [(_, _, _, _, context)] = door.events()
    assert context == {"decided_by": "unknown-number", "outcome": "announcement"}


def test_a_suspended_line(door: Door) -> None:
    line = door.rent(MOBILE)
    with door.session() as session:
        session.execute(update(Line).where(Line.id == line.id).values(status="suspended"))
        rewrite_card(session, call_rules(), line.id, NOW)
    assert spoken(door.send(VOICE, voice_form(line.number))) == ANNOUNCEMENTS.suspended.ja
    for path in ("whisper", "accept"):
        assert door.send(f"{VOICE}/{path}?line={line.id}", leg_form(line.number, MOBILE)).status == 200


def test_a_call_that_went_round_in_a_circle(door: Door) -> None:
    line = door.rent(MOBILE)
    assert spoken(door.send(VOICE, voice_form(line.number, line.number))) == ANNOUNCEMENTS.forwarding_off.ja
    assert door.events()[0].context["outcome"] == "refused"


def test_a_forbidden_destination_on_a_card_is_not_dialled_r17(door: Door) -> None:
    line = door.rent(MOBILE)
    door.rows("UPDATE routing_cards SET card = jsonb_set(card, '{targets,0,0}', '\"+14155550100\"')")
    assert spoken(door.send(VOICE, voice_form(line.number))) == ANNOUNCEMENTS.forwarding_off.ja


def test_status_callbacks_are_stored_and_acknowledged(door: Door) -> None:
    line = door.rent(MOBILE)
    times = {"Timestamp": "Wed, 10 Jun 2026 03:00:03 +0000", "SequenceNumber": "2"}
    answer = door.send(f"{STATUS}?line={line.id}&asks=1", leg_form(line.number, MOBILE, **times))
    assert (answer.status, answer.body) == (204, b"")
    [(resource_id, call_sid, event, sequence, context)] = door.events()
    assert (resource_id, call_sid, event, sequence) == (LEG, CALL, "in-progress", 2)
    assert context == {"line_id": line.id, "asks": True}


def test_the_same_again_is_answered_and_stored_once(door: Door) -> None:
    line = door.rent(MOBILE)
    ended = leg_form(line.number, MOBILE, "completed", CallDuration="61", SequenceNumber="3")
    answers = [door.send(VOICE, voice_form(line.number)).body for _ in range(3)]
    assert len(set(answers)) == 1
    assert [door.send(f"{STATUS}?line={line.id}&asks=0", ended).status for _ in range(3)] == [204] * 3
    assert [event for _, _, event, _, _ in door.events()] == ["voice", "completed"]


def test_what_postgresql_cannot_hold_stops_nothing(door: Door) -> None:
    line = door.rent(MOBILE)
    odd = leg_form(line.number, MOBILE, "completed", ForwardedFrom="a\0b" + "x" * 5000)
    assert door.send(f"{STATUS}?line={line.id}", odd).status == 204
    [(form,)] = door.rows("SELECT form FROM carrier_events")
    assert form["ForwardedFrom"][:3] == "abx"
    assert len(form["ForwardedFrom"]) == 256


# The database away, and half away.


def test_without_a_database_a_call_hears_an_apology_and_a_status_is_not_acknowledged(door: Door) -> None:
    line = door.rent(MOBILE)
    door.run(door.composition.hot.pool().close())
    for path in ("", "/next?line=1&rung=0", "/whisper?line=1", "/accept?line=1"):
        form = leg_form(line.number, MOBILE, Digits="1") if "?line=1" in path else voice_form(line.number)
        answer = door.send(VOICE + path, form)
        assert spoken(answer) == ANNOUNCEMENTS.apology.ja
        assert verbs(answer)[-1].tag == "Hangup"
    assert door.send(STATUS, leg_form(line.number, MOBILE, "completed")).status == 503
    assert door.post(VOICE, voice_form(line.number)).status == 403
    door.run(door.composition.hot.store().close())
    assert door.events() == []


def test_a_call_is_put_through_although_it_cannot_be_written_down(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = door.rent(MOBILE)

    async def failing(*_: Any, **__: Any) -> None:
        raise asyncpg.PostgresConnectionError("the connection is gone")

    with monkeypatch.context() as broken:
        broken.setattr(door.composition.hot.store(), "_insert", failing)
        assert [verb.tag for verb in verbs(door.send(VOICE, voice_form(line.number)))] == ["Dial"]
        assert door.send(STATUS, leg_form(line.number, MOBILE, "completed")).status == 503
    assert door.events() == []
    assert door.send(STATUS, leg_form(line.number, MOBILE, "completed")).status == 204
    assert len(door.events()) == 1


def test_a_card_that_cannot_be_read_is_an_apology(door: Door) -> None:
    line = door.rent(MOBILE)
    door.rows("UPDATE routing_cards SET card = '{}'")
    assert spoken(door.send(VOICE, voice_form(line.number))) == ANNOUNCEMENTS.apology.ja
