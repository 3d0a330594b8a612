"""Tables of groups, preferences, announcements, events, news, contents and published terms."""

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
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class Group(Base):
    """A group that staff have opened, beside those of the profile."""

    __tablename__ = "member_groups"
    __table_args__ = (
        UniqueConstraint("operator_id", "name"),
        CheckConstraint("kind IN ('working-group', 'regional-forum')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    title_ja: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    community_link: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)


class GroupPick(Base):
    """That a member is interested in a group, by the group's name."""

    __tablename__ = "group_picks"
    __table_args__ = (Index("ix_group_picks_name", "operator_id", "group_name", "member_id"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    group_name: Mapped[str] = mapped_column(Text, primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    picked_at: Mapped[datetime] = mapped_column(Instant)


class Preference(Base):
    """What a member wants to be sent. Who has no row wants both."""

    __tablename__ = "member_preferences"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    newsletters: Mapped[bool] = mapped_column(Boolean)
    postal_mailings: Mapped[bool] = mapped_column(Boolean)
    set_at: Mapped[datetime] = mapped_column(Instant)


class Announcement(Base):
    """`group_name` is None for all. `told_up_to_id` is the last member to whom it was written; who was passed over lies
    below it, too. It is over at `finished_at`."""

    __tablename__ = "announcements"
    __table_args__ = (
        CheckConstraint("kind IN ('notice', 'newsletter')", name="kind"),
        CheckConstraint("NOT (is_important AND kind = 'newsletter')", name="important"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(Text)
    group_name: Mapped[str | None] = mapped_column(Text)
    is_important: Mapped[bool] = mapped_column(Boolean)
    subject_ja: Mapped[str] = mapped_column(Text)
    subject_en: Mapped[str] = mapped_column(Text)
    body_ja: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    announced_at: Mapped[datetime] = mapped_column(Instant)
    announced_by: Mapped[str] = mapped_column(Text)
    told_up_to_id: Mapped[int] = mapped_column(Id)
    told: Mapped[int] = mapped_column(Integer)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class AnnouncementCopy(Base):
    """The notice by which an announcement went to a member."""

    __tablename__ = "announcement_copies"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), unique=True)


class CommunityEvent(Base):
    """An event that members sign up for. `price` is 0 for a free one, `capacity` None for as many as come."""

    __tablename__ = "community_events"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        CheckConstraint("price >= 0", name="price"),
        Index("ix_community_events_starts_at", "operator_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    group_name: Mapped[str | None] = mapped_column(Text)
    title_ja: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    details_ja: Mapped[str] = mapped_column(Text)
    details_en: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    capacity: Mapped[int | None] = mapped_column(Integer)
    price: Mapped[Decimal] = mapped_column(YenAmount)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    called_off_at: Mapped[datetime | None] = mapped_column(Instant)


class SignUp(Base):
    """A member takes part in an event; `price` is that of the time of signing up."""

    __tablename__ = "event_sign_ups"
    __table_args__ = (
        Index(
            "uq_event_sign_ups_standing",
            "event_id",
            "member_id",
            unique=True,
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        Index("ix_event_sign_ups_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("community_events.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    price: Mapped[Decimal] = mapped_column(YenAmount)
    signed_up_at: Mapped[datetime] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)


class NewsItem(Base):
    """On the public list until it is withdrawn."""

    __tablename__ = "news_items"

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    title_ja: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    body_ja: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class MemberContent(Base):
    """What only members read: contents, and what supporting members benefit from."""

    __tablename__ = "member_contents"
    __table_args__ = (CheckConstraint("kind IN ('content', 'supporter-benefit')", name="kind"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(Text)
    title_ja: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    body_ja: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class PublishedTerms(Base):
    """A version of the terms that staff have published, beside those of the profile. It binds from `valid_from`."""

    __tablename__ = "published_terms"
    __table_args__ = (
        UniqueConstraint("operator_id", "version"),
        UniqueConstraint("operator_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    version: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    changes_ja: Mapped[str] = mapped_column(Text)
    changes_en: Mapped[str] = mapped_column(Text)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id"))
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(Text)


class TermsAcceptance(Base):
    """Who accepted which version, the first time."""

    __tablename__ = "terms_acceptances"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    version: Mapped[str] = mapped_column(Text, primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    accepted_at: Mapped[datetime] = mapped_column(Instant)
    accepted_by: Mapped[str] = mapped_column(Text)
