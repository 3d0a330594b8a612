"""Desk phones: SIP accounts lent with lines.

The carrier keeps the passwords, in the credential list of its SIP domain. Its API could be told them, but only by a
task, and then a password would stand in the outbox: staff enter it there by hand instead, when it is shown, once
(docs/desk-phones.md).
"""

from __future__ import annotations

import io
import secrets
import string
from dataclasses import dataclass
from datetime import datetime

import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from telephony.forwarding.calling_out.errors import DeskPhoneNotLendable
from telephony.forwarding.calling_out.lent_phones import live_desk_phone
from telephony.forwarding.calling_out.models import DeskPhone
from telephony.forwarding.cards import rewrite_card
from telephony.forwarding.rules import CallRules
from telephony.numbers import Line, LineNotLive, LineRules, get_line

PASSWORD_CHARACTERS = 20
# No characters that are taken for each other where somebody types a password into a telephone.
_LETTERS = "".join(character for character in string.ascii_letters if character not in "IOlo")
_DIGITS = "23456789"


@dataclass(frozen=True)
class IssuedDeskPhone:
    """What a desk phone is set up with; `password` is known to nobody else and shown once."""

    phone: DeskPhone
    password: str

    def qr_svg(self) -> str:
        """The account as a QR code for softphones: a SIP URI with its password (RFC 3261, 19.1.1)."""
        uri = f"sip:{self.phone.username}:{self.password}@{self.phone.domain};transport=tls"
        out = io.BytesIO()
        segno.make(uri, error="m", micro=False).save(out, kind="svg", scale=4, xmldecl=False)
        return out.getvalue().decode()


def lend_desk_phone(
    session: Session, rules: CallRules, line_rules: LineRules, line_id: int, now: datetime
) -> None:
    """Give a line that was just rented the desk phone of its plan, if the plan has one (NEX-05). Its password is shown
    when staff issue it."""
    line = get_line(session, line_id)
    if _lendable(rules, line_rules, line) and live_desk_phone(session, line_id) is None:
        _lend(session, rules, line, now)
        session.flush()


def issue_desk_phone(
    session: Session, rules: CallRules, line_rules: LineRules, line: Line, *, actor: str, now: datetime
) -> IssuedDeskPhone:
    """A new password for the line's desk phone. An account whose password was shown before is withdrawn, so that who
    has the old one can no longer call. Raises `LineNotLive`, `DeskPhoneNotLendable`."""
    if line.status == "ended":
        raise LineNotLive
    if not _lendable(rules, line_rules, line):
        raise DeskPhoneNotLendable
    session.execute(select(Line.id).where(Line.id == line.id).with_for_update(of=Line))
    phone = live_desk_phone(session, line.id)
    if phone is not None and phone.password_shown_at is not None:
        phone.withdrawn_at = now
        session.flush()
        phone = None
    if phone is None:
        phone = _lend(session, rules, line, now)
    phone.password_shown_at = now
    session.flush()
    _changed(session, rules, line, "desk-phone.issued", phone, actor, now)
    return IssuedDeskPhone(phone, _password())


def withdraw_desk_phone(session: Session, rules: CallRules, line: Line, *, actor: str, now: datetime) -> None:
    """Take the desk phone off the line: it neither rings nor calls any more. Raises `NotFound`."""
    phone = live_desk_phone(session, line.id)
    if phone is None:
        raise NotFound
    phone.withdrawn_at = now
    session.flush()
    _changed(session, rules, line, "desk-phone.withdrawn", phone, actor, now)


def _lendable(rules: CallRules, line_rules: LineRules, line: Line) -> bool:
    plan = line_rules.profile.line_plans.get(line.line_plan)
    return rules.forwarding.desk_phones is not None and plan is not None and plan.desk_phones > 0


def _lend(session: Session, rules: CallRules, line: Line, now: datetime) -> DeskPhone:
    assert rules.forwarding.desk_phones is not None
    phone = DeskPhone(
        operator_id=line.operator_id,
        line_id=line.id,
        username=f"desk-{secrets.token_hex(6)}",
        domain=rules.forwarding.desk_phones.sip_domain,
        lent_at=now,
    )
    session.add(phone)
    return phone


def _password() -> str:
    """Long, and with the kinds of characters that the carrier asks for."""
    while True:
        password = "".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(PASSWORD_CHARACTERS))
        kinds = (str.islower, str.isupper, str.isdigit)
        if all(any(map(kind, password)) for kind in kinds):
            return password


def _changed(
    session: Session, rules: CallRules, line: Line, action: str, phone: DeskPhone, actor: str, now: datetime
) -> None:
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"line:{line.id}",
        details={"username": phone.username},
    )
    rewrite_card(session, rules, line.id, now)
