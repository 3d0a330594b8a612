"""What members are written about their lines. The texts stand in the folder `notices`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_templates
from coworking.kit.phone import from_e164
from coworking.membership import facts
from telephony.numbers.line_record_models import ServiceHalt
from telephony.numbers.models import Line
from telephony.numbers.terms import LineRules

PACKAGE = "telephony.numbers"


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def write_line_rented(session: Session, rules: LineRules, line_id: int, now: datetime) -> None:
    line = session.get_one(Line, line_id)
    _write(session, line, "line-rented", now, starts=rules.calendar.local(line.starts_at))


def write_line_ending(session: Session, rules: LineRules, line_id: int, now: datetime) -> None:
    """That the line ends and when, and where the operator asks for it, that the number comes off pages and papers
    (NEX-22)."""
    line = session.get_one(Line, line_id)
    assert line.ends_at is not None
    ends = rules.calendar.local(line.ends_at)
    _write(session, line, "line-ending", now, ends=ends, removal=rules.profile.number_removal_confirmed)


def write_suspension(session: Session, rules: LineRules, line_id: int, reason: str, now: datetime) -> None:
    """That the line is suspended and why (NEX-19)."""
    line = session.get_one(Line, line_id)
    member = facts(session, line.member_id)
    words = rules.profile.suspension_reasons[reason].spoken(member.language)
    _write(session, line, "line-suspended", now, reason=words)


def write_suspension_lifted(session: Session, line_id: int, now: datetime) -> None:
    _write(session, session.get_one(Line, line_id), "line-resumed", now)


def write_line_transferred(session: Session, from_line_id: int, line_id: int, now: datetime) -> None:
    """To both members: that the number went, and that it came."""
    _write(session, session.get_one(Line, from_line_id), "line-transferred", now, came=False)
    _write(session, session.get_one(Line, line_id), "line-transferred", now, came=True)


def write_line_ported_out(
    session: Session, rules: LineRules, line: Line, at: datetime, now: datetime
) -> None:
    """That the number goes to another carrier and when."""
    _write(session, line, "line-ported-out", now, leaves=rules.calendar.local(at))


def write_halt(
    session: Session, halt: ServiceHalt, phase: str, member_id: int, lines: Sequence[Line], now: datetime
) -> None:
    """That the service on a member's lines is interrupted or restricted, or no more (NEX-20)."""
    member = facts(session, member_id)
    notify(
        session,
        operator_id=halt.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind=f"{halt.kind}-{phase}",
        language=cast("Language", member.language),
        member=member.name,
        numbers=[from_e164(line.number).national for line in lines],
        reason=halt.reason_ja if member.language == "ja" else halt.reason_en,
    )


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
