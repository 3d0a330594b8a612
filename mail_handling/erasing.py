"""What is erased of a member's mail: whose names stand on it. That items came and went stays, as the law asks."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mail_handling.forgetting import LEFT, forget_names, forget_signatures
from mail_handling.models import HandOver, MailBatch, MailGrant, MailItem, StandingInstruction


def erase_mail(session: Session, member_ids: Collection[int]) -> None:
    """Of items that are gone, and of batches that were sent. What still lies here keeps what stands on it."""
    own = MailItem.member_id.in_(member_ids) & MailItem.status.in_(LEFT)
    forget_names(session, session.scalars(select(MailItem.id).where(own)).all())
    forget_signatures(session, HandOver.member_id.in_(member_ids))
    session.execute(
        update(MailBatch).where(MailBatch.member_id.in_(member_ids)).values(addressee="", address="")
    )
    session.execute(delete(StandingInstruction).where(StandingInstruction.member_id.in_(member_ids)))
    unused = MailGrant.member_id.in_(member_ids) & MailGrant.used_at.is_(None)
    session.execute(delete(MailGrant).where(unused))
