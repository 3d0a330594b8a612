"""Fields that only the service can read: AES-256-GCM, bound to their place, under keys that can be changed (R28).

A sealed value is one version byte, the key's id, 12 bytes of nonce and the ciphertext with its tag. It opens only where
it was sealed: another row's, another column's or a changed one is refused. New values are sealed with the first key;
older ones open with theirs until `reseal` has passed over them.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from coworking.kit.outbox import TaskContext, task

VERSION = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
LONGEST_VALUE = 64_000
"""Bytes of a value before it is sealed."""
MOST_A_ROUND = 1_000

_KEY_TEXT = re.compile(r"([a-z0-9]{1,16}):([A-Za-z0-9+/]{43}=)", re.ASCII)


class SealBroken(Exception):
    """The value was not sealed here, or it was changed, or its key is not among the keys."""


@dataclass(frozen=True)
class FieldKeys:
    """Keys by id in their order; the first seals."""

    keys: dict[str, bytes]

    def __post_init__(self) -> None:
        if not self.keys or any(len(key) != KEY_BYTES for key in self.keys.values()):
            raise ValueError(f"at least one key, each of {KEY_BYTES} bytes")

    @classmethod
    def read(cls, texts: Sequence[str]) -> FieldKeys:
        """From texts `id:base64 of 32 bytes`. Raises ValueError, which never holds a key."""
        keys: dict[str, bytes] = {}
        for text in texts:
            form = _KEY_TEXT.fullmatch(text)
            if form is None:
                raise ValueError("a key reads id:base64 of 32 bytes")
            if form.group(1) in keys:
                raise ValueError(f"two keys have the id {form.group(1)}")
            try:
                keys[form.group(1)] = base64.b64decode(form.group(2), validate=True)
            except binascii.Error as error:
                raise ValueError("a key reads id:base64 of 32 bytes") from error
        return cls(keys)

    @property
    def current(self) -> str:
        return next(iter(self.keys))

    def seal(self, value: str, *, place: str) -> bytes:
        """`place` names the row and the column, such as `mandates:12:account`: the same is needed to open it."""
        plain = value.encode()
        if len(plain) > LONGEST_VALUE:
            raise ValueError(f"a sealed value has at most {LONGEST_VALUE} bytes")
        key_id = self.current.encode()
        nonce = os.urandom(NONCE_BYTES)
        head = VERSION + bytes([len(key_id)]) + key_id
        return head + nonce + AESGCM(self.keys[self.current]).encrypt(nonce, plain, head + place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """Raises `SealBroken`."""
        head, nonce, secret = _parts(sealed)
        key = self.keys.get(head[2:].decode("ascii", "replace"))
        if key is None:
            raise SealBroken
        try:
            return AESGCM(key).decrypt(nonce, secret, head + place.encode()).decode()
        except InvalidTag as error:
            raise SealBroken from error


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values. `place_of` says a row's place; the row's key is its `id`."""

    column: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[int]
    place_of: Callable[[Any], str]


SEALED_COLUMNS: list[SealedColumn] = []
"""Every column that `reseal` passes over; a model's module enters its own."""


@task("sealing.reseal")
def reseal(context: TaskContext, *, day: str) -> None:
    """A weekly step: seal what an older key sealed with the first one, so that the older key can be thrown away."""
    keys = context.resource(FieldKeys)
    for sealed_column in SEALED_COLUMNS:
        if reseal_rows(context.session, keys, sealed_column) == MOST_A_ROUND:
            assert context.operator_id is not None
            reseal.enqueue(context.session, operator_id=context.operator_id, now=context.clock.now(), day=day)


def reseal_rows(session: Session, keys: FieldKeys, sealed_column: SealedColumn) -> int:
    """Reseal up to MOST_A_ROUND rows of the session's operator; returns how many."""
    model = sealed_column.column.class_
    current = VERSION + bytes([len(keys.current)]) + keys.current.encode()
    rows = session.scalars(
        select(model)
        .where(
            sealed_column.column.is_not(None),
            func.octet_length(sealed_column.column) > 0,  # what was erased holds nothing
            func.substr(sealed_column.column, 1, len(current)) != current,
        )
        .order_by(sealed_column.id)
        .limit(MOST_A_ROUND)
        .with_for_update(skip_locked=True)
    ).all()
    name = sealed_column.column.key
    for row in rows:
        place = sealed_column.place_of(row)
        setattr(row, name, keys.seal(keys.open(getattr(row, name), place=place), place=place))
    session.flush()
    return len(rows)


def _parts(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    if len(sealed) < 2 or sealed[:1] != VERSION:
        raise SealBroken
    end = 2 + sealed[1]
    head, nonce, secret = sealed[:end], sealed[end : end + NONCE_BYTES], sealed[end + NONCE_BYTES :]
    if len(head) != end or len(nonce) != NONCE_BYTES or not secret:
        raise SealBroken
    return head, nonce, secret
