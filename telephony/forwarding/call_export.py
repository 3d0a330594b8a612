"""Calls as CSV for a spreadsheet: UTF-8 with a byte order mark, RFC 4180, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.errors import Language
from coworking.kit.money import plain
from coworking.kit.phone import InvalidPhoneNumber, from_e164
from telephony.forwarding.call_review import CallFilter, call_rows, call_totals
from telephony.forwarding.errors import TooManyCalls
from telephony.forwarding.models import Call
from telephony.numbers import lines_of_calls

MOST_EXPORTED = 50_000
BYTE_ORDER_MARK = "\ufeff"
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")

HEADERS: dict[Language, tuple[str, ...]] = {
    "ja": (
        "通話ID",
        "開始",
        "応答",
        "終了",
        "向き",
        "回線",
        "発信元",
        "着信先",
        "料金区分",
        "結果",
        "通話秒数",
        "単位数",
        "料金（円）",
        "計上日",
        "取消",
    ),
    "en": (
        "call",
        "started",
        "answered",
        "ended",
        "direction",
        "line",
        "from",
        "to",
        "class",
        "outcome",
        "seconds",
        "units",
        "amount (yen)",
        "counted on",
        "reversed",
    ),
}
DIRECTIONS: dict[str, dict[Language, str]] = {
    "in": {"ja": "着信", "en": "incoming"},
    "out": {"ja": "発信", "en": "outgoing"},
    "control": {"ja": "操作", "en": "control"},
    "reception": {"ja": "受付", "en": "reception"},
}
OUTCOMES: dict[str, dict[Language, str]] = {
    "answered": {"ja": "応答", "en": "answered"},
    "no-answer": {"ja": "応答なし", "en": "no answer"},
    "busy": {"ja": "話し中", "en": "busy"},
    "failed": {"ja": "接続できず", "en": "failed"},
    "refused": {"ja": "拒否", "en": "refused"},
    "announcement": {"ja": "案内", "en": "announcement"},
    "voicemail": {"ja": "留守番電話", "en": "voicemail"},
}


def export_calls(
    session: Session,
    calendar: BusinessCalendar,
    wanted: CallFilter,
    language: Language,
    *,
    actor: str,
    now: datetime,
) -> bytes:
    """The file, newest call first; who takes it away is on record. Raises `TooManyCalls`."""
    found = call_totals(session, wanted).count
    if found > MOST_EXPORTED:
        raise TooManyCalls(found=found, most=MOST_EXPORTED)
    calls = call_rows(session, calendar, wanted, MOST_EXPORTED)
    lines = lines_of_calls(session, {call.line_id for call in calls if call.line_id is not None}, ())
    numbers = {line_id: line.number for line_id, line in lines.by_id.items()}
    record(
        session,
        operator_id=session.info["operator_id"],
        at=now,
        actor=actor,
        action="calls.exported",
        subject=f"member:{wanted.member_id}" if wanted.member_id is not None else "calls",
        details={
            "from": wanted.first_day.isoformat(),
            "to": wanted.last_day.isoformat(),
            "calls": len(calls),
        },
    )
    return csv_of(calls, numbers, calendar, language)


def csv_of(
    calls: Iterable[Call], numbers: Mapping[int, str], calendar: BusinessCalendar, language: Language
) -> bytes:
    """Pure. Times are local; telephone numbers are written with hyphens, so that they stay texts."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(HEADERS[language])

    def local(at: datetime | None) -> str:
        return f"{calendar.local(at):%Y-%m-%d %H:%M:%S}" if at is not None else ""

    for call in calls:
        row = (
            call.carrier_sid,
            local(call.started_at),
            local(call.answered_at),
            local(call.ended_at),
            DIRECTIONS[call.direction][language],
            _number(numbers.get(call.line_id or 0)),
            _number(call.from_number),
            _number(call.to_number),
            call.call_class or "",
            OUTCOMES[call.outcome][language] if call.outcome else "",
            str(call.billed_seconds),
            str(call.units),
            plain(call.amount),
            call.counted_on.isoformat() if call.counted_on else "",
            "x" if call.is_held else "",
        )
        writer.writerow([_harmless(cell) for cell in row])
    return (BYTE_ORDER_MARK + file.getvalue()).encode()


def _number(text: str | None) -> str:
    if text is None:
        return ""
    try:
        return from_e164(text).national
    except InvalidPhoneNumber:
        return text


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula becomes a text."""
    return f"'{cell}" if cell.startswith(STARTS_FORMULA) else cell
