"""What numbers tell the packages above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LineRented:
    """A line was lent to a member. Told in the session that lent it."""

    line_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """Somebody gave notice to end a line. Told in the session that took it."""

    line_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LineChanged:
    """A line was rented, started, suspended, ended, or its number left it. Told in the session of the change."""

    line_id: int
    at: datetime
