"""The figures of every line's month in which something may be unusual."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from telephony.forwarding.rules import CallRules
from telephony.metering import Anomaly, LineMonth, find_anomalies, month_before, month_span

AT_LIMIT_SECONDS = 2
MOST_UNUSUAL = 1_000
"""Short of the longest that a call may last: it was cut."""

_LINES = text(
    """
    SELECT line_id,
        count(*) FILTER (WHERE counted_on >= :first AND direction = 'in' AND from_number LIKE '+%') AS shown_calls,
        count(*) FILTER (WHERE counted_on >= :first AND direction = 'in' AND from_number LIKE '+%'
            AND from_number NOT LIKE '+81%') AS foreign_calls,
        count(*) FILTER (WHERE counted_on >= :first AND is_at_night) AS night_calls,
        count(*) FILTER (WHERE counted_on < :first AND is_at_night) AS night_calls_before,
        count(*) FILTER (WHERE counted_on >= :first AND billed_seconds >= :long_seconds) AS long_calls,
        count(*) FILTER (WHERE counted_on >= :first AND billed_seconds >= :limit_seconds) AS calls_at_limit,
        coalesce(max(billed_seconds) FILTER (WHERE counted_on >= :first), 0) AS longest_seconds,
        count(*) FILTER (WHERE counted_on >= :first AND is_own) AS calls_from_own_lines
    FROM (
        SELECT line_id, counted_on, direction, from_number, billed_seconds,
            from_number IN (SELECT number FROM routing_cards) AS is_own,
            coalesce(CASE WHEN CAST(:night_starts AS time) < CAST(:night_ends AS time)
                THEN (answered_at AT TIME ZONE :zone)::time >= :night_starts
                    AND (answered_at AT TIME ZONE :zone)::time < :night_ends
                ELSE (answered_at AT TIME ZONE :zone)::time >= :night_starts
                    OR (answered_at AT TIME ZONE :zone)::time < :night_ends
            END, false) AS is_at_night
        FROM calls WHERE counted_on BETWEEN :first_before AND :last AND line_id IS NOT NULL
    ) AS of_two_months
    GROUP BY line_id
    """
)
_PAIRS = text(
    """
    SELECT line_id, sum(least(there, back) * 2) AS calls_back_and_forth
    FROM (
        SELECT array_agg(DISTINCT line_id) AS line_ids,
            count(*) FILTER (WHERE from_number < to_number) AS there,
            count(*) FILTER (WHERE from_number > to_number) AS back
        FROM calls
        WHERE counted_on BETWEEN :first AND :last AND line_id IS NOT NULL AND from_number LIKE '+%'
        GROUP BY least(from_number, to_number), greatest(from_number, to_number)
        HAVING count(*) FILTER (WHERE from_number < to_number) > 0
            AND count(*) FILTER (WHERE from_number > to_number) > 0
    ) AS pairs, unnest(line_ids) AS line_id
    GROUP BY line_id
    """
)
_BURSTS = text(
    """
    SELECT line_id, max(calls) AS most_short_calls
    FROM (
        SELECT line_id, count(*) AS calls FROM calls
        WHERE counted_on BETWEEN :first AND :last AND line_id IS NOT NULL AND billed_seconds <= :burst_seconds
        GROUP BY line_id, date_trunc('hour', started_at)
    ) AS hours
    GROUP BY line_id
    """
)


def unusual_lines(session: Session, rules: CallRules, month: str) -> list[Anomaly]:
    """The furthest from usual first, at most `MOST_UNUSUAL`."""
    found = find_anomalies(_line_months(session, rules, month), rules.tariffs.metering.unusual)
    return found[:MOST_UNUSUAL]


def _line_months(session: Session, rules: CallRules, month: str) -> list[LineMonth]:
    calendar, unusual = rules.tariffs.calendar, rules.tariffs.metering.unusual
    span = month_span(calendar, month)
    of_month = {"first": span.first, "last": span.last}
    figures: dict[int, dict[str, int]] = {}
    asked: list[tuple[Any, dict[str, Any]]] = [
        (
            _LINES,
            {
                **of_month,
                "first_before": month_before(span.first),
                "zone": calendar.zone.key,
                "night_starts": unusual.night.starts_at,
                "night_ends": unusual.night.ends_at,
                "long_seconds": unusual.long_seconds,
                "limit_seconds": rules.forwarding.limits.call_seconds - AT_LIMIT_SECONDS,
            },
        ),
        (_PAIRS, of_month),
        (_BURSTS, {**of_month, "burst_seconds": unusual.burst_seconds}),
    ]
    for statement, values in asked:
        for row in session.execute(statement, values).mappings():
            of_line = figures.setdefault(row["line_id"], {})
            of_line.update({name: int(value) for name, value in row.items() if name != "line_id"})
    return [LineMonth(line_id=line_id, **of_line) for line_id, of_line in sorted(figures.items())]
