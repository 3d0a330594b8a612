"""After the end the member takes the number off web pages and papers, and says so (NEX-22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.listing import OLDEST_FIRST, Listing
from telephony.numbers.errors import LineNotEnding
from telephony.numbers.line_records import record_line
from telephony.numbers.models import Line


def confirm_number_removed(session: Session, line: Line, *, actor: str, now: datetime) -> Line:
    """Keep when it was first confirmed. Raises `LineNotEnding` before notice was given."""
    if line.ends_at is None:
        raise LineNotEnding
    if line.number_removal_confirmed_at is None:
        line.number_removal_confirmed_at = now
        record_line(session, line, "line.number-removal-confirmed", actor, now, {})
        session.flush()
    return line


def number_removals(
    session: Session, *, confirmed: bool | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[Line]:
    """Lines that end or have ended, confirmed or not."""
    statement = listing.part(select(Line), Line.id, after_id, limit).where(Line.ends_at.is_not(None))
    if confirmed is not None:
        statement = statement.where(Line.number_removal_confirmed_at.is_not(None) == confirmed)
    return session.scalars(statement).all()
