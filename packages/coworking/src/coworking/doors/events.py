"""Facts that doors tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class VisitBegun:
    """A member is in. `reservation_id` is the reserved time that they came for, if there is one."""

    visit_id: int
    member_id: int
    office_id: int
    reservation_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """A member is out, or counts as out since closing time; [entered_at, left_at)."""

    visit_id: int
    member_id: int
    office_id: int
    entered_at: datetime
    left_at: datetime
    at: datetime
