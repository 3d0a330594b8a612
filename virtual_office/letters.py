"""What members and staff are told about the address."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_templates
from coworking.membership import MemberFacts

PACKAGE = "virtual_office"


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def write_to_member(session: Session, member: MemberFacts, kind: str, now: datetime, **facts: Any) -> None:
    notify(
        session,
        operator_id=member.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind=kind,
        language=cast("Language", member.language),
        member=member.name,
        **facts,
    )
