"""What accounts are entered and kept with, beside the password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.sealing import SEALED_COLUMNS, SealedColumn

PURPOSES = ("confirmation", "invitation", "password-reset", "address-change", "address-undo")
CHALLENGES = ("passkey-registration", "passkey-sign-in", "second-factor")


class MailedLink(Base):
    """A link that was mailed and works once, before `until`. Only the digest of its secret is kept. `address` is the
    mail address that the link would put on record."""

    __tablename__ = "mailed_links"
    __table_args__ = (
        CheckConstraint(f"purpose IN ({', '.join(repr(one) for one in PURPOSES)})", name="purpose"),
        Index("ix_mailed_links_account_id", "account_id", "purpose"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    purpose: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    address: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class MailRequest(Base):
    """That somebody unknown asked for a mail, kept to limit how many are sent (R21): digests of the mail address and of
    the network address that asked, whether anything was sent or not."""

    __tablename__ = "mail_requests"
    __table_args__ = (
        Index("ix_mail_requests_address", "operator_id", "address_digest", "at"),
        Index("ix_mail_requests_origin", "operator_id", "origin_digest", "at"),
        Index("ix_mail_requests_at", "operator_id", "at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    address_digest: Mapped[bytes] = mapped_column(LargeBinary)
    origin_digest: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)


class Passkey(Base):
    """A WebAuthn credential. `sign_count` is the last that its authenticator told; `is_synced`, whether it is kept on
    more than one device."""

    __tablename__ = "passkeys"
    __table_args__ = (
        UniqueConstraint("operator_id", "credential_id"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
        Index("ix_passkeys_account_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    is_synced: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInChallenge(Base):
    """What a ceremony must answer, once and before `until`. Without `account_id` anybody may: the answer says who."""

    __tablename__ = "sign_in_challenges"
    __table_args__ = (
        CheckConstraint(f"purpose IN ({', '.join(repr(one) for one in CHALLENGES)})", name="purpose"),
        CheckConstraint("(purpose = 'passkey-sign-in') OR (account_id IS NOT NULL)", name="account"),
        Index("ix_sign_in_challenges_until", "operator_id", "until"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    purpose: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SecondFactor(Base):
    """An account's codes by time (TOTP, RFC 6238). The secret is sealed; `confirmed_at` is set by the first right code,
    and `last_step` is the last half minute whose code was taken, so that none is taken twice."""

    __tablename__ = "second_factors"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)


def place_of_secret(account_id: int) -> str:
    return f"second_factors:{account_id}:secret"


SEALED_COLUMNS.append(
    SealedColumn(
        SecondFactor.sealed_secret, SecondFactor.account_id, lambda row: place_of_secret(row.account_id)
    )
)


class RecoveryCode(Base):
    """Stands in for a code of the second factor, once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("account_id", "digest"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
