"""Names and signatures go when their days are over (R31). That an item came and went, when and whose it was, stays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from mail_handling.histories import ENDS
from mail_handling.models import HandOver, MailBatch, MailEvent, MailItem, MailWord

LEFT = ENDS | {"distributed"}


def forget_items(session: Session, *, before: datetime, kept: Collection[int] = (), most: int) -> int:
    """What is written on items that left, and to which nothing happened since an instant, but those of the `kept`
    members. Returns of how many."""
    later = select(MailEvent.id).where(MailEvent.item_id == MailItem.id, MailEvent.at >= before)
    words = select(MailWord.item_id).where(MailWord.item_id == MailItem.id).exists()
    named = or_(*(column.is_not(None) for column in _NAMES), words)
    statement = (
        select(MailItem.id)
        .where(
            MailItem.status.in_(LEFT),
            MailItem.received_at < before,
            named,
            ~later.exists(),
            _free(MailItem.member_id, kept),
        )
        .order_by(MailItem.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    old = session.scalars(statement).all()
    if not old:
        return 0
    forget_names(session, old)
    return len(old)


def forget_names(session: Session, item_ids: Collection[int]) -> None:
    session.execute(delete(MailWord).where(MailWord.item_id.in_(item_ids)))
    session.execute(
        update(MailItem)
        .where(MailItem.id.in_(item_ids))
        .values(dict.fromkeys((column.key for column in _NAMES), None))
    )


def forget_hand_overs(session: Session, *, before: datetime, kept: Collection[int] = (), most: int) -> int:
    """Signatures, and who showed a document. Returns of how many hand-overs."""
    old = session.scalars(
        select(HandOver.id)
        .where(HandOver.handed_at < before, _SIGNED, _free(HandOver.member_id, kept))
        .order_by(HandOver.id)
        .limit(most)
    ).all()
    if not old:
        return 0
    forget_signatures(session, HandOver.id.in_(old))
    return len(old)


def forget_signatures(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(update(HandOver).where(which, HandOver.signature.is_not(None)).values(signature=None))
    session.execute(update(HandOver).where(which, HandOver.recipient != "").values(recipient=""))


def forget_destinations(session: Session, *, before: datetime, kept: Collection[int] = (), most: int) -> int:
    """To whom and where batches were sent. Returns of how many."""
    old = session.scalars(
        select(MailBatch.id)
        .where(MailBatch.sent_at < before, MailBatch.address != "", _free(MailBatch.member_id, kept))
        .order_by(MailBatch.id)
        .limit(most)
    ).all()
    if not old:
        return 0
    session.execute(update(MailBatch).where(MailBatch.id.in_(old)).values(addressee="", address=""))
    return len(old)


_NAMES = (MailItem.sender, MailItem.addressee, MailItem.tracking_number)
_SIGNED = HandOver.signature.is_not(None) | (HandOver.recipient != "")


def _free(
    member_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], kept: Collection[int]
) -> ColumnElement[bool]:
    return or_(member_id.is_(None), member_id.not_in(kept))
