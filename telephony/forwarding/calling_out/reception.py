"""The reception phone at an office: a visitor asks for a member, and the member's line rings (NEX-24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.membership import MemberRules, facts
from telephony.forwarding.callbacks import OUT_ENDED, Callbacks
from telephony.forwarding.calling_out.asking import enter_attempt
from telephony.forwarding.calling_out.errors import NoLiveLine, ReceptionForOfficesOnly, ReceptionPhoneMissing
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.rules import CallRules
from telephony.numbers import Line, list_lines

CALLER = "reception"
"""What routing is told of who calls: nobody who withholds a number, and no number that a rule could be about."""


def ask_from_reception(
    session: Session,
    rules: CallRules,
    member_rules: MemberRules,
    member_id: int,
    *,
    actor: str,
    now: datetime,
) -> CallAttempt:
    """Ring the reception phone of the member's office, then the member's first live line as a caller would. Raises
    `NotFound`, `ReceptionForOfficesOnly`, `ReceptionPhoneMissing`, `NoLiveLine`, `CallUnderWay`."""
    member = facts(session, member_id)
    if member.plan not in rules.forwarding.reception.member_plans:
        raise ReceptionForOfficesOnly
    office = member_rules.profile.offices.get(member.office)
    if office is None or office.reception_phone is None:
        raise ReceptionPhoneMissing
    line = _first_live_line(session, member_id, now)
    attempt = enter_attempt(session, line, "reception", office.reception_phone, None, now)
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action="call.asked-by-reception",
        subject=f"line:{line.id}",
        details={"office": member.office},
    )
    return attempt


def _first_live_line(session: Session, member_id: int, now: datetime) -> Line:
    for line in list_lines(session, member_id=member_id):
        if line.status != "ended" and line.starts_at <= now:
            return line
    raise NoLiveLine


@dataclass(frozen=True, slots=True)
class ReceptionCallbacks(Callbacks):
    """The addresses of a call whose first leg is the reception phone: what is called there is not the line, so the call
    goes on at an address that names it."""

    def next(self, line_id: int, rung: int) -> str:
        return f"{self.public_url}{OUT_ENDED}?line={line_id}&rung={rung}&role=reception"
