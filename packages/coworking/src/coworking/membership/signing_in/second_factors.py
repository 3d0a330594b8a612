"""Second factors: codes by time from an app (TOTP, RFC 6238), and recovery codes for who lost it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coworking.kit.sealing import FieldKeys
from coworking.membership.models import Account
from coworking.membership.signing_in.errors import CodeWrong, SecondFactorMissing, SecondFactorStands
from coworking.membership.signing_in.letters import keep_record, write
from coworking.membership.signing_in.models import RecoveryCode, SecondFactor, place_of_secret

ISSUER = "Rusuban"
STEP_SECONDS = 30
STEPS_OFF = 1
"""A phone's clock may be so many steps behind or ahead."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 5
NEVER = -1


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app is set up with; shown once."""

    secret: str
    uri: str
    qr_svg: str


def begin_enrolment(session: Session, keys: FieldKeys, account: Account, now: datetime) -> Enrolment:
    """A new secret, in force with its first right code. Raises `SecondFactorStands`."""
    session.refresh(account, with_for_update={"of": Account})  # of two at once, the later finds a factor
    factor = session.get(SecondFactor, account.id, with_for_update=True)
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorStands
    secret = pyotp.random_base32()
    if factor is None:
        factor = SecondFactor(account_id=account.id, operator_id=account.operator_id)
        session.add(factor)
    factor.sealed_secret = keys.seal(secret, place=place_of_secret(account.id))
    factor.last_step = NEVER
    factor.created_at = now
    session.flush()
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.sign_in_name, issuer_name=ISSUER)
    svg = segno.make(uri, error="m").svg_inline(omitsize=True, border=4, dark="#000", light="#fff")
    return Enrolment(secret, uri, svg)


def finish_enrolment(
    session: Session, keys: FieldKeys, account: Account, code: str, now: datetime
) -> list[str]:
    """The first right code puts the second factor in force; returns the recovery codes, which are shown once. Raises
    `SecondFactorMissing`, `SecondFactorStands`, `CodeWrong`."""
    factor = session.get(SecondFactor, account.id, with_for_update=True)
    if factor is None:
        raise SecondFactorMissing
    if factor.confirmed_at is not None:
        raise SecondFactorStands
    if not _takes(keys, factor, code, now):
        raise CodeWrong
    factor.confirmed_at = now
    codes = _new_recovery_codes(session, account)
    keep_record(session, account, "second-factor.on", now)
    write(session, account, "second-factor-on", now)
    return codes


def show_code(session: Session, keys: FieldKeys, account_id: int, code: str, now: datetime) -> None:
    """A code of the app, each once, or a recovery code, once ever. Raises `CodeWrong`. The caller counts guesses."""
    factor = session.get(SecondFactor, account_id, with_for_update=True)
    if factor is None or factor.confirmed_at is None:
        raise CodeWrong
    if _takes(keys, factor, code, now) or _takes_recovery(session, account_id, code, now):
        return
    raise CodeWrong


def take_off(session: Session, account: Account, now: datetime, *, actor: str | None = None) -> None:
    """The password alone lets in again. The caller has made sure of the person."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    factor = session.get(SecondFactor, account.id)
    if factor is None:
        return
    was_on = factor.confirmed_at is not None
    session.delete(factor)
    session.flush()
    if was_on:
        keep_record(session, account, "second-factor.off", now, actor=actor)
        write(session, account, "second-factor-off", now)


def renew_recovery_codes(session: Session, account: Account, now: datetime) -> list[str]:
    """New ones; the old ones are over. Each reads as two groups of five hexadecimal digits; only digests are kept."""
    keep_record(session, account, "recovery-codes.renewed", now)
    return _new_recovery_codes(session, account)


def _new_recovery_codes(session: Session, account: Account) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [secrets.token_hex(RECOVERY_BYTES) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(operator_id=account.operator_id, account_id=account.id, digest=_digest(account.id, code))
        for code in codes
    )
    session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def recovery_codes_left(session: Session, account_id: int) -> int:
    statement = select(RecoveryCode.id).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return len(session.scalars(statement).all())


def _takes(keys: FieldKeys, factor: SecondFactor, code: str, now: datetime) -> bool:
    """Whether it is a code of now that is later than every code taken before; then it is taken."""
    totp = pyotp.TOTP(keys.open(factor.sealed_secret, place=place_of_secret(factor.account_id)))
    step = int(now.timestamp()) // STEP_SECONDS
    given = code.strip().replace(" ", "").encode("utf-8", "surrogatepass")
    for candidate in range(step - STEPS_OFF, step + STEPS_OFF + 1):
        expected = totp.generate_otp(candidate).encode()
        if candidate > factor.last_step and hmac.compare_digest(expected, given):
            factor.last_step = candidate
            return True
    return False


def _takes_recovery(session: Session, account_id: int, code: str, now: datetime) -> bool:
    found = session.scalar(
        select(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.digest == _digest(account_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    )
    if found is None:
        return False
    found.used_at = now
    return True


def _digest(account_id: int, code: str) -> bytes:
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return hashlib.sha256(f"{account_id}:{plain}".encode("utf-8", "surrogatepass")).digest()
