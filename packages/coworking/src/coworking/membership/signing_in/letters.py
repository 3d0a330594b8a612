"""What is mailed about accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_templates
from coworking.membership.models import Account, Member

PACKAGE = "coworking.membership.signing_in"


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def account_title(session: Session, account: Account) -> str:
    """What the account is called in a letter: the company's name for a company's, otherwise the person's."""
    member = session.get(Member, account.member_id) if account.member_id is not None else None
    return member.name if member is not None else account.person.name


def write(
    session: Session, account: Account, kind: str, now: datetime, *, address: str | None = None, **facts: Any
) -> None:
    """A letter to the account's mail address, or to `address`."""
    notify(
        session,
        operator_id=account.operator_id,
        now=now,
        recipient=f"member:{account.member_id}" if account.member_id else f"account:{account.id}",
        address=address or account.person.email,
        kind=kind,
        language=cast("Language", account.person.language),
        account=account_title(session, account),
        sign_in_name=account.sign_in_name,
        **facts,
    )


def keep_record(
    session: Session,
    account: Account,
    action: str,
    now: datetime,
    *,
    actor: str | None = None,
    **details: Any,
) -> None:
    """In the audit trail; by the account itself unless `actor` says otherwise."""
    record(
        session,
        operator_id=account.operator_id,
        at=now,
        actor=actor or f"account:{account.id}",
        action=action,
        subject=f"account:{account.id}",
        details=details,
    )
