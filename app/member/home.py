"""Home: where do calls go now? One switch, the last calls, the month's cost."""

from __future__ import annotations

from starlette.responses import Response

from app.member.calls import words_for
from app.member.month_calls import latest_calls
from app.member.month_cost import month_cost
from app.member.switch import switch_view
from app.member.visits import MemberVisit
from app.member.weekdays import WEEKDAY_NAMES, weekday_span

LATEST_CALLS = 3


def show_home(visit: MemberVisit) -> Response:
    reader, now = visit.reader, visit.now
    if not visit.operator.lends_lines:
        return visit.render(
            "member/no_lines.html",
            tab="home",
            operator_title=visit.operator.profile.title.spoken(reader.language),
            office_hours=office_hours(visit),
        )
    if visit.line is None:
        return visit.render("member/no_line.html", tab="home")
    words = words_for(visit)
    return visit.render(
        "member/home.html",
        tab="home",
        switch=switch_view(visit),
        plan=visit.operator.profile.numbers.line_plans[visit.line.line_plan].title.spoken(reader.language),
        calls=[words.row(one) for one in latest_calls(visit.session, visit.member_id, limit=LATEST_CALLS)],
        cost=month_cost(visit.session, visit.operator, reader, visit.member_id, now),
        now=now,
        office_hours=office_hours(visit),
    )


def office_hours(visit: MemberVisit) -> str:
    """When the office answers, as one line: "月–金 10:00–18:30"."""
    reader = visit.reader
    return reader.gettext(", ").join(
        f"{weekday_span(reader, [WEEKDAY_NAMES.index(day) for day in hours.weekdays])} "
        f"{hours.opens_at:%-H:%M}–{hours.closes_at:%-H:%M}"
        for hours in visit.operator.profile.membership.office_hours
        if hours.staffed
    )
