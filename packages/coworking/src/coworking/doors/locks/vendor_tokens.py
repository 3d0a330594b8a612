"""OAuth tokens of accounts with vendors: kept sealed where a renewal replaces them, renewed without holding anything.

A vendor that rotates refresh tokens takes each of them once. Whoever finds a token refused renews it, and who comes
second finds the newer one: it is looked for before and after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock as ThreadLock
from typing import Any, Final, Protocol

import httpx
from sqlalchemy import ForeignKey, Identity, LargeBinary, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.doors.locks.vendor_http import body_of
from coworking.kit.clock import Clock
from coworking.kit.db import Base, Database, Id, Instant
from coworking.kit.sealing import SEALED_COLUMNS, FieldKeys, SealedColumn

LONGEST_TOKEN: Final = 8_000


class LockToken(Base):
    """The tokens of one account with a vendor, as they were renewed last."""

    __tablename__ = "lock_tokens"
    __table_args__ = (UniqueConstraint("operator_id", "account"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    account: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    renewed_at: Mapped[datetime] = mapped_column(Instant)


def _place(operator_id: int, account: str) -> str:
    return f"lock_tokens:{operator_id}:{account}"


SEALED_COLUMNS.append(
    SealedColumn(LockToken.sealed, LockToken.id, lambda row: _place(row.operator_id, row.account))
)


class TokenSource(Protocol):
    def token(self) -> str | None:
        """The token to try; None where there is none to be had now."""
        ...

    def renewed(self, refused_token: str) -> str | None:
        """Another token than the one that was refused; None where there is none to be had now."""
        ...


def _fetch(client: httpx.Client, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
    """The token endpoint's answer (RFC 6749, section 5.1); empty where it gave none."""
    try:
        answer = client.post(url, data=dict(form))
    except httpx.HTTPError:
        return {}
    return body_of(answer) if answer.is_success else {}


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_TOKEN else None


@dataclass
class ClientCredentials:
    """Tokens for an application's own account (RFC 6749, section 4.4): each process fetches its own, and forgets it
    when it ends."""

    client: httpx.Client
    url: str
    client_id: str
    client_secret: str = field(repr=False)
    _token: str | None = field(default=None, repr=False)
    _lock: ThreadLock = field(default_factory=ThreadLock, repr=False)

    def token(self) -> str | None:
        return self._token or self._renew(None)

    def renewed(self, refused_token: str) -> str | None:
        return self._renew(refused_token)

    def _renew(self, refused_token: str | None) -> str | None:
        with self._lock:
            if self._token is not None and self._token != refused_token:
                return self._token
            form = {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            }
            self._token = _text(_fetch(self.client, self.url, form), "access_token")
            return self._token


@dataclass(frozen=True)
class RefreshTokens:
    """Tokens of a person's consent (RFC 6749, section 6), whose refresh token changes with each use: the newest are
    kept in the database, and `refresh_token` of the settings begins the row."""

    client: httpx.Client
    url: str
    client_id: str
    account: str
    operator_id: int
    database: Database
    clock: Clock
    keys: FieldKeys = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    def token(self) -> str | None:
        kept = self.database.run(self._kept, self.operator_id)
        return kept["access_token"] if kept else self._renew(self.refresh_token)

    def renewed(self, refused_token: str) -> str | None:
        kept = self.database.run(self._kept, self.operator_id)
        if kept is not None and kept["access_token"] != refused_token:
            return kept["access_token"]
        return self._renew(kept["refresh_token"] if kept else self.refresh_token)

    def _renew(self, refresh_token: str) -> str | None:
        form = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": refresh_token,
        }
        body = _fetch(self.client, self.url, form)
        access = _text(body, "access_token")
        if access is None:  # another process may have been faster with this refresh token
            kept = self.database.run(self._kept, self.operator_id)
            return kept["access_token"] if kept and kept["refresh_token"] != refresh_token else None
        pair = {"access_token": access, "refresh_token": _text(body, "refresh_token") or refresh_token}
        self.database.run(lambda session: self._keep(session, pair), self.operator_id)
        return access

    def _kept(self, session: Session) -> dict[str, str] | None:
        sealed = session.scalar(select(LockToken.sealed).where(LockToken.account == self.account))
        if sealed is None:
            return None
        opened: dict[str, str] = json.loads(
            self.keys.open(sealed, place=_place(self.operator_id, self.account))
        )
        return opened

    def _keep(self, session: Session, pair: Mapping[str, str]) -> None:
        row = {
            "sealed": self.keys.seal(json.dumps(pair), place=_place(self.operator_id, self.account)),
            "renewed_at": self.clock.now(),
        }
        statement = insert(LockToken).values(operator_id=self.operator_id, account=self.account, **row)
        session.execute(statement.on_conflict_do_update(index_elements=["operator_id", "account"], set_=row))
