"""Messages that callers left: hear them, mark them, delete them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from app.member.call_words import CallWords, lasting
from app.member.calls import words_for
from app.member.notes import Note
from app.member.visits import MemberVisit, id_in
from coworking.kit.listing import NEWEST_FIRST
from coworking.kit.web.forms import Form
from telephony.forwarding.voicemail.messages import (
    delete_message,
    get_message,
    list_messages,
    mark_heard,
    sound_of,
)
from telephony.forwarding.voicemail.models import VoicemailMessage
from telephony.forwarding.voicemail.routes import wav_answer

VOICEMAIL_PATH = "/voicemail"
PAGE_MESSAGES = 30


@dataclass(frozen=True, slots=True)
class MessageRow:
    """`state` is waiting, kept or lost."""

    id: int
    who: str
    is_number: bool
    left_at: datetime
    lasted: str
    state: str
    is_new: bool


def show_voicemail(visit: MemberVisit) -> Response:
    after = visit.request.query_params.get("after", "")
    messages = list_messages(
        visit.session,
        member_id=visit.member_id,
        after_id=id_in(after) if after else 0,
        limit=PAGE_MESSAGES,
        listing=NEWEST_FIRST,
    )
    words = words_for(visit)
    return visit.render(
        "member/voicemail.html",
        tab="voicemail",
        messages=[_row(words, message) for message in messages],
        older=messages[-1].id if len(messages) == PAGE_MESSAGES else None,
        kept_days=visit.rules.forwarding.voicemail.kept_days,
    )


def hear_message(visit: MemberVisit) -> Response:
    """The sound for a player in the page: a signed-in member's own, in parts as the browser asks."""
    sound = sound_of(
        visit.session, _message(visit), actor=visit.actor.reference, channel="web", now=visit.now
    )
    return wav_answer(sound.wav, visit.request.headers.get("range", "")[:200])


def mark_message(visit: MemberVisit, _form: Form) -> Response:
    mark_heard(visit.session, _message(visit), actor=visit.actor.reference, channel="web", now=visit.now)
    return visit.go(VOICEMAIL_PATH, Note("message-heard"))


def drop_message(visit: MemberVisit, _form: Form) -> Response:
    delete_message(visit.session, _message(visit), actor=visit.actor.reference, channel="web", now=visit.now)
    return visit.go(VOICEMAIL_PATH, Note("message-deleted"))


def _message(visit: MemberVisit) -> VoicemailMessage:
    return get_message(
        visit.session, id_in(visit.request.path_params["message_id"]), member_id=visit.member_id
    )


def _row(words: CallWords, message: VoicemailMessage) -> MessageRow:
    number = message.from_number
    named = words.names.get(number) if number else None
    shown = words.number(number) if number else words.reader.gettext("Withheld number")
    return MessageRow(
        id=message.id,
        who=named or shown,
        is_number=named is None and number is not None,
        left_at=message.left_at,
        lasted=lasting(words.reader, message.seconds),
        state=message.state,
        is_new=message.heard_at is None,
    )
