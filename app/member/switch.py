"""The big switch: forwarding on or off, and what happens to a call at this very moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from app.member.call_words import CallWords
from app.member.notes import Note
from app.member.visits import MemberVisit
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form
from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable
from telephony.forwarding.cards import read_card
from telephony.forwarding.destinations import Change, Forwarding, forwarding_of, set_forwarding
from telephony.forwarding.routing import (
    Announce,
    Decision,
    HangUp,
    Refuse,
    Ring,
    RingDesk,
    TakeMessage,
    decide,
)
from telephony.forwarding.schedules import Schedule

ORDINARY_CALLER = "+0"
"""Somebody of whom no list and no setting knows anything."""
SEARCHED_DAYS = 14

INSTEAD_WORDS = {
    "voicemail": translatable("Voicemail"),
    "announcement": translatable("Announcement"),
    "hang-up": translatable("Hang up"),
}

_WHY_NOT = {
    "not-started": translatable("The line has not started yet."),
    "ended": translatable("The line has ended."),
    "suspended": translatable("The line is suspended. Ask the office."),
    "interrupted": translatable("The telephone service is interrupted at the moment."),
    "restricted": translatable("Emergency calls have priority at the moment."),
    "no-destination": translatable("None of your phones can be rung."),
}


@dataclass(frozen=True, slots=True)
class RouteStop:
    """One place that a call comes to: a phone with its number and how long it rings, or what callers get in the end."""

    name: str
    number: str
    ring_seconds: int | None


@dataclass(frozen=True, slots=True)
class SwitchView:
    """The big switch. `is_on` is the member's own setting; `told` says what happens to a call at this very moment,
    as the routing itself decides, `until` until when."""

    is_on: bool
    can_switch: bool
    told: str
    until: str
    stops: tuple[RouteStop, ...]
    warning: str


def turn(visit: MemberVisit, form: Form) -> Response:
    """Turn forwarding on or off: the new state whole for a swap, else back to where the switch stands."""
    wanted = form.get("on") == "1"
    set_forwarding(
        visit.session,
        visit.rules,
        visit.own_line(),
        Change(is_on=wanted),
        actor=visit.actor.reference,
        channel="web",
        now=visit.now,
    )
    note = Note("forwarding-on" if wanted else "forwarding-off", visit.own_line().id)
    if visit.by_htmx:
        return visit.render(
            "member/switch_swap.html",
            tab="home",
            switch=switch_view(visit),
            slim=form.get("back") == "forwarding",
            said=note.view(visit.reader),
        )
    return visit.go("/forwarding" if form.get("back") == "forwarding" else "/", note)


def turn_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    """The state as it is, with the reason."""
    problem = error.sentence(visit.reader.language)
    if visit.by_htmx:
        return visit.render(
            "member/switch_swap.html",
            tab="home",
            status=422,
            switch=switch_view(visit, problem),
            slim=form.get("back") == "forwarding",
            said=None,
        )
    return visit.pages.refusal(visit.request, error)


def switch_view(visit: MemberVisit, problem: str = "") -> SwitchView:
    line, reader = visit.own_line(), visit.reader
    forwarding = forwarding_of(visit.session, visit.rules, line)
    calendar = visit.operator.calendar
    decision = decide(read_card(visit.session, line.number), ORDINARY_CALLER, visit.now, calendar)
    warning = problem or (
        reader.gettext(_WHY_NOT[decision.decided_by]) if decision.decided_by in _WHY_NOT else ""
    )
    words = CallWords(reader, calendar.local_date(visit.now), {})
    stops = [
        RouteStop(one.label or words.kind_of_phone(one.number)[0], reader.phone(one.number), one.ring_seconds)
        for one in forwarding.destinations
    ]
    last = forwarding.unanswered if forwarding.is_on else forwarding.when_off
    return SwitchView(
        is_on=forwarding.is_on,
        can_switch=line.status != "ended" and (forwarding.is_on or bool(stops)),
        told=_told(reader, forwarding, decision),
        until=_until(reader, forwarding, visit, calendar),
        stops=(*stops, RouteStop(reader.gettext(INSTEAD_WORDS[last]), "", None)),
        warning=warning,
    )


def _told(reader: Reader, forwarding: Forwarding, decision: Decision) -> str:
    _ = reader.gettext
    if isinstance(decision, Ring):
        if len(forwarding.destinations) == 1:
            return _("Your phone rings")
        return (
            _("Your phones ring together")
            if forwarding.strategy == "at-once"
            else _("Your phones ring in turn")
        )
    if isinstance(decision, RingDesk):
        return _("The desk phone rings")
    if not forwarding.destinations and not forwarding.is_on:
        return _("Enter a phone first, then turn it on")
    outside = decision.decided_by == "outside-hours"
    if isinstance(decision, TakeMessage):
        return _("Outside your hours: voicemail answers") if outside else _("Voicemail answers")
    if isinstance(decision, HangUp):
        return _("Outside your hours: calls are ended") if outside else _("Calls are ended")
    if isinstance(decision, Announce | Refuse) and outside:
        return _("Outside your hours: callers hear an announcement")
    return _("Callers hear an announcement")


def _until(reader: Reader, forwarding: Forwarding, visit: MemberVisit, calendar: BusinessCalendar) -> str:
    """Until when calls are taken today, or from when again."""
    _ = reader.gettext
    schedule = forwarding.schedule
    if schedule is None:
        return _("At any time of day")
    local = calendar.local(visit.now)
    for start, end in schedule.day(local.date(), calendar):
        if local.time() < start:
            return _("Today from %(time)s", time=f"{start:%-H:%M}")
        if end is None:
            return _("Today until midnight")
        if local.time() < end:
            return _("Today until %(time)s", time=f"{end:%-H:%M}")
    return _next_opening(reader, schedule, visit, calendar)


def _next_opening(reader: Reader, schedule: Schedule, visit: MemberVisit, calendar: BusinessCalendar) -> str:
    today = calendar.local_date(visit.now)
    for days in range(1, SEARCHED_DAYS + 1):
        on = today + timedelta(days=days)
        windows = schedule.day(on, calendar)
        if windows:
            return reader.gettext(
                "Again %(day)s from %(time)s", day=reader.day(on), time=f"{windows[0][0]:%-H:%M}"
            )
    return reader.gettext("Closed for the next two weeks")
