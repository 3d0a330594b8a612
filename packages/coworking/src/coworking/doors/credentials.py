"""What people show: their QR, which is used up by showing it (R12), and cards, known by a keyed digest."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.doors.codes import CodeSigner, read_member_qr, require_valid
from coworking.doors.errors import CardBlocked, CardUnknown, EntryRefused, QrExpired, QrUsed
from coworking.doors.models import AccessCard, QrRevocation, UsedQr
from coworking.doors.my_number_cards.proofs import PROVEN
from coworking.doors.rules import DoorSecrets
from coworking.kit.audit import record
from coworking.kit.outbox import TaskContext, task
from coworking.membership import card_holder, hold_member, hold_sharing_members


class Credentials:
    """Reads and makes credentials with the deployment's secrets."""

    def __init__(self, secrets: DoorSecrets) -> None:
        self.signer = CodeSigner(secrets.code_seed)
        self._card_key = secrets.card_key

    def digest(self, card: str) -> bytes:
        """What a card is known by; the same for every way of writing its number."""
        text = unicodedata.normalize("NFKC", card).strip().upper()
        return hmac.digest(self._card_key, text.encode(), hashlib.sha256)


def use_qr(
    session: Session, credentials: Credentials, text: str, now: datetime
) -> tuple[int, EntryRefused | None]:
    """Whose QR this is, and why it opens nothing: run out, used before, revoked. It is used up from here on, whatever
    is decided. Raises `QrInvalid` for what is nobody's."""
    operator_id: int = session.info["operator_id"]
    qr = read_member_qr(credentials.signer.public_key, text)
    try:
        require_valid(qr, operator_id, now)
    except QrExpired as expired:
        return qr.member_id, expired
    hold_sharing_members(session, qr.member_id)
    hold_member(session, qr.member_id)
    revocation = session.get(QrRevocation, qr.member_id)
    if revocation is not None and qr.issued_at <= revocation.revoked_at:
        return qr.member_id, QrExpired()
    row = {"operator_id": operator_id, "nonce": qr.nonce, "expires_at": qr.expires_at}
    used = session.scalar(insert(UsedQr).values(row).on_conflict_do_nothing().returning(UsedQr.expires_at))
    return qr.member_id, None if used is not None else QrUsed()


def revoke_qrs(session: Session, member_id: int, *, actor: str, now: datetime) -> None:
    """Every QR of the member that was shown until now is void. Raises `NotFound`."""
    member = hold_member(session, member_id)
    row = {"member_id": member_id, "operator_id": member.operator_id, "revoked_at": now}
    session.execute(
        insert(QrRevocation)
        .values(row)
        .on_conflict_do_update(index_elements=["member_id"], set_={"revoked_at": now})
    )
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="qr.revoked",
        subject=f"member:{member_id}",
    )


def card_shown(
    session: Session, credentials: Credentials, card: str
) -> tuple[int, int | None, EntryRefused | None]:
    """Whose card this is, its id if the operator issued it, and why it opens nothing. The card stays as it is until
    this transaction ends: who revokes it meanwhile comes after. Raises `CardUnknown`, for what a My Number Card is
    known by as well: that one proves itself."""
    digest = credentials.digest(card)
    found = _card_in_hands(session, digest) or _card_of_before(session, digest)
    if found is not None:
        is_good = found.blocked_at is None and found.ended_at is None
        return found.member_id, found.id, None if is_good else CardBlocked()
    number = unicodedata.normalize("NFKC", card).strip()
    holder = None if number.startswith(PROVEN) else card_holder(session, number)
    if holder is None:
        raise CardUnknown
    return holder, None, None


def _card_in_hands(session: Session, digest: bytes) -> AccessCard | None:
    """Held after its member, as whoever takes it back holds them."""
    in_hands = (AccessCard.digest == digest, AccessCard.ended_at.is_(None))
    member_id = session.scalar(select(AccessCard.member_id).where(*in_hands))
    if member_id is None:
        return None
    hold_sharing_members(session, member_id)
    hold_member(session, member_id)
    return session.scalar(select(AccessCard).where(*in_hands).with_for_update(read=True))


def _card_of_before(session: Session, digest: bytes) -> AccessCard | None:
    """The last that was ended: that it stays."""
    ended = select(AccessCard).where(AccessCard.digest == digest, AccessCard.ended_at.is_not(None))
    return session.scalar(ended.order_by(AccessCard.id.desc()).limit(1))


@task("doors.forget-used-qrs")
def forget_used_qrs(context: TaskContext, *, day: str) -> None:
    """The weekly step: QRs that have run out are refused for that, and need not be remembered."""
    context.session.execute(delete(UsedQr).where(UsedQr.expires_at < context.clock.now()))
