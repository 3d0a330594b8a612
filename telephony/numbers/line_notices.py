"""What members are written about their lines. The texts stand in the folder `notices`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_templates
from coworking.kit.phone import from_e164
from coworking.membership import facts
from telephony.numbers.lines import get_line
from telephony.numbers.models import Line
from telephony.numbers.terms import LineRules

PACKAGE = "telephony.numbers"


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def write_line_rented(session: Session, rules: LineRules, line_id: int, now: datetime) -> None:
    line = get_line(session, line_id)
    _write(session, line, "line-rented", now, starts=rules.calendar.local(line.starts_at))


def write_line_ending(session: Session, rules: LineRules, line_id: int, now: datetime) -> None:
    """That the line ends and when, and where the operator asks for it, that the number comes off pages and papers
    (NEX-22)."""
    line = get_line(session, line_id)
    assert line.ends_at is not None
    ends = rules.calendar.local(line.ends_at)
    _write(session, line, "line-ending", now, ends=ends, removal=rules.profile.number_removal_confirmed)


def _write(session: Session, line: Line, kind: str, now: datetime, **details: Any) -> None:
    member = facts(session, line.member_id)
    notify(
        session,
        operator_id=line.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind=kind,
        language=cast("Language", member.language),
        member=member.name,
        number=from_e164(line.number).national,
        **details,
    )
