"""Charges that staff take back for good, and give back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from telephony.metering.usage_models import ChargeHold


def held_among(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of these charge keys under which nothing may be posted."""
    return set(session.scalars(select(ChargeHold.key).where(ChargeHold.key.in_(keys)))) if keys else set()


def charge_holds(session: Session, keys: Sequence[str]) -> dict[str, ChargeHold]:
    if not keys:
        return {}
    found = session.scalars(select(ChargeHold).where(ChargeHold.key.in_(keys)))
    return {hold.key: hold for hold in found}


def hold_charge(
    session: Session, operator_id: int, key: str, *, reason: str, held_by: str, now: datetime
) -> bool:
    """Let nothing be posted under a key from now on; says whether that is new. What stands is taken back when its call
    is settled next."""
    statement = insert(ChargeHold).values(
        key=key, operator_id=operator_id, reason=reason, held_by=held_by, held_at=now
    )
    entered = session.scalars(statement.on_conflict_do_nothing().returning(ChargeHold.key)).all()
    return bool(entered)


def release_charge(session: Session, key: str) -> bool:
    """Take a hold away; says whether there was one."""
    released = session.scalars(
        delete(ChargeHold).where(ChargeHold.key == key).returning(ChargeHold.key)
    ).all()
    return bool(released)
