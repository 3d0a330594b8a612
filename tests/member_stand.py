"""The member's pages over a database: a member with a line, three phones, a month of calls and a message."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.types import ASGIApp

from app.pages import page_routes
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, asgi_application, compose
from coworking.billing import Posting, post
from coworking.kit.clock import VirtualClock
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.money import TaxMode
from coworking.membership import Passwords
from telephony.carrier.sandbox.real_time import PacedClock
from telephony.forwarding import Change, WantedDestination, set_forwarding
from telephony.forwarding.caller_rules import add_rule
from telephony.forwarding.models import Call
from telephony.forwarding.schedules import WEEKDAYS, Schedule
from telephony.forwarding.voicemail.models import Sound, VoicemailMessage
from telephony.metering import Leg
from telephony.numbers import Line, register_phone
from telephony.numbers.control_numbers import make_control_number
from tests.factories.membership import PASSWORD, make_account, make_member
from tests.factories.numbers import line_rules, make_line, make_stock

NOW = datetime(2026, 7, 15, 1, 24, tzinfo=UTC)
"""Wednesday 2026-07-15 10:24 in Tokyo."""
EMAIL, STAFF_EMAIL, EMPTY_EMAIL = "sato@example.jp", "staff@example.jp", "new@example.jp"
OFFICE, MOBILE = "+81456701234", "+819012345678"
ACCOUNTANT, BOOKSHOP = "+81366667777", "+81667421180"
ACTOR = "account:1"


@dataclass
class MemberStand:
    app: ASGIApp
    composition: Composition
    line_id: int
    other_line_id: int
    call_id: int
    """Answered after the first phone did not: 61 s, 64 yen."""
    message_id: int

    def close(self) -> None:
        self.composition.close()


def build_member_stand(database_url: str, folder: Path, *, lines: int = 1) -> MemberStand:
    """The whole application, with one operator and its sandbox left out. Its clock stands still at `NOW`."""
    clock = VirtualClock(NOW)
    settings = Settings(
        var_dir=folder,
        operators=(
            OperatorSettings(
                profile="nex", carrier_account_sid=f"AC{0:032}", carrier_auth_token="a token of the tests"
            ),
        ),
        secret_key="a secret for these tests, long enough",
        argon2_time_cost=1,
        argon2_memory_kib=1024,
    )
    composition = compose(
        settings,
        database_url=database_url,
        clock=clock,
        mailer=FolderMailer(folder / "mail", clock, sender="rusuban@localhost"),
    )
    operator = composition.operators[0]
    with composition.database.transaction(operator.id) as session:
        rented, call, message = _fill(session, composition, lines)
        ids = [line.id for line in rented], call.id, message.id
    app = asgi_application(composition, pages=page_routes(composition, (), PacedClock(clock), None))
    return MemberStand(app, composition, ids[0][0], ids[0][-1], ids[1], ids[2])


def _fill(
    session: Session, composition: Composition, count: int
) -> tuple[list[Line], Call, VoicemailMessage]:
    operator = composition.operators[0]
    make_account(session, operator.id, sign_in_name=STAFF_EMAIL)
    nobody = make_member(session, operator.id, name="新井 光", now=NOW)
    make_account(session, operator.id, member=nobody, sign_in_name=EMPTY_EMAIL)
    # A rental office may have several lines.
    member = make_member(session, operator.id, plan="rental-office", capacity=3, now=NOW)
    make_account(session, operator.id, member=member, sign_in_name=EMAIL)
    for account in session.query(type(make_account(session, operator.id))):
        account.password_hash = composition.resources[Passwords].hash(PASSWORD)
    control = make_stock(session, operator.id, first=9000)[0]
    make_control_number(session, control.id, actor=ACTOR, now=NOW)
    lines = [make_line(session, operator.id, member=member, serial=n) for n in range(1, count + 1)]
    line = lines[0]
    register_phone(session, line_rules(), line, MOBILE, actor=ACTOR, now=NOW)
    set_forwarding(
        session,
        operator.call_rules(),
        line,
        Change(
            is_on=True,
            destinations=[WantedDestination(OFFICE, 20, "事務所"), WantedDestination(MOBILE, 25, "携帯")],
            press_one=True,
            unanswered="voicemail",
            when_off="voicemail",
            outside_hours="voicemail",
            schedule=Schedule(
                week={
                    **dict.fromkeys(WEEKDAYS[:5], ((time(10), time(18, 30)),)),
                    "sat": ((time(10), time(13)),),
                },
                holidays="closed",
            ),
        ),
        actor=ACTOR,
        channel="task",
        now=NOW,
    )
    for number, action, label in (
        (ACCOUNTANT, "forward", "丸山会計事務所"),
        ("0120-000-110", "block", "しつこい勧誘"),
    ):
        add_rule(
            session,
            operator.call_rules(),
            line,
            number=number,
            is_prefix=False,
            action="forward" if action == "forward" else "block",
            label=label,
            actor=ACTOR,
            channel="task",
            now=NOW,
        )
    call = _month_of_calls(session, composition, line)
    return lines, call, _message(session, line)


def _month_of_calls(session: Session, composition: Composition, line: Line) -> Call:
    ago = timedelta
    answered = _call(session, line, BOOKSHOP, NOW - ago(days=1, hours=-2, minutes=16), "answered")
    _legs(session, answered, [(OFFICE, 0, None, None, 20), (MOBILE, 20, 29, 34, 95)])
    _charge(session, composition, answered, 2, Decimal(32), "forward-to-mobile", 61, 60)
    earlier = _call(session, line, ACCOUNTANT, NOW - ago(minutes=22), "answered")
    _legs(session, earlier, [(OFFICE, 0, None, 8, 189)])
    _charge(session, composition, earlier, 2, Decimal(15), "forward-to-fixed", 181, 180)
    _call(session, line, "+819033334444", NOW - ago(minutes=53), "no-answer")
    _call(session, line, None, NOW - ago(days=1, hours=2), "refused", "withheld")
    _call(session, line, "+81312340820", NOW - ago(days=2, hours=3), "voicemail", "outside-hours")
    out = _call(session, line, line.number, NOW - ago(days=2, hours=5), "answered", direction="out")
    session.add(
        Leg(
            operator_id=line.operator_id,
            line_id=line.id,
            call_sid=out.carrier_sid,
            leg_sid=f"{out.carrier_sid}callee",
            role="callee",
            number="+818023456789",
            number_class="mobile",
            status="completed",
            started_at=out.started_at,
            answered_at=out.started_at + ago(seconds=6),
            bridged_at=out.started_at + ago(seconds=6),
            ended_at=out.started_at + ago(seconds=136),
            seconds=130,
        )
    )
    _charge(session, composition, out, 3, Decimal(63), "mobile-to-mobile", 130, 60)
    session.flush()
    return answered


def _call(
    session: Session,
    line: Line,
    caller: str | None,
    at: datetime,
    outcome: str,
    decided_by: str = "forwarding",
    direction: str = "in",
) -> Call:
    call = Call(
        operator_id=line.operator_id,
        line_id=line.id,
        member_id=line.member_id,
        carrier_sid=f"CA{at:%Y%m%d%H%M%S}{line.id:016}",
        direction=direction,
        status="ended",
        outcome=outcome,
        decided_by=decided_by,
        from_number=caller,
        to_number=line.number,
        started_at=at,
        ended_at=at + timedelta(seconds=45),
    )
    session.add(call)
    session.flush()
    return call


def _legs(session: Session, call: Call, legs: list[tuple[str, int, int | None, int | None, int]]) -> None:
    """Each leg: number, then seconds from the call's start to its ringing, pick-up, bridge and end."""

    def at(seconds: int | None) -> datetime | None:
        return None if seconds is None else call.started_at + timedelta(seconds=seconds)

    for index, (number, rings, answered, bridged, ends) in enumerate(legs):
        session.add(
            Leg(
                operator_id=call.operator_id,
                line_id=call.line_id,
                call_sid=call.carrier_sid,
                leg_sid=f"{call.carrier_sid}-{index}",
                role="forward",
                number=number,
                number_class="mobile" if number == MOBILE else "fixed",
                status="completed" if bridged else "no-answer",
                started_at=at(rings),
                answered_at=at(answered if answered is not None else bridged),
                bridged_at=at(bridged),
                ended_at=at(ends),
                seconds=ends - bridged if bridged is not None else 0,
            )
        )
        if bridged is not None:
            call.answered_at, call.ended_at = at(bridged), at(ends)


