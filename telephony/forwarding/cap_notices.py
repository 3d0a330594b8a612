"""What members and staff are written when a cap was neared or reached. The texts stand in the folder `notices`."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import structlog
from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.money import plain
from coworking.kit.notices import notify, register_templates
from coworking.kit.phone import from_e164
from coworking.membership import facts
from telephony.forwarding.cap_events import SYSTEM
from telephony.forwarding.cap_models import CapEvent
from telephony.forwarding.rules import CallRules
from telephony.numbers import get_line

CAP_WORDS: dict[str, dict[Language, str]] = {
    "concurrent-calls": {"ja": "同時に通話できる数", "en": "calls at the same time"},
    "calls-per-minute": {"ja": "1分間の通話の数", "en": "calls within a minute"},
    "minutes-per-day": {"ja": "1日の通話時間（分）", "en": "minutes of calls in a day"},
    "yen-per-day": {"ja": "1日の通話料（円）", "en": "yen of call charges in a day"},
    "own-yen-per-month": {
        "ja": "ご自身で決めた1か月の通話料（円）",
        "en": "yen of call charges in a month, by your own wish",
    },
}
SYSTEM_WORDS: dict[Language, str] = {"ja": "システム全体", "en": "the whole system"}

PACKAGE = "telephony.forwarding"
log = structlog.get_logger(__name__)


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def write_cap(session: Session, rules: CallRules, event: CapEvent, now: datetime) -> None:
    """To the member whose line or membership it is, and to staff where the operator names an address; of a cap of the
    whole system, to the log as well, for whoever runs it."""
    if event.subject == SYSTEM:
        log.warning("cap of the system", what=event.what, come_to=event.level, cap=plain(event.cap))
    kind, _, key = event.subject.partition(":")
    line = get_line(session, int(key)) if kind == "line" else None
    member_id = line.member_id if line else int(key) if kind == "member" else None
    number = from_e164(line.number).national if line else None
    if member_id is not None:
        member = facts(session, member_id)
        _write(
            session, rules, event, now, member.email, cast("Language", member.language), member.name, number
        )
    staff_address = rules.tariffs.metering.caps.staff_address
    if staff_address is not None:
        whose = SYSTEM_WORDS[rules.language] if event.subject == SYSTEM else event.subject
        _write(session, rules, event, now, staff_address, rules.language, None, number or whose)


def _write(
    session: Session,
    rules: CallRules,
    event: CapEvent,
    now: datetime,
    address: str,
    language: Language,
    member: str | None,
    number: str | None,
) -> None:
    notify(
        session,
        operator_id=event.operator_id,
        now=now,
        recipient="staff" if member is None else _recipient(session, event),
        address=address,
        kind=f"cap-{event.level}",
        language=language,
        member=member,
        number=number,
        what=CAP_WORDS[event.what][language],
        cap=plain(event.cap),
        counted=plain(event.counted),
        until=rules.tariffs.calendar.local(event.until),
    )


def _recipient(session: Session, event: CapEvent) -> str:
    kind, _, key = event.subject.partition(":")
    return f"member:{get_line(session, int(key)).member_id}" if kind == "line" else event.subject
