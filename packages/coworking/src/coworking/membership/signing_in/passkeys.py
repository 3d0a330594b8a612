"""Passkeys (WebAuthn): registered by who is signed in, then a way in of their own.

The authenticator has to verify its user (fingerprint, face, PIN of the device), so that a passkey is two factors at
once: having the device, and being its user.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from coworking.kit.db import Database
from coworking.kit.errors import NotFound
from coworking.membership.models import Account
from coworking.membership.rules import AccountRules
from coworking.membership.signing_in.challenges import (
    make_challenge,
    operator_of_challenge,
    take_challenge,
)
from coworking.membership.signing_in.errors import PasskeyNotTaken, PasskeyRefused, TooManyPasskeys
from coworking.membership.signing_in.letters import account_title, keep_record, write
from coworking.membership.signing_in.models import Passkey

RP_NAME = "Rusuban"
MOST_PER_ACCOUNT = 20
TIMEOUT_MS = 300_000
# What the library raises for what somebody made up, besides its own errors: values of a wrong type or size.
MADE_UP = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)


def registration_options(
    session: Session, rules: AccountRules, account: Account, now: datetime
) -> dict[str, Any]:
    """What the browser makes a passkey by. Raises `TooManyPasskeys`."""
    held = list_passkeys(session, account.id)
    if len(held) >= MOST_PER_ACCOUNT:
        raise TooManyPasskeys(most=MOST_PER_ACCOUNT)
    options = generate_registration_options(
        rp_id=rules.passkey_host,
        rp_name=RP_NAME,
        user_name=account.sign_in_name,
        user_display_name=account_title(session, account),
        user_id=_handle(account),
        challenge=make_challenge(
            session, account.operator_id, "passkey-registration", now, account_id=account.id
        ),
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in held],
    )
    answered: dict[str, Any] = json.loads(options_to_json(options))
    return answered


def register_passkey(
    session: Session,
    rules: AccountRules,
    account: Account,
    *,
    name: str,
    credential: dict[str, Any],
    now: datetime,
) -> Passkey:
    """Keep the passkey that the browser made for a challenge of this account. Raises `PasskeyNotTaken`,
    `TooManyPasskeys`."""
    challenge = _challenge_of(credential)
    taken = take_challenge(session, challenge, "passkey-registration", now) if challenge else None
    if challenge is None or taken is None or taken.account_id != account.id:
        raise PasskeyNotTaken
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rules.passkey_host,
            expected_origin=rules.public_url,
            require_user_verification=True,
        )
    except MADE_UP as error:
        raise PasskeyNotTaken from error
    session.refresh(account, with_for_update={"of": Account})  # of several at once, each counts the others
    if count_passkeys(session, account.id) >= MOST_PER_ACCOUNT:
        raise TooManyPasskeys(most=MOST_PER_ACCOUNT)
    passkey = Passkey(
        operator_id=account.operator_id,
        account_id=account.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        is_synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        name=name,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(passkey)
    except IntegrityError as error:
        raise PasskeyNotTaken from error
    keep_record(session, account, "passkey.added", now, passkey=passkey.id)
    write(session, account, "passkey-added", now, passkey=name)
    return passkey


def list_passkeys(session: Session, account_id: int) -> Sequence[Passkey]:
    """The oldest first."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def count_passkeys(session: Session, account_id: int) -> int:
    statement = select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)
    return session.scalar(statement) or 0


def get_passkey(session: Session, account_id: int, passkey_id: int) -> Passkey:
    """Raises `NotFound`."""
    passkey = session.get(Passkey, passkey_id)
    if passkey is None or passkey.account_id != account_id:
        raise NotFound
    return passkey


def remove_passkey(session: Session, account: Account, passkey_id: int, now: datetime) -> None:
    """It lets in no more. The caller has made sure of the person. Raises `NotFound`."""
    passkey = get_passkey(session, account.id, passkey_id)
    session.delete(passkey)
    keep_record(session, account, "passkey.removed", now, passkey=passkey_id)
    write(session, account, "passkey-removed", now, passkey=passkey.name)


def sign_in_options(session: Session, rules: AccountRules, operator_id: int, now: datetime) -> dict[str, Any]:
    """What the browser offers passkeys by; which one, and so whose, is the user's choice."""
    options = generate_authentication_options(
        rp_id=rules.passkey_host,
        challenge=make_challenge(session, operator_id, "passkey-sign-in", now),
        timeout=TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    answered: dict[str, Any] = json.loads(options_to_json(options))
    return answered


def take_sign_in_challenge(database: Database, credential: dict[str, Any], now: datetime) -> bytes:
    """The challenge that the answer is for, used from here on, whatever comes of the answer. Raises
    `PasskeyRefused`."""
    challenge = _challenge_of(credential)
    operator_id = operator_of_challenge(challenge) if challenge else None
    if challenge is None or operator_id is None:
        raise PasskeyRefused
    with database.transaction(operator_id) as session:
        taken = take_challenge(session, challenge, "passkey-sign-in", now)
    if taken is None:
        raise PasskeyRefused
    return challenge


def operator_of_credential(credential: dict[str, Any]) -> int:
    """The operator that stands in the answer's user handle. Raises `PasskeyRefused`."""
    handle = _parsed(credential).response.user_handle or b""
    operator_id, _, account_id = handle.partition(b":")
    if not (operator_id.isdigit() and account_id.isdigit()) or len(operator_id) > 9:
        raise PasskeyRefused
    return int(operator_id)


def account_of_credential(
    session: Session, rules: AccountRules, credential: dict[str, Any], challenge: bytes, now: datetime
) -> Account:
    """Whose passkey has answered the challenge. Raises `PasskeyRefused`, alike for every reason: unknown, of a closed
    account, without user verification, or with a counter that went back, as a copy's does."""
    passkey = session.scalar(
        select(Passkey).where(Passkey.credential_id == _parsed(credential).raw_id).with_for_update()
    )
    account = session.get(Account, passkey.account_id) if passkey is not None else None
    if passkey is None or account is None or account.closed_at is not None or account.confirmed_at is None:
        raise PasskeyRefused
    if _parsed(credential).response.user_handle != _handle(account):
        raise PasskeyRefused
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rules.passkey_host,
            expected_origin=rules.public_url,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except MADE_UP as error:
        raise PasskeyRefused from error
    passkey.sign_count = verified.new_sign_count
    passkey.last_used_at = now
    return account


def _handle(account: Account) -> bytes:
    return f"{account.operator_id}:{account.id}".encode()


def _parsed(credential: dict[str, Any]) -> AuthenticationCredential:
    try:
        return parse_authentication_credential_json(credential)
    except MADE_UP as error:
        raise PasskeyRefused from error


def _challenge_of(credential: dict[str, Any]) -> bytes | None:
    """What the browser says it has answered."""
    try:
        return parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"])).challenge
    except (*MADE_UP, RecursionError):
        return None
