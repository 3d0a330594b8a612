"""What callers of a line hear: the operator's words, the member's own, or a sound."""

from __future__ import annotations

from starlette.responses import Response

from app.member.errors import SoundMissing
from app.member.notes import Note
from app.member.visits import MemberVisit
from coworking.kit.errors import NotFound, UserError
from coworking.kit.web.forms import Form
from coworking.kit.web.translations import translatable
from telephony.forwarding.voicemail.announcements import (
    MOST_SECONDS,
    MOST_WORDS,
    Kind,
    announce_as_usual,
    announce_sound,
    announce_words,
    announced_sound,
    announcement_of,
)
from telephony.forwarding.voicemail.routes import wav_answer

ANNOUNCEMENTS_PATH = "/forwarding/announcements"
_TITLES: dict[Kind, str] = {
    "voicemail_greeting": translatable("Before a message is recorded"),
    "unanswered": translatable("Nobody picks up"),
    "outside_hours": translatable("Outside your hours"),
    "forwarding_off": translatable("Forwarding is off"),
}


def show_announcements(visit: MemberVisit) -> Response:
    if visit.line is None:
        return visit.go("/")
    return _page(visit)


def save_words(visit: MemberVisit, form: Form) -> Response:
    kind = _kind(visit)
    if form.get("usual") == "1":
        announce_as_usual(
            visit.session,
            visit.rules,
            visit.own_line(),
            kind,
            actor=visit.actor.reference,
            channel="web",
            now=visit.now,
        )
        return visit.go(ANNOUNCEMENTS_PATH, Note("as-usual"))
    announce_words(
        visit.session,
        visit.rules,
        visit.own_line(),
        kind,
        language="en" if form.get("spoken") == "en" else "ja",
        words=" ".join(form.get("words", "").split()),
        actor=visit.actor.reference,
        channel="web",
        now=visit.now,
    )
    return visit.go(ANNOUNCEMENTS_PATH, Note("text-saved"))


def save_sound(visit: MemberVisit, data: bytes) -> Response:
    if not data:
        raise SoundMissing
    announce_sound(
        visit.session,
        visit.rules,
        visit.own_line(),
        _kind(visit),
        data,
        actor=visit.actor.reference,
        channel="web",
        now=visit.now,
    )
    return visit.go(ANNOUNCEMENTS_PATH, Note("sound-saved"))


def announcement_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    return _page(visit, problem_of=_kind(visit), error=error, form=form)


def hear_announcement(visit: MemberVisit) -> Response:
    sound = announced_sound(visit.session, visit.own_line(), _kind(visit))
    return wav_answer(sound.wav, visit.request.headers.get("range", "")[:200])


def _kind(visit: MemberVisit) -> Kind:
    name = visit.request.path_params["kind"]
    for kind in _TITLES:
        if kind == name:
            return kind
    raise NotFound


def _page(
    visit: MemberVisit,
    *,
    problem_of: str = "",
    error: UserError | None = None,
    form: Form | None = None,
) -> Response:
    reader, line = visit.reader, visit.own_line()
    return visit.render(
        "member/announcements.html",
        tab="forwarding",
        status=422 if error else 200,
        announcements=[
            (reader.gettext(_TITLES[kind]), announcement_of(visit.session, visit.rules, line, kind))
            for kind in _TITLES
        ],
        problem_of=problem_of,
        problem_is_sound="words" not in (form or {}),
        problem=error.sentence(reader.language) if error else "",
        form=form or {},
        most_words=MOST_WORDS,
        most_seconds=MOST_SECONDS,
    )
