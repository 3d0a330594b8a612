"""Tables of pictures and scans. The bytes lie in the file store; here stand whose they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Identity, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class MailPicture(Base):
    """The outside of an item, or a page of what was in it. Without an item it was taken at the counter and not used
    yet. A page goes when the scan is made of it."""

    __tablename__ = "mail_pictures"
    __table_args__ = (
        CheckConstraint("kind IN ('outside', 'page')", name="kind"),
        CheckConstraint("kind = 'outside' OR item_id IS NOT NULL", name="page"),
        Index("ix_mail_pictures_item_id", "item_id", "id"),
        Index("ix_mail_pictures_taken_at", "operator_id", "taken_at", postgresql_where="removed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("mail_items.id"))
    kind: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    thumbnail_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    taken_by: Mapped[str] = mapped_column(Text)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class MailScan(Base):
    """What was in an item, as one PDF. `member_id` is whose the item was when it was opened: nobody else reads it,
    whoever the item is assigned to later. The file is there when `made_at` is."""

    __tablename__ = "mail_scans"
    __table_args__ = (
        CheckConstraint("pages > 0", name="pages"),
        CheckConstraint("(made_at IS NULL) = (file_id IS NULL)", name="made"),
        CheckConstraint("(made_at IS NULL) = (is_searchable IS NULL)", name="searchable"),
        Index("ix_mail_scans_item_id", "item_id", "id"),
        Index("uq_mail_scans_unmade", "item_id", unique=True, postgresql_where="made_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("mail_items.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    pages: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    is_searchable: Mapped[bool | None] = mapped_column(Boolean)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
