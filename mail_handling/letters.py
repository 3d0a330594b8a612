"""What members are told about their mail. A subject never says from whom it is: it may stand on a locked screen."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_templates
from coworking.membership import facts

PACKAGE = "mail_handling"


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def write(session: Session, member_id: int, kind: str, now: datetime, **details: Any) -> None:
    """Write a notice of this kind to the member, in the member's language."""
    member = facts(session, member_id)
    notify(
        session,
        operator_id=member.operator_id,
        now=now,
        recipient=f"member:{member_id}",
        address=member.email,
        kind=kind,
        language=cast("Language", member.language),
        member=member.name,
        **details,
    )
