"""Letters to the address of a record: not to be forwarded, with a code that comes back from whoever is there."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.profile_fields import Words
from coworking.kit.typesetting import typeset
from coworking.membership.identity.errors import IdentityIncomplete, WrongRecordStatus
from coworking.membership.identity.facts import addressee
from coworking.membership.identity.methods import method_on
from coworking.membership.identity.models import AddressLetter, IdentityRecord
from coworking.membership.identity.records import (
    OPEN,
    IdentityRules,
    approve_if_nothing_waits,
    facts_of,
    held_record,
)
from coworking.membership.passwords import Passwords
from coworking.membership.terms import held

CODE_LENGTH = 8
CODE_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_TRIES = 5
TEMPLATE = Path(__file__).parent / "papers" / "address_letter.typ"
DO_NOT_FORWARD = Words("転送不要", "Do not forward")
TITLE = Words("ご住所の確認", "Confirming your address")
OPENING = Words(
    "お申し込みの住所にお届けできることを確かめるためにお送りしています。",
    "We send you this letter to confirm that it reaches you at the address that you gave.",
)
ENTER = Words(
    "会員ページで、次のコードを {until} までに入力してください。",
    "Enter the following code on your page by {until}.",
)
NOT_YOURS = Words(
    "お心当たりのない場合は、開封せずにお戻しください。",
    "If you did not ask for this, please send it back.",
)


def write_letter(
    session: Session,
    rules: IdentityRules,
    passwords: Passwords,
    record_id: int,
    *,
    sender: str,
    actor: str,
    now: datetime,
) -> bytes:
    """The letter as PDF, with a code that is nowhere else; it takes the place of an earlier one. Raises `NotFound`,
    `WrongRecordStatus`, `IdentityIncomplete`."""
    entry, member = held_record(session, record_id)
    if entry.status not in OPEN:
        raise WrongRecordStatus(status=entry.status)
    named = addressee(facts_of(rules.keys, entry), member.kind)
    if named is None:
        raise IdentityIncomplete(missing=member.kind)
    name, address = named
    code = "".join(secrets.choice(CODE_CHARACTERS) for _ in range(CODE_LENGTH))
    until = now + timedelta(days=rules.members.profile.identity.letter_days)
    letter = AddressLetter(
        operator_id=entry.operator_id,
        record_id=entry.id,
        code_hash=passwords.hash(code),
        made_at=now,
        made_by=actor,
        usable_until=until,
        tries=0,
    )
    session.add(letter)
    session.flush()
    _record(session, entry, "letter-written", actor, now)
    language = member.person.language
    last_day = rules.members.calendar.local_date(until - timedelta(seconds=1)).isoformat()
    facts: dict[str, Any] = {
        "lang": language,
        "mark": DO_NOT_FORWARD.spoken(language),
        "name": name,
        "address": address,
        "title": TITLE.spoken(language),
        "lines": [OPENING.spoken(language), ENTER.spoken(language).format(until=last_day)],
        "code": f"{code[:4]} {code[4:]}",
        "closing": NOT_YOURS.spoken(language),
        "sender": sender,
        "date": rules.today(now).isoformat(),
    }
    return typeset(TEMPLATE, facts, written_at=now)


def code_is_right(
    session: Session,
    rules: IdentityRules,
    passwords: Passwords,
    member_id: int,
    code: str,
    *,
    actor: str,
    now: datetime,
) -> bool:
    """Count a try at the code of the member's last letter; the right one confirms the address. The count has to be
    kept whatever comes of it, so a wrong code raises nothing here. Raises `NotFound`."""
    member = held(session, member_id)
    letter = _usable(session, member_id, now)
    if letter is None:
        return False
    letter.tries += 1
    if not passwords.matches(letter.code_hash, _normal(code)):
        session.flush()
        return False
    letter.confirmed_at = now
    entry = session.get_one(IdentityRecord, letter.record_id)
    _record(session, entry, "address-confirmed", actor, now)
    session.flush()
    way = method_on(entry.method, "company" if member.kind == "company" else "person", rules.today(now))
    approve_if_nothing_waits(session, rules, entry, way, entry.checked_by or actor, now)
    return True


def _usable(session: Session, member_id: int, now: datetime) -> AddressLetter | None:
    """The last letter to the member, if its code can still be tried."""
    letter = session.scalar(
        select(AddressLetter)
        .join(IdentityRecord, IdentityRecord.id == AddressLetter.record_id)
        .where(IdentityRecord.member_id == member_id, IdentityRecord.status.in_(OPEN))
        .order_by(AddressLetter.id.desc())
        .limit(1)
    )
    if letter is None or letter.confirmed_at is not None:
        return None
    return letter if now < letter.usable_until and letter.tries < MOST_TRIES else None


def _normal(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()


def _record(session: Session, entry: IdentityRecord, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=entry.operator_id,
        at=now,
        actor=actor,
        action=f"identity.{action}",
        subject=f"member:{entry.member_id}",
        details={"record": entry.id},
    )
