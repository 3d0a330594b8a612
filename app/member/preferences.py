"""What a member chooses for themselves: the language that they are written to in, what a line mails."""

from __future__ import annotations

from starlette.responses import Response

from app.member.notes import Note
from app.member.visits import MemberVisit
from app.portal.sign_in import Place
from coworking.kit.errors import Language
from coworking.kit.web.cookies import set_cookie
from coworking.kit.web.forms import Form
from coworking.kit.web.language import LANGUAGE_COOKIE
from coworking.kit.web.pages import LANGUAGE_KEPT_SECONDS
from coworking.membership import facts
from coworking.membership.preferences import choose_language
from telephony.forwarding.voicemail.messages import Mailed, mailed_of, set_mailed

PREFERENCES_PATH = "/preferences"


def show_more(visit: MemberVisit, places: tuple[Place, ...]) -> Response:
    """Everything that has no tab of its own."""
    return visit.render(
        "member/more.html",
        tab="more",
        places=places,
        operator_title=visit.operator.profile.title.spoken(visit.reader.language),
    )


def show_preferences(visit: MemberVisit) -> Response:
    return visit.render(
        "member/preferences.html",
        tab="more",
        language=visit.actor.language,
        email=facts(visit.session, visit.member_id).email,
        mailed=mailed_of(visit.session, visit.rules.forwarding.voicemail, visit.line.id)
        if visit.line
        else None,
    )


def save_preferences(visit: MemberVisit, form: Form) -> Response:
    """Language for everything that this person is written, and for these pages in this browser."""
    language: Language = "en" if form.get("language") == "en" else "ja"
    choose_language(visit.session, visit.actor, language, channel="web", now=visit.now)
    if visit.line is not None:
        set_mailed(
            visit.session,
            visit.line,
            Mailed(recording="mails_recording" in form, missed="mails_missed" in form),
            actor=visit.actor.reference,
            channel="web",
            now=visit.now,
        )
    response = visit.go(PREFERENCES_PATH, Note("saved"))
    set_cookie(response, LANGUAGE_COOKIE, language, https=False, max_age_seconds=LANGUAGE_KEPT_SECONDS)
    return response
