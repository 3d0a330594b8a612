"""The books: double entry, append-only."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class JournalEntry(Base):
    """One event in the books. Its lines sum to 0, or the database refuses the transaction (R32). `key` says what it
    books (`invoice:12`, `payment:7`), so that booking it again changes nothing."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        UniqueConstraint("operator_id", "key"),
        Index("ix_journal_entries_booked_on", "operator_id", "booked_on"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    booked_on: Mapped[date] = mapped_column(Date)
    booked_at: Mapped[datetime] = mapped_column(Instant)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    counterparty: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    """The number of the paper, or the reference of the payment."""


class JournalLine(Base):
    """Debit is positive, credit negative. Accounts are named in `journal.ACCOUNTS`."""

    __tablename__ = "journal_lines"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_journal_lines_entry_id", "entry_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entries.id"))
    account: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    """What it was for (`dues`, `call`), or the means of payment; empty where the account says it all."""
    amount: Mapped[Decimal] = mapped_column(YenAmount)


class ClosedMonth(Base):
    """A month in which nothing is booked any more. `month` reads `2026-06`."""

    __tablename__ = "closed_months"
    __table_args__ = (UniqueConstraint("operator_id", "month"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    month: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime] = mapped_column(Instant)
    closed_by: Mapped[str] = mapped_column(Text)
