"""Pictures and scans go when their days are over (R31)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mail_handling.models import MailItem
from mail_handling.pictures.models import MailPicture, MailScan
from mail_handling.pictures.scans import remove_scan
from mail_handling.pictures.taking import remove_picture

UNUSED_DAYS = 1
"""A picture that was taken at the counter and of which no item came."""
STILL_HERE = ("unassigned", "waiting", "scanned")


def forget_pictures(
    session: Session, *, before: datetime, now: datetime, kept: Collection[int] = (), most: int
) -> int:
    """Of items that left, pictures taken before an instant, but those of the `kept` members; and what was never used.
    Returns how many."""
    left = (MailPicture.taken_at < before) & MailItem.status.not_in(STILL_HERE)
    free = or_(MailItem.member_id.is_(None), MailItem.member_id.not_in(kept))
    unused = MailPicture.item_id.is_(None) & (MailPicture.taken_at < now - timedelta(days=UNUSED_DAYS))
    statement = (
        select(MailPicture)
        .outerjoin(MailItem, MailItem.id == MailPicture.item_id)
        .where(MailPicture.removed_at.is_(None), or_(unused, left & free))
        .order_by(MailPicture.id)
        .limit(most)
        .with_for_update(of=MailPicture, skip_locked=True)
    )
    pictures = session.scalars(statement).all()
    for picture in pictures:
        remove_picture(session, picture, now)
    session.flush()
    return len(pictures)


def forget_scans(
    session: Session, *, before: datetime, now: datetime, kept: Collection[int] = (), most: int
) -> int:
    """Scans made before an instant, but those of the `kept` members. Returns how many."""
    statement = (
        select(MailScan)
        .where(MailScan.removed_at.is_(None), MailScan.made_at < before, MailScan.member_id.not_in(kept))
        .order_by(MailScan.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    scans = session.scalars(statement).all()
    for scan in scans:
        remove_scan(session, scan, now)
    session.flush()
    return len(scans)


def erase_pictures(session: Session, member_ids: Collection[int], *, now: datetime) -> None:
    """All of these members, at once."""
    pictures = session.scalars(
        select(MailPicture)
        .join(MailItem, MailItem.id == MailPicture.item_id)
        .where(MailItem.member_id.in_(member_ids), MailPicture.removed_at.is_(None))
    )
    for picture in pictures.all():
        remove_picture(session, picture, now)
    scans = select(MailScan).where(MailScan.member_id.in_(member_ids), MailScan.removed_at.is_(None))
    for scan in session.scalars(scans).all():
        remove_scan(session, scan, now)
    session.flush()
