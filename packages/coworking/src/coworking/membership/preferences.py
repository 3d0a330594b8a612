"""What somebody who signs in chooses for themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language
from coworking.membership.models import Account
from coworking.membership.tokens import Actor


def choose_language(
    session: Session, actor: Actor, language: Language, *, channel: str, now: datetime
) -> None:
    """From now on the person is written to in this language."""
    person = session.get_one(Account, actor.account_id).person
    if person.language == language:
        return
    person.language = language
    record(
        session,
        operator_id=actor.operator_id,
        at=now,
        actor=actor.reference,
        action="person.language-chosen",
        subject=f"person:{person.id}",
        details={"language": language},
        channel=channel,
    )
    session.flush()
