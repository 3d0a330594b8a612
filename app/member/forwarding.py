"""The forwarding page: where calls go, in which order, when, and what callers get when nobody answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from app.member.call_words import CallWords
from app.member.forwarding_form import (
    Misplaced,
    e164_of,
    place_of,
    read_wanted,
    wanted_now,
    without_added,
)
from app.member.ring_chart import draw_ringing
from app.member.switch import INSTEAD_WORDS, switch_view
from app.member.visits import MemberVisit
from app.member.week_chart import draw_week
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form
from telephony.forwarding import WantedDestination, set_forwarding
from telephony.forwarding.destinations import SETTINGS, Forwarding, forwarding_of
from telephony.forwarding.models import CallerRule
from telephony.numbers.control_numbers import control_numbers

FORWARDING_PATH = "/forwarding"
RING_STEP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """One destination as the form shows it; `shown` is the number as people write it, `number` as it was typed."""

    index: int
    name: str
    label: str
    number: str
    shown: str
    kind: str
    icon: str
    ring_seconds: int
    problem: str


def show_forwarding(visit: MemberVisit) -> Response:
    if visit.line is None:
        return visit.go("/")
    forwarding = forwarding_of(visit.session, visit.rules, visit.line)
    return _page(visit, forwarding, wanted_now(forwarding), _settings(forwarding))


def save_forwarding(visit: MemberVisit, form: Form) -> Response:
    wanted = read_wanted(form)
    set_forwarding(
        visit.session,
        visit.rules,
        visit.own_line(),
        wanted.change(),
        actor=visit.actor.reference,
        channel="web",
        now=visit.now,
    )
    path = f"{FORWARDING_PATH}?focus={wanted.focus}" if wanted.focus else FORWARDING_PATH
    return visit.go(path, wanted.note)


def forwarding_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    """The form as it was filled, with the sentence at the field that it is about."""
    wanted = read_wanted(form)
    problem = place_of(error, wanted, error.sentence(visit.reader.language))
    forwarding = forwarding_of(visit.session, visit.rules, visit.own_line())
    settings = {**_settings(forwarding), **wanted.settings}
    rows = without_added(wanted).destinations
    return _page(visit, forwarding, rows, settings, status=422, problem=problem, form=form)


def _settings(forwarding: Forwarding) -> dict[str, Any]:
    return {name: getattr(forwarding, name) for name in SETTINGS}


def _page(
    visit: MemberVisit,
    forwarding: Forwarding,
    rows: Sequence[WantedDestination],
    settings: Mapping[str, Any],
    *,
    status: int = 200,
    problem: Misplaced | None = None,
    form: Form | None = None,
) -> Response:
    reader, profile = visit.reader, visit.rules.forwarding
    today = visit.operator.calendar.local_date(visit.now)
    phones = _phones(visit, rows, problem)
    at_last = settings["unanswered"]
    last = reader.gettext(INSTEAD_WORDS[at_last])
    return visit.render(
        "member/forwarding.html",
        tab="forwarding",
        status=status,
        switch=switch_view(visit),
        phones=phones,
        most_phones=profile.destinations.limit,
        settings=settings,
        ringing=draw_ringing(
            [(phone.name, phone.ring_seconds) for phone in phones],
            last,
            at_once=settings["strategy"] == "at-once",
        ),
        last=last,
        ring_choices=range(
            profile.ringing.least_seconds, profile.ringing.most_seconds + 1, RING_STEP_SECONDS
        ),
        week=draw_week(forwarding.schedule, today, reader) if forwarding.schedule else None,
        problem=problem,
        new_label=(form or {}).get("new_label", ""),
        new_number=(form or {}).get("new_number", ""),
        focus=visit.request.query_params.get("focus", ""),
        rules_of_callers=_counts_of_callers(visit),
        control_numbers=control_numbers(visit.session),
    )


def _phones(
    visit: MemberVisit, rows: Sequence[WantedDestination], problem: Misplaced | None
) -> list[PhoneRow]:
    words = CallWords(visit.reader, visit.now.date(), {})
    usual = visit.rules.forwarding.ringing.default_seconds
    phones = []
    for index, row in enumerate(rows, start=1):
        number = e164_of(row.number)
        kind, icon = words.kind_of_phone(number) if number else ("", "phone")
        phones.append(
            PhoneRow(
                index=index,
                name=row.label or kind or row.number,
                label=row.label or "",
                number=row.number,
                shown=visit.reader.phone(number) if number else row.number,
                kind=kind,
                icon=icon,
                ring_seconds=row.ring_seconds or usual,
                problem=problem.sentence if problem and problem.place == str(index) else "",
            )
        )
    return phones


def _counts_of_callers(visit: MemberVisit) -> dict[str, int]:
    """How many numbers stand on each list of callers."""
    statement = (
        select(CallerRule.action, func.count())
        .where(CallerRule.line_id == visit.own_line().id)
        .group_by(CallerRule.action)
    )
    return dict(visit.session.execute(statement).all())