def _charge(
    session: Session,
    composition: Composition,
    call: Call,
    units: int,
    price: Decimal,
    rate_class: str,
    seconds: int,
    unit_seconds: int,
) -> None:
    operator = composition.operators[0]
    on = operator.calendar.local_date(call.started_at)
    assert call.member_id is not None
    posting = Posting(
        key=f"call:{call.carrier_sid}",
        member_id=call.member_id,
        what="call",
        quantity=units,
        unit_price=price,
        amount=units * price,
        tax_mode=TaxMode.EXCLUDED,
        service_month=f"{on:%Y-%m}",
        service_on=on,
        closes_on=on,
        due_on=on,
        reason={
            "line_plan": "incoming-outgoing",
            "rate_class": rate_class,
            "seconds": seconds,
            "unit_seconds": unit_seconds,
            "units": units,
            "unit_price": str(price),
            "rate_card": "2019-10-01",
            "rules": ["NEX-09"],
        },
        profile_version_id=operator.profile_version_id,
    )
    post(session, operator.id, [posting], NOW)


def _message(session: Session, line: Line) -> VoicemailMessage:
    sound = Sound(operator_id=line.operator_id, seconds=1, wav=silence(), stored_at=NOW)
    session.add(sound)
    session.flush()
    message = VoicemailMessage(
        operator_id=line.operator_id,
        line_id=line.id,
        member_id=line.member_id,
        call_sid=f"CA{1:032}",
        recording_sid=f"RE{1:032}",
        from_number="+81312340820",
        seconds=72,
        left_at=NOW - timedelta(days=2, hours=3),
        state="kept",
        sound_id=sound.id,
    )
    session.add(message)
    session.flush()
    return message


def silence(seconds: int = 1) -> bytes:
    """A WAV file as telephones have it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000 * seconds)
    return out.getvalue()
