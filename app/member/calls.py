"""The calls of a month by day, with what they cost, and the same as a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from itertools import groupby

from starlette.responses import Response

from app.member.call_words import CallRow, CallWords, kind_word
from app.member.month_calls import (
    KINDS,
    PAGE_CALLS,
    MemberCall,
    Span,
    calls_of_month,
    costs_by_class,
    counts_of_month,
    names_of,
    seconds_of_month,
)
from app.member.month_cost import calls_cost
from app.member.visits import MemberVisit, id_in
from coworking.billing import month_after
from coworking.kit.calendars import MONTH_PATTERN
from coworking.kit.money import plain

MONTHS_BACK = 13
MOST_ROWS_OF_A_FILE = 20_000
_MONTH = re.compile(MONTH_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class DayOfCalls:
    """The calls of a local day, the latest first, and what they cost together."""

    key: str
    word: str
    also: str
    amount: str
    rows: tuple[CallRow, ...]


def show_calls(visit: MemberVisit) -> Response:
    query, reader = visit.request.query_params, visit.reader
    month = _month(visit, query.get("month", ""))
    kind = query.get("kind") if query.get("kind") in KINDS else None
    before = query.get("before", "")
    calls = calls_of_month(
        visit.session,
        visit.member_id,
        span_of(visit, month),
        kind=kind,
        before_id=id_in(before) if before else None,
    )
    counts = counts_of_month(visit.session, visit.member_id, span_of(visit, month))
    classes = costs_by_class(visit.session, visit.member_id, f"{month:%Y-%m}")
    words = words_for(visit)
    return visit.render(
        "member/calls.html",
        tab="calls",
        month=f"{month:%Y-%m}",
        months=_months(visit),
        kind=kind,
        chips=[(name, kind_word(reader, name), counts[name]) for name in KINDS if counts.get(name)],
        count=sum(counts.values()),
        days=list(_days(calls, words)),
        costs=calls_cost(reader, classes),
        total=sum((one.amount for one in classes), start=Decimal(0)),
        talked_seconds=seconds_of_month(visit.session, visit.member_id, span_of(visit, month)),
        tax_mode=visit.operator.profile.billing.tax_mode.value,
        older=calls[-1].record.call.id if len(calls) == PAGE_CALLS else None,
    )


def calls_file(visit: MemberVisit) -> Response:
    """The month as a table for spreadsheets: UTF-8 with a byte order mark, so that they see the Japanese."""
    month = _month(visit, visit.request.query_params.get("month", ""))
    calls = calls_of_month(visit.session, visit.member_id, span_of(visit, month), limit=MOST_ROWS_OF_A_FILE)
    out = io.StringIO()
    write = csv.writer(out)
    write.writerows(_file_rows(visit, calls))
    return Response(
        b"\xef\xbb\xbf" + out.getvalue().encode(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="calls-{month:%Y-%m}.csv"',
            "Cache-Control": "no-store",
        },
    )


def words_for(visit: MemberVisit) -> CallWords:
    return CallWords(
        visit.reader,
        visit.operator.calendar.local_date(visit.now),
        names_of(visit.session, [line.id for line in visit.lines]),
    )


def span_of(visit: MemberVisit, month: date) -> Span:
    """The month on the operator's clock."""
    calendar = visit.operator.calendar
    return Span(calendar.instant(month, time()), calendar.instant(month_after(month, 1), time()))


def _month(visit: MemberVisit, text: str) -> date:
    """The first day of the month that was asked for, else of this one."""
    if _MONTH.fullmatch(text):
        return date.fromisoformat(f"{text}-01")
    return visit.operator.calendar.local_date(visit.now).replace(day=1)


def _months(visit: MemberVisit) -> list[tuple[str, str]]:
    """Months to choose from, the latest first."""
    this_month = visit.operator.calendar.local_date(visit.now).replace(day=1)
    months = [month_after(this_month, -back) for back in range(MONTHS_BACK)]
    return [(f"{month:%Y-%m}", visit.reader.month(month)) for month in months]


def _days(calls: Sequence[MemberCall], words: CallWords) -> Iterator[DayOfCalls]:
    zone = words.reader.zone
    for on, of_day in groupby(calls, lambda one: one.record.call.started_at.astimezone(zone).date()):
        ones = list(of_day)
        amount = sum((one.record.charge.amount for one in ones if one.record.charge), start=Decimal(0))
        word, full = words.day_word(on), words.reader.day(on)
        yield DayOfCalls(
            key=f"{on:%d}",
            word=word,
            also=full if full != word else "",
            amount=words.reader.yen(amount),
            rows=tuple(words.row(one) for one in ones),
        )


def _file_rows(visit: MemberVisit, calls: Sequence[MemberCall]) -> Iterator[list[str]]:
    _, words = visit.reader.gettext, words_for(visit)
    yield [
        _("Began"),
        _("Kind"),
        _("Number"),
        _("Name"),
        _("What happened"),
        _("Seconds billed"),
        _("Yen"),
        _("Why"),
    ]
    for one in calls:
        call, number = one.record.call, words.other_number(one)
        yield [
            f"{call.started_at.astimezone(visit.reader.zone):%Y-%m-%d %H:%M:%S}",
            kind_word(visit.reader, one.kind),
            words.number(number) if number else _("Withheld number"),
            _harmless(words.names.get(number or "", "")),
            words.told(one),
            str(one.record.seconds),
            plain(one.record.charge.amount) if one.record.charge else "0",
            one.record.why(visit.reader.language),
        ]


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" else text
