"""Tables of mail. An item's history is append-only; what the item's own row says follows from it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount

KINDS = "'letter', 'parcel', 'registered', 'cod'"
CHOICES = "'keep', 'scan', 'forward', 'bundle', 'dispose', 'return', 'pick-up'"
STATUSES = (
    "'unassigned', 'waiting', 'scanned', 'distributed', 'handed-over', 'forwarded', 'disposed', 'returned'"
)
WHATS = (
    "'received', 'assigned', 'put-back', 'noticed', 'instructed', 'confirmed', 'scanned', 'moved', 'distributed', "
    "'handed-over', 'forwarded', 'disposed', 'returned'"
)
ENDS = "'handed-over', 'forwarded', 'disposed', 'returned'"


class MailItem(Base):
    """`received_on` is the local day of arrival. What may change says what the history says: `member_id`, `status`,
    `location`, `instruction` with who gave it, and `disposable_on`, the first local day of a disposal that was
    confirmed. Through `charged_through` its member owes no more for storage, as it was charged or as nobody knew."""

    __tablename__ = "mail_items"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"status IN ({STATUSES})", name="status"),
        CheckConstraint(f"instruction IN ({CHOICES})", name="instruction"),
        CheckConstraint("weight_g > 0", name="weight"),
        CheckConstraint("status <> 'unassigned' OR member_id IS NULL", name="unassigned"),
        CheckConstraint(
            "member_id IS NOT NULL OR status IN ('unassigned', 'disposed', 'returned')", name="assigned"
        ),
        CheckConstraint("(instruction IS NULL) = (instructed_by IS NULL)", name="instructed"),
        CheckConstraint("disposable_on IS NULL OR instruction = 'dispose'", name="disposable"),
        Index("ix_mail_items_member_id", "member_id", "id"),
        Index("ix_mail_items_received_on", "operator_id", "received_on", "id"),
        Index("ix_mail_items_disposable_on", "operator_id", "disposable_on", "id"),
        Index("ix_mail_items_tracking_number", "operator_id", "tracking_number"),
        Index(
            "ix_mail_items_here",
            "operator_id",
            "status",
            "id",
            postgresql_where="status IN ('unassigned', 'waiting', 'scanned')",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    kind: Mapped[str] = mapped_column(Text)
    sender: Mapped[str | None] = mapped_column(Text)
    addressee: Mapped[str | None] = mapped_column(Text)
    tracking_number: Mapped[str | None] = mapped_column(Text)
    weight_g: Mapped[int | None] = mapped_column(Integer)
    received_at: Mapped[datetime] = mapped_column(Instant)
    received_on: Mapped[date] = mapped_column(Date)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    status: Mapped[str] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    instruction: Mapped[str | None] = mapped_column(Text)
    instructed_by: Mapped[str | None] = mapped_column(Text)
    disposable_on: Mapped[date | None] = mapped_column(Date)
    charged_through: Mapped[date | None] = mapped_column(Date)
    warned_on: Mapped[date | None] = mapped_column(Date)


class MailEvent(Base):
    """One line of an item's history. `number` counts from 1 in each item; a history ends once. `by` is an account, or
    `rules` for what the operator's rules or the member's standing instruction bring; `acted_as` says in which part.
    `via` names what it came by, such as `hand-over:7`."""

    __tablename__ = "mail_events"
    __table_args__ = (
        CheckConstraint(f"what IN ({WHATS})", name="what"),
        CheckConstraint(f"instruction IN ({CHOICES})", name="instruction"),
        CheckConstraint("acted_as IN ('staff', 'member', 'rules')", name="acted_as"),
        UniqueConstraint("item_id", "number"),
        Index("uq_mail_events_end", "item_id", unique=True, postgresql_where=f"what IN ({ENDS})"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("mail_items.id"))
    number: Mapped[int] = mapped_column(Integer)
    what: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(Text)
    acted_as: Mapped[str] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    location: Mapped[str | None] = mapped_column(Text)
    instruction: Mapped[str | None] = mapped_column(Text)
    disposable_on: Mapped[date | None] = mapped_column(Date)
    via: Mapped[str | None] = mapped_column(Text)


class MailWord(Base):
    """By which an item is found: the words of addressee, sender and member, folded. In the order of their bytes, so
    that a beginning is a range of the index."""

    __tablename__ = "mail_words"
    __table_args__ = (Index("ix_mail_words_word", "operator_id", "word", "item_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("mail_items.id"), primary_key=True)
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))


class StandingInstruction(Base):
    """What a member wants done with every item that fits all that is said; what is None fits everything. `weekday` (0
    is Monday) is that of arrival. With `after_days` it waits until the item is so many days old, with `before_storage`
    until the day of the storage warning; otherwise it holds at once."""

    __tablename__ = "standing_instructions"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"choice IN ({CHOICES})", name="choice"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("after_days > 0", name="after_days"),
        CheckConstraint("NOT (before_storage AND after_days IS NOT NULL)", name="when"),
        Index("ix_standing_instructions_member_id", "member_id", postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    choice: Mapped[str] = mapped_column(Text)
    sender: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    weekday: Mapped[int | None] = mapped_column(SmallInteger)
    after_days: Mapped[int | None] = mapped_column(Integer)
    before_storage: Mapped[bool] = mapped_column(Boolean)
    given_at: Mapped[datetime] = mapped_column(Instant)
    given_by: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class MailGrant(Base):
    """A member's one-time code for a hand-over, valid in [issued_at, expires_at). Only its digest is kept."""

    __tablename__ = "mail_grants"
    __table_args__ = (
        Index("ix_mail_grants_member_id", "member_id"),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="outcome"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class HandOver(Base):
    """That items were handed to somebody: by the member's code (`grant_id`), or by name and a document that was seen.
    `signature` is the path of an SVG, drawn on the screen."""

    __tablename__ = "mail_hand_overs"
    __table_args__ = (
        CheckConstraint("(grant_id IS NULL) = (document IS NOT NULL)", name="proof"),
        CheckConstraint("(document IS NULL) = (recipient IS NULL)", name="recipient"),
        Index("ix_mail_hand_overs_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("mail_grants.id"), unique=True)
    recipient: Mapped[str | None] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column(Text)
    signature: Mapped[str | None] = mapped_column(Text)
    handed_at: Mapped[datetime] = mapped_column(Instant)
    handed_by: Mapped[str] = mapped_column(Text)


class MailBatch(Base):
    """Items of one member that were sent on together."""

    __tablename__ = "mail_batches"
    __table_args__ = (
        CheckConstraint("postage >= 0 AND handling_fee >= 0", name="amounts"),
        Index("ix_mail_batches_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    way: Mapped[str] = mapped_column(Text)
    addressee: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    postage: Mapped[Decimal] = mapped_column(YenAmount)
    handling_fee: Mapped[Decimal] = mapped_column(YenAmount)
    tracking_number: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[str] = mapped_column(Text)
