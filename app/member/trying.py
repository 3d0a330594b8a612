"""What would happen to a call from somebody at some time, question by question."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from app.member.call_words import CallWords
from app.member.errors import MomentNotUnderstood
from app.member.month_calls import names_of
from app.member.visits import MemberVisit
from coworking.kit.web.translations import translatable
from telephony.forwarding.dry_run import DryRun, dry_run

LONGEST_NUMBER = 40
_DOES = {
    "ring": translatable("It rings at %(phones)s."),
    "ring-desk-phone": translatable("The desk phone rings."),
    "voicemail": translatable("Voicemail answers."),
    "announcement": translatable("The caller hears an announcement."),
    "refuse": translatable("The call is turned away before it is answered."),
    "hang-up": translatable("The call is ended without a word."),
}


def show_trial(visit: MemberVisit) -> Response:
    """A form whose answer changes nothing, so it comes by GET and can be kept as a link."""
    if visit.line is None:
        return visit.go("/")
    query, calendar = visit.request.query_params, visit.operator.calendar
    caller, day, clock = query.get("caller", "")[:LONGEST_NUMBER], query.get("day", ""), query.get("time", "")
    asked, problem, found = "day" in query, "", None
    local = calendar.local(visit.now)
    if asked:
        try:
            at = datetime.fromisoformat(f"{day}T{clock}")
            at = calendar.instant(at.date(), at.time().replace(tzinfo=None))
        except ValueError:
            problem = MomentNotUnderstood().sentence(visit.reader.language)
        else:
            found = dry_run(visit.session, visit.rules, visit.line, caller=caller or None, at=at)
    return visit.render(
        "member/trying.html",
        tab="forwarding",
        status=422 if problem else 200,
        caller=caller,
        day=day or f"{local:%Y-%m-%d}",
        time=clock or f"{local:%H:%M}",
        problem=problem,
        steps=[(step.decides, step.sentence.spoken(visit.reader.language)) for step in found.steps]
        if found
        else [],
        verdict=_verdict(visit, found) if found else "",
    )


def _verdict(visit: MemberVisit, found: DryRun) -> str:
    words = CallWords(visit.reader, visit.now.date(), names_of(visit.session, [visit.own_line().id]))
    phones = visit.reader.gettext(", ").join(words.phone_name(number) for number in found.rings)
    sentence = _DOES[found.does]
    return visit.reader.gettext(sentence, phones=phones) if found.rings else visit.reader.gettext(sentence)
