"""Holding members for a transaction that writes what refers to them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.membership.models import Member


def keep_members(session: Session, member_ids: Collection[int]) -> None:
    """See to it that these members can be referred to until the transaction ends. Who will also wait for another lock
    takes this one first: whoever holds a member and waits for that lock would otherwise wait for ever."""
    kept = select(Member.id).where(Member.id.in_(member_ids)).order_by(Member.id)
    session.execute(kept.with_for_update(key_share=True)).all()
