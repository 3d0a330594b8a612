"""Registered cards and what became of charging them. Numbers of cards never come here: the provider has them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class CardCustomer(Base):
    """How the provider calls a member."""

    __tablename__ = "card_customers"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    reference: Mapped[str] = mapped_column(Text)


class CardSetup(Base):
    """A member wants to register a card: they enter it at `address`, a page of the provider's, which is there once the
    provider was asked (`open`)."""

    __tablename__ = "card_setups"
    __table_args__ = (
        CheckConstraint("status IN ('asked', 'open', 'done')", name="status"),
        CheckConstraint("(status = 'asked') = (reference IS NULL)", name="reference"),
        UniqueConstraint("operator_id", "reference"),
        Index("ix_card_setups_member_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    status: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)


class Card(Base):
    """The card of a member, as far as people need to know it again. `expires` reads `2028-04`."""

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("member_id"),
        CheckConstraint("last_four ~ '^[0-9]{4}$'", name="last_four"),
        CheckConstraint("expires ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="expires"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    method: Mapped[str] = mapped_column(Text)
    """The provider's reference."""
    brand: Mapped[str] = mapped_column(Text)
    last_four: Mapped[str] = mapped_column(Text)
    expires: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(Instant)


class CardCharge(Base):
    """One attempt to charge a card for an invoice. `unknown`: the provider did not answer, and is asked what became of
    it before anything is charged again (R09)."""

    __tablename__ = "card_charges"
    __table_args__ = (
        UniqueConstraint("invoice_id", "attempt"),
        UniqueConstraint("operator_id", "reference"),
        CheckConstraint("status IN ('asked', 'unknown', 'succeeded', 'declined')", name="status"),
        CheckConstraint("(status = 'succeeded') = (payment_id IS NOT NULL)", name="payment"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_card_charges_member_id", "operator_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    attempt: Mapped[int] = mapped_column(Integer)
    """From 1."""
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    customer: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    """The provider's, once it is known."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was declined, in the provider's word."""
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    looked_up: Mapped[int] = mapped_column(Integer, default=0)
    """How often the provider was asked what became of it."""
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))

    @property
    def key(self) -> str:
        """Under which the provider knows the attempt; the same for every repetition of it."""
        return f"rusuban-{self.operator_id}-invoice-{self.invoice_id}-{self.attempt}"


class CardEvent(Base):
    """What the provider told, once each; append-only. What is so now is asked afterwards, so that order is nothing."""

    __tablename__ = "card_events"
    __table_args__ = (UniqueConstraint("operator_id", "event"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    event: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Instant)


class CardDispute(Base):
    """A cardholder disputes a charge: its payment is reversed until the dispute is won."""

    __tablename__ = "card_disputes"
    __table_args__ = (
        UniqueConstraint("operator_id", "reference"),
        CheckConstraint("status IN ('open', 'won', 'lost')", name="status"),
        Index("ix_card_disputes_invoice_id", "invoice_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("card_charges.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    reference: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
