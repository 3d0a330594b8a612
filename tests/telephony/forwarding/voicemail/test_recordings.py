"""Messages are fetched once, whatever the carrier tells, in whatever order and however late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coworking.kit.db import Database
from coworking.kit.notices import Notice
from coworking.kit.outbox import OutboxTask
from telephony.forwarding.voicemail.messages import delete_message, get_message
from telephony.forwarding.voicemail.models import Sound, VoicemailMessage
from telephony.forwarding.voicemail.recordings import PAUSES, recording_is_ready
from tests.factories.forwarding import ACTOR
from tests.factories.membership import NOW
from tests.telephony.forwarding.voicemail.mail_room import CALLER, SID, MailRoom, wav_file


def ready(room: MailRoom, sid: str = SID) -> None:
    """The carrier's callback."""
    with room.database.transaction(room.operator_id) as session:
        recording_is_ready(session, sid, room.clock.now())
    room.work()


def delete(room: MailRoom) -> None:
    with room.database.transaction(room.operator_id) as session:
        message = get_message(session, room.rows(VoicemailMessage)[0].id)
        delete_message(session, message, actor=ACTOR, channel="api", now=room.clock.now())
    room.work()


def test_a_message_is_kept_here_and_deleted_there(room: MailRoom) -> None:
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    room.hear(room.message())
    [message] = room.rows(VoicemailMessage)
    assert (message.state, message.seconds, message.from_number) == ("kept", 12, CALLER)
    assert (message.line_id, message.member_id, message.left_at) == (room.line_id, room.member_id, NOW)
    [sound] = room.rows(Sound)
    assert (sound.id, sound.seconds, sound.token) == (message.sound_id, 12, None)
    assert room.carrier.deleted == [SID]


def test_told_again_in_any_order_it_stays_one_message(room: MailRoom) -> None:
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    ready(room)  # before the call is told
    assert room.states() == []
    for _ in range(3):
        room.hear(room.message(), room.message(2, recording_sid=SID))
        ready(room)
    room.wait(days=3)
    ready(room)
    room.hear(room.message())
    assert room.states() == ["kept"]
    assert len(room.rows(Sound)) == 1
    assert room.carrier.deleted == [SID]
    assert room.notices() == ["voicemail-left"]


@pytest.mark.parametrize("status", ["in-progress", "processing", "absent", None])
def test_a_recording_that_is_not_ready_is_asked_for_again(room: MailRoom, status: str | None) -> None:
    if status is not None:
        room.carrier.recordings[SID] = (status, b"")
    room.hear(room.message())
    assert room.states() == ["waiting"]
    room.carrier.recordings[SID] = ("completed", wav_file(7))
    room.wait(seconds=29)
    assert room.states() == ["waiting"]
    room.wait(seconds=1)
    assert room.states() == ["kept"]
    assert room.rows(VoicemailMessage)[0].seconds == 7


def test_the_callback_shortens_the_wait(room: MailRoom) -> None:
    room.hear(room.message())
    room.wait(seconds=40)
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    ready(room)
    assert room.states() == ["kept"]
    room.wait(days=4)
    assert room.carrier.deleted == [SID]


@pytest.mark.parametrize("audio", [b"", b"<html>", bytes(17 * 1024 * 1024)], ids=["empty", "page", "huge"])
def test_what_is_no_sound_is_given_up_and_the_member_is_told(room: MailRoom, audio: bytes) -> None:
    room.carrier.recordings[SID] = ("completed", audio)
    room.hear(room.message())
    for pause in PAUSES:
        assert room.states() == ["waiting"]
        assert room.mails == []
        room.wait(seconds=pause.total_seconds())
    assert room.states() == ["lost"]
    [notice] = room.rows(Notice)
    assert "録音を取得できませんでした" in notice.body


def test_a_callback_days_later_brings_a_lost_one_back(room: MailRoom) -> None:
    room.hear(room.message())
    room.wait_until(NOW + sum(PAUSES, timedelta()))
    for pause in PAUSES:
        room.wait(seconds=pause.total_seconds())
    assert room.states() == ["lost"]
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    ready(room)
    assert room.states() == ["kept"]
    assert room.notices() == ["voicemail-left"]


def test_silence_is_no_message_and_is_deleted_at_the_carrier(room: MailRoom) -> None:
    room.carrier.recordings[SID] = ("completed", b"")
    room.carrier.recordings[SID[:-1] + "2"] = ("completed", wav_file(3))
    room.hear(room.message(recording_seconds=0), room.message(2, recording_seconds=0))
    room.wait(seconds=15)
    assert room.states() == []
    assert room.carrier.deleted == [SID]  # of the other the carrier knows more than its webhook told
    assert room.notices() == ["missed-call", "missed-call"]
    room.hear(room.message(recording_seconds=0))  # told again, when the recording is gone
    assert [
        task.attempts for task in room.rows(OutboxTask) if task.name == "voicemail.delete-recording"
    ] == []


def test_deleted_before_it_was_fetched_it_is_deleted_there_and_stays_away(room: MailRoom) -> None:
    room.hear(room.message())
    delete(room)
    assert room.carrier.deleted == [SID]
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    ready(room)
    room.hear(room.message())
    room.wait(days=4)
    [message] = room.rows(VoicemailMessage)
    assert (message.state, message.from_number, message.sound_id) == ("deleted", None, None)
    assert room.rows(Sound) == []
    assert room.notices() == []


def test_deleting_takes_the_sound_and_the_number_away(room: MailRoom) -> None:
    room.carrier.recordings[SID] = ("completed", wav_file(12))
    room.hear(room.message())
    delete(room)
    assert room.rows(Sound) == []
    assert room.rows(VoicemailMessage)[0].from_number is None
    assert room.audited(["voicemail.deleted"]) == ["voicemail.deleted"]


def test_messages_go_when_their_days_are_over(clean_database: Database) -> None:
    room = MailRoom(clean_database, kept_days=10)
    room.carrier.recordings |= {f"RE{n:032x}": ("completed", wav_file(1)) for n in (1, 2)}
    room.hear(room.message(1))
    room.wait(days=4)
    room.hear(room.message(2, started_at=room.clock.now()))
    states = []
    for _ in range(12):
        room.wait(days=1)
        states.append(room.states())
    assert states[4:6] == [["kept", "kept"], ["deleted", "kept"]]
    assert states[-1] == ["deleted", "deleted"]
    assert room.rows(Sound) == []
    assert room.audited(["voicemail.forgotten"]) == ["voicemail.forgotten"] * 2
