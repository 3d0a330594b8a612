"""QR codes that the service signs: a member's own, which lasts a minute and is used once, and the fixed ones at the
entrance and the exit of a place. Both can be verified with the public key alone, without a network.

A code is its kind, base64url of the signed fields, and of an Ed25519 signature over kind and fields.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from coworking.doors.errors import QrExpired, QrInvalid

Direction = Literal["entry", "exit"]

MEMBER_KIND: Final = "rsq1"
ENTRANCE_KIND: Final = "rse1"
LONGEST_CODE: Final = 200
"""Characters."""
LONGEST_LIFE: Final = timedelta(seconds=60)
MOST_SKEW: Final = timedelta(seconds=5)
"""A code of the future by more than this is not ours: the clock that made it, or the one that reads it, is wrong."""
SIGNATURE_BYTES: Final = 64

_MEMBER: Final = struct.Struct(">IQQQ16s")
_ENTRANCE: Final = struct.Struct(">IQ?")
_FORM: Final = re.compile(r"(rsq1|rse1)_([A-Za-z0-9_-]{100,180})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MemberQr:
    """Valid in [issued_at, expires_at), once."""

    operator_id: int
    member_id: int
    issued_at: datetime
    expires_at: datetime
    nonce: bytes


@dataclass(frozen=True, slots=True)
class EntranceCode:
    """Hangs at a place."""

    operator_id: int
    office_id: int
    direction: Direction


class CodeSigner:
    """`seed` is the 32 bytes of the private key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        """32 bytes, as whoever verifies without us holds them."""
        return self._key.public_key().public_bytes_raw()

    def member_qr(self, operator_id: int, member_id: int, now: datetime, lasts: timedelta) -> str:
        """A new code of a member, to the second."""
        if not timedelta(0) < lasts <= LONGEST_LIFE:
            raise ValueError("a code lasts a minute at most")
        issued = int(now.timestamp())
        fields = _MEMBER.pack(
            operator_id, member_id, issued, issued + int(lasts.total_seconds()), secrets.token_bytes(16)
        )
        return self._signed(MEMBER_KIND, fields)

    def entrance_code(self, operator_id: int, office_id: int, direction: Direction) -> str:
        """The same whenever it is asked for: Ed25519 signs without chance."""
        return self._signed(ENTRANCE_KIND, _ENTRANCE.pack(operator_id, office_id, direction == "entry"))

    def _signed(self, kind: str, fields: bytes) -> str:
        signature = self._key.sign(kind.encode() + fields)
        return f"{kind}_{base64.urlsafe_b64encode(fields + signature).decode().rstrip('=')}"


def read_member_qr(public_key: bytes, text: str) -> MemberQr:
    """Whose code this is, whenever it was valid. Raises `QrInvalid` for what was not signed here."""
    operator_id, member_id, issued, expires, nonce = _MEMBER.unpack(
        _verified(public_key, text, MEMBER_KIND, _MEMBER.size)
    )
    try:
        issued_at, expires_at = datetime.fromtimestamp(issued, UTC), datetime.fromtimestamp(expires, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise QrInvalid from error
    return MemberQr(operator_id, member_id, issued_at, expires_at, nonce)


def require_valid(qr: MemberQr, operator_id: int, now: datetime) -> None:
    """Raises `QrInvalid` for another operator's code or one of the future, `QrExpired`. That it is used once is the
    reader's business."""
    if qr.operator_id != operator_id or qr.expires_at - qr.issued_at > LONGEST_LIFE:
        raise QrInvalid
    if qr.issued_at > now + MOST_SKEW:
        raise QrInvalid
    if now >= qr.expires_at:
        raise QrExpired


def read_entrance_code(public_key: bytes, text: str, operator_id: int) -> EntranceCode:
    """Raises `QrInvalid` for what was not signed here, or for another operator."""
    operator, office_id, is_entry = _ENTRANCE.unpack(
        _verified(public_key, text, ENTRANCE_KIND, _ENTRANCE.size)
    )
    if operator != operator_id:
        raise QrInvalid
    return EntranceCode(operator, office_id, "entry" if is_entry else "exit")


def _verified(public_key: bytes, text: str, kind: str, size: int) -> bytes:
    form = _FORM.fullmatch(text)
    if form is None or form.group(1) != kind:
        raise QrInvalid
    encoded = form.group(2)
    try:
        content = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise QrInvalid from error
    fields, signature = content[:-SIGNATURE_BYTES], content[-SIGNATURE_BYTES:]
    if len(fields) != size:
        raise QrInvalid
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, kind.encode() + fields)
    except InvalidSignature as error:
        raise QrInvalid from error
    return fields
