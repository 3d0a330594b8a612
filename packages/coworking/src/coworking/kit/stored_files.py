"""Files of people: sealed before they are stored, opened only through the row that holds their secret (R23, R28).

Each file is encrypted (AES-256-GCM) with a key of its own, which stands sealed in its row. So a key of the deployment
changes without touching a file, a file whose row was rolled back or wiped can be read by nobody, and a store that leaks
leaks nothing. The file is written before its row is committed and deleted after its row was wiped.
"""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.errors import NotFound
from coworking.kit.file_store import FileGone, FileStore
from coworking.kit.outbox import TaskContext, task
from coworking.kit.sealing import KEY_BYTES, NONCE_BYTES, SEALED_COLUMNS, FieldKeys, SealBroken, SealedColumn

ORPHAN_AGE = timedelta(days=1)
"""A file without a row is deleted when it is so old: its transaction is over by then."""
MOST_A_SWEEP = 10_000
KEYS_AT_ONCE = 500


class StoredFile(Base):
    """A file of the store. A removed one has no secret any more."""

    __tablename__ = "stored_files"
    __table_args__ = (
        CheckConstraint("(secret IS NULL) = (removed_at IS NOT NULL)", name="secret"),
        Index("ix_stored_files_removed_at", "operator_id", "removed_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    key: Mapped[str] = mapped_column(Text, unique=True)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(Integer)
    stored_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


def _place_of(row: StoredFile) -> str:
    return f"stored_files:{row.key}:secret"


SEALED_COLUMNS.append(SealedColumn(StoredFile.secret, StoredFile.id, _place_of))


@dataclass(frozen=True)
class Files:
    """The store and the keys, as edges hand them on."""

    store: FileStore
    keys: FieldKeys


def keep_file(
    session: Session, files: Files, data: bytes, *, media_type: str, operator_id: int, now: datetime
) -> StoredFile:
    """Raises `TryAgain` where the store is away, ValueError where the file is too large for it."""
    key = f"op{operator_id}/{secrets.token_hex(1)}/{secrets.token_hex(16)}"
    secret, nonce = AESGCM.generate_key(KEY_BYTES * 8), os.urandom(NONCE_BYTES)
    files.store.put(key, nonce + AESGCM(secret).encrypt(nonce, data, key.encode()))
    row = StoredFile(
        operator_id=operator_id,
        key=key,
        media_type=media_type,
        size_bytes=len(data),
        stored_at=now,
    )
    row.secret = files.keys.seal(base64.b64encode(secret).decode(), place=_place_of(row))
    session.add(row)
    session.flush()
    return row


def read_file(session: Session, files: Files, stored_file_id: int) -> bytes:
    """Raises `NotFound` where it is removed or not this operator's, `TryAgain`, `SealBroken`; LookupError where a store
    has lost it."""
    row = session.get(StoredFile, stored_file_id)
    if row is None or row.secret is None:
        raise NotFound
    secret = base64.b64decode(files.keys.open(row.secret, place=_place_of(row)))
    try:
        sealed = files.store.get(row.key)
        return AESGCM(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.key.encode())
    except FileGone as error:
        raise LookupError(f"the store has lost the file {row.id}") from error
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error


def remove_file(session: Session, stored_file_id: int, *, now: datetime) -> None:
    """It cannot be read any more once this is committed; its bytes are deleted by a task. Doing it again changes
    nothing."""
    row = session.get_one(StoredFile, stored_file_id, with_for_update=True)
    if row.removed_at is None:
        row.secret, row.removed_at = None, now
        session.flush()
        delete_file.enqueue(session, operator_id=row.operator_id, now=now, stored_file_id=row.id)


@task("files.delete")
def delete_file(context: TaskContext, *, stored_file_id: int) -> None:
    row = context.session.get(StoredFile, stored_file_id)
    if row is not None and row.removed_at is not None:
        context.resource(Files).store.delete(row.key)


@task("files.sweep")
def sweep(context: TaskContext, *, day: str) -> None:
    """A weekly step: delete the files that no row knows, which a transaction left behind that was rolled back."""
    assert context.operator_id is not None
    store = context.resource(Files).store
    # Of the wall clock's time as the store keeps it, so that a virtual clock that runs ahead sweeps nothing fresh.
    before = context.clock.now() - ORPHAN_AGE
    waiting: list[str] = []
    swept = 0
    for key in store.keys(f"op{context.operator_id}/", before=before):
        waiting.append(key)
        if len(waiting) == KEYS_AT_ONCE:
            swept += _delete_unknown(context.session, store, waiting)
            waiting = []
        if swept >= MOST_A_SWEEP:
            break
    _delete_unknown(context.session, store, waiting)


def _delete_unknown(session: Session, store: FileStore, keys: list[str]) -> int:
    known = set(
        session.scalars(
            select(StoredFile.key).where(StoredFile.key.in_(keys), StoredFile.removed_at.is_(None))
        )
    )
    unknown = [key for key in keys if key not in known]
    for key in unknown:
        store.delete(key)
    return len(unknown)
