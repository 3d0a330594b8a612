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


@dataclass(frozen=True, slots=True)
class NumberChanged:
    """A number became a control number, is none any more, or went to another carrier. Told in the session of the
    change."""

    stock_number_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LineTransferred:
    """A number went from the line of one member to a new line of another. Told in the session of the change."""

    from_line_id: int
    line_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SuspensionBegun:
    """A line was suspended, for a reason of the profile. Told in the session of the change."""

    line_id: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SuspensionLifted:
    """A line is suspended no more. Told in the session of the change."""

    line_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    """A phone (E.164) was registered on a line or taken off it. Told in the session of the change."""

    line_id: int
    number: str
    is_registered: bool
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PhoneReplaced:
    """A phone took the place of another on a line that has begun to serve (NEX-15). `phone_id` is the new one's. Told
    in the session of the change."""

    line_id: int
    member_id: int
    phone_id: int
    at: datetime
