"""The offer to take a change back: a token in a notice, and what stood before (R16).

A token reads `rsu_<operator id>_<secret>`: the operator stands in it so that the row is looked up among that operator's
rows only. The secret has 256 bits; the database keeps its SHA-256.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from telephony.forwarding.control.models import ChangeUndo
from telephony.numbers import Line

LONGEST_TOKEN = 60
_FORM = re.compile(r"rsu_([1-9][0-9]{0,8})_[A-Za-z0-9_-]{43}", re.ASCII)

What = Literal["forwarding", "phone-registered", "phone-unregistered", "pin"]


def offer_undo(
    session: Session, line: Line, what: What, before: dict[str, Any], *, now: datetime, valid_for: timedelta
) -> str:
    """A token by which whoever holds it can take the change back; only here is its secret ever seen."""
    token = f"rsu_{line.operator_id}_{secrets.token_urlsafe(32)}"
    session.add(
        ChangeUndo(
            operator_id=line.operator_id,
            line_id=line.id,
            digest=_digest(token),
            what=what,
            before=before,
            offered_at=now,
            until=now + valid_for,
        )
    )
    return token


def operator_of_undo(token: str) -> int | None:
    """The operator that a token belongs to, by its form alone; None for a text that is no token."""
    form = _FORM.fullmatch(token)
    return int(form.group(1)) if form else None


def open_offer(session: Session, token: str, now: datetime) -> ChangeUndo | None:
    """The offer of this token, to be looked at; None when it is unknown, over or used."""
    return session.scalar(
        select(ChangeUndo).where(
            ChangeUndo.digest == _digest(token), ChangeUndo.used_at.is_(None), ChangeUndo.until > now
        )
    )


def take_offer(session: Session, token: str, now: datetime) -> ChangeUndo | None:
    """The offer of this token, used from here on; None when it is unknown, over or used."""
    offer = session.scalar(
        select(ChangeUndo)
        .where(ChangeUndo.digest == _digest(token), ChangeUndo.used_at.is_(None), ChangeUndo.until > now)
        .with_for_update()
    )
    if offer is not None:
        offer.used_at = now
    return offer


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
