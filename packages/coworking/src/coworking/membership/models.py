"""People, companies and what they are to an operator."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coworking.kit.db import Base, Id, Instant


class Office(Base):
    """A place of the operator, as its profile names it."""

    __tablename__ = "offices"
    __table_args__ = (UniqueConstraint("operator_id", "name"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    name: Mapped[str] = mapped_column(Text)
    area_code: Mapped[str] = mapped_column(Text)


class Person(Base):
    __tablename__ = "people"
    __table_args__ = (Index("ix_people_email", "operator_id", "email"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    kana: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    birth_date: Mapped[date | None] = mapped_column(Date)


class Company(Base):
    """`address`, `phone` and `email` are the company's own, beside those of its representative."""

    __tablename__ = "companies"

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    name: Mapped[str] = mapped_column(Text)
    representative_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    kana: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)


class Member(Base):
    """A person or a company on a plan. `ends_on` is the last day, inclusive."""

    __tablename__ = "members"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'company')", name="kind"),
        CheckConstraint("(kind = 'company') = (company_id IS NOT NULL)", name="company"),
        CheckConstraint(
            "status IN ('applied', 'active', 'suspended', 'leaving', 'ended', 'refused', 'limited', 'struck')",
            name="status",
        ),
        CheckConstraint("capacity > 0", name="capacity"),
        Index("ix_members_person_id", "person_id"),
        Index("ix_members_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    plan: Mapped[str] = mapped_column(Text)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    capacity: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="joined")
    company: Mapped[Company | None] = relationship(lazy="joined")
    office: Mapped[Office] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        return self.company.name if self.company else self.person.name


ROLES = ("member", "company-representative", "reception", "billing", "administrator")


class Account(Base):
    """A way to sign in. One person may have several (their own and a company's), each with its own sign-in name.

    Nobody enters before `confirmed_at`, when the mail address was proven or staff vouched for it, nor after
    `closed_at`. Without `password_set_at` the hash is of a password that nobody knows.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("operator_id", "sign_in_name"),
        CheckConstraint(f"role IN ({', '.join(repr(role) for role in ROLES)})", name="role"),
        Index("ix_accounts_person_id", "person_id"),
        # JSUG-01: a company has one representative, who enters by one account.
        Index(
            "uq_accounts_representative",
            "member_id",
            unique=True,
            postgresql_where="role = 'company-representative' AND closed_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    sign_in_name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    password_set_at: Mapped[datetime | None] = mapped_column(Instant)
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="joined")


class Token(Base):
    """What a signed-in account shows. Only the digest is kept. Valid in [created_at, expires_at). `factors` is how many
    were shown for it; `shown_at`, when one was shown last."""

    __tablename__ = "tokens"
    __table_args__ = (
        CheckConstraint("factors IN (1, 2)", name="factors"),
        Index("ix_tokens_account_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    factors: Mapped[int] = mapped_column(SmallInteger)
    shown_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
