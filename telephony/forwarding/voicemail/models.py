"""Messages, sounds, members' announcements and missed calls."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant

MOST_SOUND_BYTES = 16 * 1024 * 1024
"""Of one sound: a quarter of an hour as the carrier records."""
KINDS = ("unanswered", "outside_hours", "forwarding_off", "voicemail_greeting")
"""The announcements that a member may replace, by the names that the profile has for them."""


class Sound(Base):
    """Audio as a WAV file that was written here. One with a `token` is an announcement, which the carrier fetches by
    it; `serves_until` is set when another took its place: a call that was told of it may still ask."""

    __tablename__ = "sounds"
    __table_args__ = (CheckConstraint(f"length(wav) <= {MOST_SOUND_BYTES}", name="wav"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    token: Mapped[str | None] = mapped_column(Text, unique=True)
    seconds: Mapped[int] = mapped_column(Integer)
    wav: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    stored_at: Mapped[datetime] = mapped_column(Instant)
    serves_until: Mapped[datetime | None] = mapped_column(Instant)


class VoicemailMessage(Base):
    """A message that a caller left. It waits until the carrier's recording is fetched (kept) or cannot be had (lost). A
    deleted one keeps its row, without the caller's number: the call may be told again."""

    __tablename__ = "voicemail_messages"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'kept', 'lost', 'deleted')", name="state"),
        CheckConstraint("(state = 'kept') = (sound_id IS NOT NULL)", name="sound"),
        CheckConstraint("(state = 'deleted') = (deleted_at IS NOT NULL)", name="deleted"),
        Index("ix_voicemail_messages_member_id", "member_id", "id"),
        Index("ix_voicemail_messages_line_id", "line_id", "id"),
        Index("ix_voicemail_messages_call_sid", "call_sid"),
        Index("ix_voicemail_messages_left_at", "operator_id", "left_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    call_sid: Mapped[str] = mapped_column(Text)
    recording_sid: Mapped[str] = mapped_column(Text, unique=True)
    from_number: Mapped[str | None] = mapped_column(Text)
    seconds: Mapped[int] = mapped_column(Integer)
    left_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    sound_id: Mapped[int | None] = mapped_column(ForeignKey("sounds.id"))
    heard_at: Mapped[datetime | None] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)


class VoicemailSetting(Base):
    """What a line's member is mailed; without a row the profile's defaults hold."""

    __tablename__ = "voicemail_settings"

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    mails_recording: Mapped[bool] = mapped_column(Boolean)
    mails_missed: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class LineAnnouncement(Base):
    """What callers of a line hear instead of the operator's announcement: words in a language, or a sound."""

    __tablename__ = "line_announcements"
    __table_args__ = (
        UniqueConstraint("line_id", "kind"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("language IN ('ja', 'en')", name="language"),
        CheckConstraint(
            "(words IS NULL) = (language IS NULL) AND (words IS NULL) <> (sound_id IS NULL)",
            name="words_or_sound",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    kind: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text)
    sound_id: Mapped[int | None] = mapped_column(ForeignKey("sounds.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class MissedCall(Base):
    """A call that reached nobody, or a message that it left, once each: what the member is written about. `told_at` is
    when the mail was written that tells of it; mails over the hour's limit are held back and summed up."""

    __tablename__ = "missed_calls"
    __table_args__ = (
        UniqueConstraint("message_id"),
        Index("uq_missed_calls_call_sid", "call_sid", unique=True, postgresql_where="message_id IS NULL"),
        CheckConstraint("state IN ('new', 'unwanted', 'mailed', 'held-back', 'summed-up')", name="state"),
        Index("ix_missed_calls_line_id", "line_id", "told_at"),
        Index("ix_missed_calls_called_at", "operator_id", "called_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    call_sid: Mapped[str] = mapped_column(Text)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("voicemail_messages.id"))
    from_number: Mapped[str | None] = mapped_column(Text)
    called_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
