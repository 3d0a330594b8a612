"""Members are written about calls that they missed and messages that were left: once each, and never in floods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_attachments, register_templates
from coworking.kit.outbox import TaskContext, task
from coworking.kit.phone import InvalidPhoneNumber, from_e164
from coworking.membership import facts
from telephony.forwarding.models import Call
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.voicemail.messages import attachment_of, mailed_of
from telephony.forwarding.voicemail.models import MissedCall, VoicemailMessage
from telephony.forwarding.voicemail.retention import forget_daily
from telephony.numbers import get_line

PACKAGE = "telephony.forwarding.voicemail"
ATTACHED = "voicemail"
ONE_HOUR = timedelta(hours=1)
MESSAGE_MAY_FOLLOW = timedelta(seconds=15)
"""The end of a call may be told before the message that was left on it."""


def read_texts() -> None:
    """Read the templates and say where attachments come from, once at the start."""
    register_templates(PACKAGE)
    register_attachments(ATTACHED, attachment_of)


def note_missed(
    session: Session, operator_id: int, rows: Sequence[dict[str, Any]], now: datetime, *, due_at: datetime
) -> None:
    """Write down calls that reached nobody; those that are known already stay as they are."""
    statement = (
        insert(MissedCall)
        .values([{"operator_id": operator_id, "state": "new", **row} for row in rows])
        .on_conflict_do_nothing()
        .returning(MissedCall.id)
    )
    missed_ids = list(session.scalars(statement))
    if missed_ids:
        tell_missed.enqueue(session, operator_id=operator_id, now=now, due_at=due_at, missed_ids=missed_ids)
        forget_daily(session, operator_id, now)


def note_message(session: Session, message: VoicemailMessage, now: datetime) -> None:
    """A message can be heard, or is lost: the member is written about it, once."""
    row = {
        "line_id": message.line_id,
        "member_id": message.member_id,
        "call_sid": message.call_sid,
        "message_id": message.id,
        "from_number": message.from_number,
        "called_at": message.left_at,
    }
    note_missed(session, message.operator_id, [row], now, due_at=now)


@task("voicemail.tell-missed")
def tell_missed(context: TaskContext, missed_ids: list[int]) -> None:
    """Write to the members, each as they chose; over the hour's limit of a line it is put off to one summary."""
    session, now = context.session, context.clock.now()
    missed = session.scalars(
        select(MissedCall)
        .where(MissedCall.id.in_(missed_ids), MissedCall.state == "new")
        .order_by(MissedCall.line_id, MissedCall.id)
        .with_for_update()
    ).all()
    for one in missed:
        rules = context.resource(RulesOfCalls)[one.operator_id]
        _tell(session, rules, one, now)


@task("voicemail.sum-up-missed")
def sum_up_missed(context: TaskContext, line_id: int) -> None:
    """One mail for all that was held back."""
    session, now = context.session, context.clock.now()
    held_back = session.scalars(
        select(MissedCall)
        .where(MissedCall.line_id == line_id, MissedCall.state == "held-back")
        .order_by(MissedCall.called_at)
        .with_for_update()
    ).all()
    if not held_back:
        return
    rules = context.resource(RulesOfCalls)[held_back[0].operator_id]
    wanted = mailed_of(session, rules.forwarding.voicemail, line_id).missed
    for one in held_back:
        one.state = "summed-up" if wanted else "unwanted"
        one.told_at = now
    if wanted:
        local = rules.tariffs.calendar.local
        _write(
            session,
            held_back[-1],
            "missed-calls",
            now,
            count=len(held_back),
            first=local(held_back[0].called_at),
            last=local(held_back[-1].called_at),
        )


def _tell(session: Session, rules: CallRules, missed: MissedCall, now: datetime) -> None:
    _one_at_a_time(session, missed.line_id)
    profile = rules.forwarding.voicemail
    mailed = mailed_of(session, profile, missed.line_id)
    message = session.get(VoicemailMessage, missed.message_id) if missed.message_id else None
    if missed.message_id is None:
        wanted = mailed.missed and _is_still_missed(session, missed.call_sid)
    else:
        wanted = (mailed.missed or mailed.recording) and message is not None and message.state != "deleted"
    if not wanted:
        missed.state = "unwanted"
    elif _mailed_within_the_hour(session, missed.line_id, now) >= profile.missed_mails_an_hour:
        missed.state = "held-back"
        sum_up_missed.enqueue(
            session,
            operator_id=missed.operator_id,
            now=now,
            due_at=now + ONE_HOUR,
            key=f"missed:{missed.line_id}",
            line_id=missed.line_id,
        )
    else:
        missed.state, missed.told_at = "mailed", now
        at = rules.tariffs.calendar.local(missed.called_at)
        if message is None:
            _write(session, missed, "missed-call", now, at=at)
        else:
            attached = mailed.recording and message.state == "kept"
            _write(
                session,
                missed,
                "voicemail-left",
                now,
                [f"{ATTACHED}:{message.id}"] if attached else [],
                at=at,
                seconds=message.seconds,
                lost=message.state == "lost",
                attached=attached,
            )
    session.flush()


def _one_at_a_time(session: Session, line_id: int) -> None:
    """Mails of a line are counted one after the other, or two workers would each see room for one more."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"missed:{line_id}"}
    )


def _mailed_within_the_hour(session: Session, line_id: int, now: datetime) -> int:
    statement = (
        select(func.count())
        .select_from(MissedCall)
        .where(
            MissedCall.line_id == line_id,
            MissedCall.state == "mailed",
            MissedCall.told_at > now - ONE_HOUR,
        )
    )
    return session.scalar(statement) or 0


def _is_still_missed(session: Session, call_sid: str) -> bool:
    """Whether neither a message nor an answer was told since: events come in any order."""
    if session.scalar(select(VoicemailMessage.id).where(VoicemailMessage.call_sid == call_sid).limit(1)):
        return False
    return session.scalar(select(Call.outcome).where(Call.carrier_sid == call_sid)) != "answered"


def _write(
    session: Session,
    missed: MissedCall,
    kind: str,
    now: datetime,
    attachments: Sequence[str] = (),
    **details: Any,
) -> None:
    member = facts(session, missed.member_id)
    line = get_line(session, missed.line_id)
    notify(
        session,
        operator_id=missed.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind=kind,
        language=cast("Language", member.language),
        attachments=attachments,
        member=member.name,
        number=from_e164(line.number).national,
        caller=_shown(missed.from_number),
        **details,
    )


def _shown(caller: str | None) -> str | None:
    """A caller as people write the number; None for one who withheld it."""
    if caller is None:
        return None
    try:
        return from_e164(caller).national
    except InvalidPhoneNumber:
        return caller
