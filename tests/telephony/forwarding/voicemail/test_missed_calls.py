"""Who missed a call is written once, unless they did not want it, and never in floods."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from coworking.kit.db import Database
from coworking.kit.notices import Notice
from telephony.forwarding import CallsTold
from telephony.forwarding.models import Call
from telephony.forwarding.voicemail.arrivals import hear_calls
from telephony.forwarding.voicemail.models import MissedCall
from tests.factories.membership import NOW
from tests.telephony.forwarding.voicemail.mail_room import SID, MailRoom, wav_file


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "failed", "voicemail"])
def test_a_missed_call_is_mailed_with_the_callers_number(room: MailRoom, outcome: str) -> None:
    room.hear(room.call(outcome=outcome))
    room.wait(seconds=15)
    [mail] = room.mails
    assert mail.subject == "045-411-0001 に不在着信がありました（6月10日 12:00）"
    assert "発信者: 03-6666-7777" in mail.body
    assert mail.attachments == ()


def test_a_caller_without_a_number_is_called_so(room: MailRoom) -> None:
    room.hear(room.call(from_number=None), room.call(2, from_number="sip:desk@example.jp"))
    room.wait(seconds=15)
    assert ["番号非通知" in mail.body for mail in room.mails] == [True, False]
    assert "sip:desk@example.jp" in room.mails[1].body


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "answered"},
        {"outcome": "refused", "decided_by": "blocked"},
        {"outcome": "announcement", "decided_by": "suspended"},
        {"status": "ringing", "outcome": None, "ended_at": None},
        {"direction": "out"},
        {"direction": "control"},
        {"direction": "reception"},
        {"line_id": None, "member_id": None},
        {"started_at": NOW - timedelta(days=3, minutes=1), "ended_at": NOW - timedelta(days=3)},
    ],
    ids=str,
)
def test_other_calls_are_not_missed(room: MailRoom, changes: dict[str, Any]) -> None:
    room.hear(room.call(**changes))
    room.wait(hours=2)
    assert room.rows(MissedCall) == []
    assert room.mails == []


def test_told_again_it_is_not_mailed_again(room: MailRoom) -> None:
    for outcome in ("no-answer", "busy", "no-answer"):
        room.hear(room.call(outcome=outcome), room.call(2))
        room.wait(minutes=1)
    room.wait(days=2)
    room.hear(room.call())
    room.wait(minutes=1)
    assert len(room.mails) == 2


def test_a_message_told_after_the_end_of_its_call_is_no_missed_call(room: MailRoom) -> None:
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    room.hear(room.call())
    room.wait(seconds=5)
    room.hear(room.message())
    room.wait(minutes=5)
    assert [mail.subject for mail in room.mails] == ["045-411-0001 に伝言が残されました（6月10日 12:00）"]


def test_a_call_that_turns_out_answered_is_not_mailed(room: MailRoom) -> None:
    call = room.call()
    room.hear(call)
    with room.database.transaction(room.operator_id) as session:
        session.add(
            Call(
                operator_id=room.operator_id,
                line_id=room.line_id,
                member_id=room.member_id,
                carrier_sid=call.call_sid,
                direction="in",
                status="ended",
                outcome="answered",
                to_number=room.number,
                started_at=NOW,
            )
        )
    room.wait(minutes=1)
    assert room.mails == []


@pytest.mark.parametrize(
    ("recording", "missed", "of_message", "of_missed"),
    [
        (False, True, "mailed", "mailed"),
        (True, True, "attached", "mailed"),
        (True, False, "attached", None),
        (False, False, None, None),
    ],
)
def test_members_choose(
    room: MailRoom, recording: bool, missed: bool, of_message: str | None, of_missed: str | None
) -> None:
    room.choose(recording=recording, missed=missed)
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    room.hear(room.message(1), room.call(2))
    room.wait(minutes=1)
    found = {
        "伝言" if "伝言" in mail.subject else "不在": "attached" if mail.attachments else "mailed"
        for mail in room.mails
    }
    assert (found.get("伝言"), found.get("不在")) == (of_message, of_missed)


def test_the_recording_travels_as_it_was_said_and_the_notice_stays_small(room: MailRoom) -> None:
    room.choose(recording=True, missed=True)
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    room.hear(room.message())
    [attachment] = room.mails[0].attachments
    assert (attachment.content_type, attachment.content) == ("audio/wav", wav_file(12))
    [notice] = room.rows(Notice)
    assert len(notice.attachments) == 1
    assert len(str(notice.attachments)) < 40
    assert "12秒の伝言" in notice.body


def test_a_recording_too_large_for_a_mail_is_left_to_the_page(room: MailRoom) -> None:
    room.choose(recording=True, missed=True)
    room.carrier.recordings[SID] = ("completed", wav_file(120, frames_per_second=48_000))
    room.hear(room.message())
    assert room.states() == ["kept"]
    assert [mail.attachments for mail in room.mails] == [()]


def test_over_the_hours_limit_one_mail_sums_up(clean_database: Database) -> None:
    room = MailRoom(clean_database, missed_mails_an_hour=3)
    room.hear(*(room.call(serial) for serial in range(1, 41)))
    room.wait(seconds=15)
    assert len(room.mails) == 3
    room.wait(minutes=59, seconds=59)
    assert len(room.mails) == 3
    room.wait(seconds=1)
    assert [notice.subject for notice in room.rows(Notice)[3:]] == [
        "045-411-0001 にほかに37件の不在着信がありました"
    ]
    room.hear(room.call(99))
    room.wait(seconds=15)
    assert len(room.mails) == 5
    assert room.notices()[-1] == "missed-call"


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tellings=st.lists(st.lists(st.integers(1, 12), max_size=6), max_size=8),
    pauses=st.lists(st.integers(0, 4_000), min_size=8, max_size=8),
)
def test_however_calls_are_told_each_is_written_of_once(
    clean_database: Database, tellings: list[list[int]], pauses: list[int]
) -> None:
    with clean_database.transaction() as session:
        session.connection().exec_driver_sql("RESET ROLE")
    room = MailRoom(clean_database, missed_mails_an_hour=2)
    before = len(room.rows(MissedCall))
    offset = 1_000 * (before + 1)
    for serials, pause in zip(tellings, pauses, strict=False):
        room.hear(*(room.call(offset + serial) for serial in dict.fromkeys(serials)))
        room.wait(seconds=pause)
    room.wait(minutes=1)  # until each was written of or held back
    room.wait(minutes=1)  # the last ones are written of, or held back
    room.wait(hours=1)
    told = room.rows(MissedCall)[before:]
    assert len(told) == len({serial for serials in tellings for serial in serials})
    assert {one.state for one in told} <= {"mailed", "summed-up"}
    mailed = sorted(one.told_at for one in told if one.state == "mailed" and one.told_at)
    assert all(third - first >= timedelta(hours=1) for first, third in zip(mailed, mailed[2:], strict=False))


def test_calls_that_bring_nothing_ask_the_database_nothing(room: MailRoom) -> None:
    asked: list[str] = []
    calls = [room.call(serial, outcome="answered") for serial in range(200)]
    with room.database.transaction(room.operator_id) as session:
        event.listen(
            session.connection(), "before_cursor_execute", lambda *given: asked.append(str(given[2]))
        )
        hear_calls(session, CallsTold(calls, NOW))
        assert asked == []
        hear_calls(session, CallsTold([room.call(serial) for serial in range(200)], NOW))
        assert len(asked) <= 3
        asked.clear()
        hear_calls(session, CallsTold([room.call(serial) for serial in range(200)], NOW))
        assert len(asked) == 1
