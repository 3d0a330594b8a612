"""An operator with a line, a carrier that has recordings and a mailer that keeps what it is given."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, TypeVar, cast

from sqlalchemy import select

from coworking.kit.audit import AuditEntry
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Base, Database
from coworking.kit.mailer import Mail, Mailer
from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources, run_due
from telephony.carrier import CarrierRefused, Carriers, CarrierUnreachable, Reason, RecordingRecord
from telephony.forwarding import CallRules, CallsTold, RulesOfCalls, ToldCall
from telephony.forwarding.voicemail.arrivals import hear_calls
from telephony.forwarding.voicemail.messages import Mailed, set_mailed
from telephony.forwarding.voicemail.missed_calls import read_texts
from telephony.forwarding.voicemail.models import VoicemailMessage
from telephony.numbers import get_line
from tests.factories.forwarding import ACTOR, call_rules
from tests.factories.membership import NOW, make_operator, make_profile_version
from tests.factories.numbers import make_line

CALLER = "+81366667777"
SID = "RE" + "0" * 31 + "1"
T = TypeVar("T", bound=Base)


def wav_file(
    seconds: float = 12, *, frames_per_second: int = 8_000, channels: int = 1, sample_bytes: int = 2
) -> bytes:
    content = BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(sample_bytes)
        file.setframerate(frames_per_second)
        file.writeframes(b"\x01" * (int(seconds * frames_per_second) * channels * sample_bytes))
    return content.getvalue()


@dataclass
class RecordingCarrier:
    """Has recordings by reference: a status and the audio. A reference that is not there cannot be reached, one
    that was deleted is not known any more."""

    recordings: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    def fetch_recording(self, recording_id: str) -> RecordingRecord:
        status, audio = self._of(recording_id)
        return RecordingRecord(
            recording_id=recording_id,
            call_id=None,
            status=status,
            duration_seconds=0 if not audio else 1,
            created_at=NOW,
        )

    def recording_audio(self, recording_id: str) -> bytes:
        return self._of(recording_id)[1]

    def delete_recording(self, recording_id: str) -> None:
        self.deleted.append(recording_id)

    def _of(self, recording_id: str) -> tuple[str, bytes]:
        if recording_id in self.deleted:
            raise CarrierRefused("fetch_recording", Reason.NOT_FOUND, permanent=True, status=404, code=20404)
        if recording_id not in self.recordings:
            raise CarrierUnreachable("fetch_recording", "away")
        return self.recordings[recording_id]


class MailRoom:
    def __init__(self, database: Database, **voicemail: Any) -> None:
        read_texts()
        self.database = database
        self.clock = VirtualClock(NOW)
        self.carrier = RecordingCarrier()
        self.mails: list[Mail] = []
        with database.transaction() as session:
            self.operator_id = make_operator(session)
            rules = call_rules(make_profile_version(session, self.operator_id))
            line = make_line(session, self.operator_id)
            self.line_id, self.number, self.member_id = line.id, line.number, line.member_id
        changed = rules.forwarding.voicemail.model_copy(update=voicemail)
        forwarding = rules.forwarding.model_copy(update={"voicemail": changed})
        self.rules: CallRules = replace(rules, forwarding=forwarding)
        self.resources = Resources(
            RulesOfCalls({self.operator_id: self.rules}),
            Carriers({self.operator_id: cast("Any", self.carrier)}),
        )
        self.resources.provide(Mailer, self)

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    def call(self, serial: int = 1, **changes: Any) -> ToldCall:
        """A call that nobody answered; `changes` make another of it."""
        usual = ToldCall(
            call_sid=f"CA{serial:032x}",
            line_id=self.line_id,
            member_id=self.member_id,
            direction="in",
            status="ended",
            outcome="no-answer",
            decided_by="forwarding",
            from_number=CALLER,
            to_number=self.number,
            started_at=NOW,
            answered_at=None,
            ended_at=NOW + timedelta(seconds=20),
            recording_sid=None,
            recording_seconds=None,
        )
        return replace(usual, **changes)

    def message(self, serial: int = 1, **changes: Any) -> ToldCall:
        """A call that left a message of 12 seconds."""
        left = {"outcome": "voicemail", "recording_sid": f"RE{serial:032x}", "recording_seconds": 12}
        return self.call(serial, **{**left, **changes})

    def hear(self, *calls: ToldCall) -> None:
        """Calls are told; what follows at once is done."""
        with self.database.transaction(self.operator_id) as session:
            hear_calls(session, CallsTold(calls, self.clock.now()))
        self.work()

    def work(self) -> None:
        run_due(self.database, self.clock, self.resources)

    def wait(self, **duration: float) -> None:
        self.wait_until(self.clock.now() + timedelta(**duration))

    def wait_until(self, at: datetime) -> None:
        self.clock.advance_to(at)
        self.work()

    def choose(self, *, recording: bool, missed: bool) -> None:
        with self.database.transaction(self.operator_id) as session:
            line = get_line(session, self.line_id)
            set_mailed(
                session,
                line,
                Mailed(recording, missed),
                actor=ACTOR,
                channel="api",
                now=self.clock.now(),
            )

    def rows(self, model: type[T]) -> list[T]:
        with self.database.transaction(self.operator_id) as session:
            return list(session.scalars(select(model).order_by(model.__table__.c.id)))

    def states(self) -> list[str]:
        return [message.state for message in self.rows(VoicemailMessage)]

    def notices(self) -> list[str]:
        return [notice.kind for notice in self.rows(Notice)]

    def audited(self, actions: Iterable[str]) -> list[str]:
        return [entry.action for entry in self.rows(AuditEntry) if entry.action in set(actions)]
