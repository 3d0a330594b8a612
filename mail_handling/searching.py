"""Finding items: by name, tracking number, day, member, status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from coworking.kit.listing import OLDEST_FIRST, Listing
from mail_handling.models import MailItem, MailWord
from mail_handling.words import LAST, beginning


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is None does not narrow the list. `name` is how a word of addressee, sender or member begins."""

    member_id: int | None = None
    status: str | None = None
    instruction: str | None = None
    kind: str | None = None
    name: str | None = None
    tracking_number: str | None = None
    received_on: date | None = None


def list_items(
    session: Session, wanted: Wanted, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[MailItem]:
    statement = listing.part(select(MailItem), MailItem.id, after_id, limit)
    return session.scalars(statement.where(*_narrowed(wanted))).all()


def _narrowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (MailItem.member_id, wanted.member_id),
        (MailItem.status, wanted.status),
        (MailItem.instruction, wanted.instruction),
        (MailItem.kind, wanted.kind),
        (MailItem.tracking_number, wanted.tracking_number),
        (MailItem.received_on, wanted.received_on),
    ):
        if value is not None:
            yield column == value
    if wanted.name is not None:
        begins = beginning(wanted.name)
        if not begins:
            yield false()
            return
        words = select(MailWord.item_id).where(MailWord.word >= begins, MailWord.word < begins + LAST)
        yield MailItem.id.in_(words)
