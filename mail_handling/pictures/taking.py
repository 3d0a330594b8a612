"""Pictures of items: taken at the counter, read by the item's member and by staff only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.images import JPEG, Picture, draw_anew, thumbnail
from coworking.kit.stored_files import Files, keep_file, read_file, remove_file
from coworking.kit.virus_check import VirusScanner
from mail_handling.items import get_item
from mail_handling.models import MailItem
from mail_handling.pictures.errors import PictureTaken, TooManyPictures
from mail_handling.pictures.models import MailPicture

MOST_PICTURES = 12
"""Of the outside of one item."""

Kind = Literal["outside", "page"]
Size = Literal["full", "thumbnail"]


@dataclass(frozen=True)
class Taking:
    """What taking a picture needs of the deployment."""

    files: Files
    scanner: VirusScanner


def receive(taking: Taking, data: bytes) -> Picture:
    """What was sent, drawn anew. Raises `FileInfected`, `VirusCheckAway`, `ImageTooLarge`, `ImageNotReadable`."""
    taking.scanner.check(data)
    return draw_anew(data)


def keep_picture(
    session: Session,
    taking: Taking,
    picture: Picture,
    *,
    kind: Kind,
    item: MailItem | None,
    operator_id: int,
    actor: str,
    now: datetime,
) -> MailPicture:
    """Raises `TooManyPictures`, `TryAgain`."""
    if kind == "outside" and item is not None:
        _require_room(session, item)
    kept = [
        keep_file(session, taking.files, one.jpeg, media_type=JPEG, operator_id=operator_id, now=now)
        for one in (picture, thumbnail(picture))
    ]
    row = MailPicture(
        operator_id=operator_id,
        item_id=item.id if item is not None else None,
        kind=kind,
        file_id=kept[0].id,
        thumbnail_id=kept[1].id,
        width=picture.width,
        height=picture.height,
        taken_at=now,
        taken_by=actor,
    )
    session.add(row)
    session.flush()
    _record(session, row, "picture.taken", actor, now)
    return row


def attach_picture(
    session: Session, picture_id: int, item: MailItem, *, actor: str, now: datetime
) -> MailPicture:
    """A picture that was taken before its item was entered belongs to it now. Again for the same item changes nothing.
    Raises `NotFound`, `PictureTaken`, `TooManyPictures`."""
    row = session.get(MailPicture, picture_id, with_for_update=True)
    if row is None or row.removed_at is not None:
        raise NotFound
    if row.item_id is not None and row.item_id != item.id:
        raise PictureTaken
    if row.item_id is None:
        _require_room(session, item)
        row.item_id = item.id
        session.flush()
        _record(session, row, "picture.attached", actor, now)
    return row


def pictures_of(session: Session, item_id: int, *, kind: Kind = "outside") -> Sequence[MailPicture]:
    return session.scalars(
        select(MailPicture)
        .where(MailPicture.item_id == item_id, MailPicture.kind == kind, MailPicture.removed_at.is_(None))
        .order_by(MailPicture.id)
    ).all()


def read_picture(
    session: Session,
    files: Files,
    picture_id: int,
    *,
    member_id: int | None,
    size: Size,
    actor: str,
    channel: str,
    now: datetime,
) -> bytes:
    """The JPEG, for the member whose the item is now (`member_id`) or for staff (None). Pages of a scan are staff's
    while it is made. Raises `NotFound`."""
    row = session.get(MailPicture, picture_id)
    if row is None or row.removed_at is not None or not _may_see(session, row, member_id):
        raise NotFound
    _record(session, row, "picture.read", actor, now, channel)
    return read_file(session, files, row.file_id if size == "full" else row.thumbnail_id)


def remove_picture(session: Session, row: MailPicture, now: datetime) -> None:
    remove_file(session, row.file_id, now=now)
    remove_file(session, row.thumbnail_id, now=now)
    row.removed_at = now


def _may_see(session: Session, row: MailPicture, member_id: int | None) -> bool:
    if member_id is None:
        return True
    return (
        row.kind == "outside"
        and row.item_id is not None
        and get_item(session, row.item_id).member_id == member_id
    )


def _require_room(session: Session, item: MailItem) -> None:
    own = MailPicture.item_id == item.id, MailPicture.kind == "outside"
    if (session.scalar(select(func.count()).select_from(MailPicture).where(*own)) or 0) >= MOST_PICTURES:
        raise TooManyPictures(most=MOST_PICTURES)


def _record(
    session: Session, row: MailPicture, action: str, actor: str, now: datetime, channel: str = "api"
) -> None:
    record(
        session,
        operator_id=row.operator_id,
        at=now,
        actor=actor,
        action=f"mail.{action}",
        subject=f"mail-picture:{row.id}",
        details={"item": row.item_id} if row.item_id is not None else {},
        channel=channel,
    )
