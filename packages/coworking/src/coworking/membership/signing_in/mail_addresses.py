"""Changing the mail address of an account: the new one is proven, the old one is told and can take it back (R16).

Every account has its own: a person's and a company's are changed each by itself (JSUG-04).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from coworking.kit.events import tell
from coworking.membership.accounts import find_account, free_sign_in_name, normal_name
from coworking.membership.events import NotificationAddressChanged
from coworking.membership.models import Account
from coworking.membership.passwords import Passwords
from coworking.membership.rules import AccountRules
from coworking.membership.signing_in.letters import keep_record, write
from coworking.membership.signing_in.mail_limits import may_mail
from coworking.membership.signing_in.mailed_links import make_link, take_link, void_links
from coworking.membership.signing_in.models import Passkey, SecondFactor
from coworking.membership.signing_in.registrations import unknown_password
from coworking.membership.signing_in.second_factors import take_off
from coworking.membership.tokens import revoke_tokens

CHANGE_PATH, UNDO_PATH = "mail-address", "mail-address-undo"


def ask_for_change(
    session: Session, rules: AccountRules, account: Account, email: str, *, origin: str, now: datetime
) -> None:
    """Mail a link to the new address; nothing changes before it is opened. The caller has made sure of the person.
    Raises `TooManyMails`."""
    if not may_mail(session, account.operator_id, email, origin, now):
        return
    link = make_link(session, account, "address-change", now=now, address=email.strip())
    write(
        session,
        account,
        "mail-address-confirm",
        now,
        address=email.strip(),
        link=rules.link(CHANGE_PATH, link),
    )
    keep_record(session, account, "mail-address.change-asked", now)


def change_mail_address(session: Session, rules: AccountRules, token: str, now: datetime) -> Account:
    """Mail goes to the link's address from now on; the address before is told, with a link that takes it back. Raises
    `LinkOver`."""
    link = take_link(session, token, {"address-change"}, now)
    account = session.get_one(Account, link.account_id)
    assert link.address is not None
    before = account.person.email
    undo = make_link(session, account, "address-undo", now=now, address=before)
    write(
        session,
        account,
        "mail-address-changed",
        now,
        address=before,
        link=rules.link(UNDO_PATH, undo),
    )
    _put(session, account, link.address)
    void_links(session, account.id, {"password-reset"}, now)
    keep_record(session, account, "mail-address.changed", now)
    if account.member_id is not None:
        tell(session, NotificationAddressChanged(account.member_id, now))
    return account


def undo_mail_address(session: Session, passwords: Passwords, token: str, now: datetime) -> Account:
    """Mail goes to the address before again. Whoever changed it is signed out and knows no way back but that address:
    the password is to be reset from there; a passkey and a second factor of since then are gone. Changes after this one
    can be undone no more, earlier ones can. Raises `LinkOver`."""
    link = take_link(session, token, {"address-undo"}, now)
    account = session.get_one(Account, link.account_id)
    assert link.address is not None
    _put(session, account, link.address)
    account.password_hash, account.password_set_at = unknown_password(passwords), None
    revoke_tokens(session, account.id, now)
    void_links(session, account.id, {"password-reset", "address-change"}, now)
    void_links(session, account.id, {"address-undo"}, now, after_id=link.id)
    since = (Passkey.account_id == account.id) & (Passkey.created_at >= link.created_at)
    session.execute(delete(Passkey).where(since))
    factor = session.get(SecondFactor, account.id)
    if factor is not None and factor.created_at >= link.created_at:
        take_off(session, account, now, actor="undo-link")
    keep_record(session, account, "mail-address.undone", now, actor="undo-link")
    write(session, account, "mail-address-undone", now)
    return account


def _put(session: Session, account: Account, email: str) -> None:
    """Who signs in with the address goes on to do so."""
    if account.sign_in_name == normal_name(account.person.email):
        holder = find_account(session, email)
        is_free = holder is None or holder.id == account.id
        account.sign_in_name = normal_name(email) if is_free else free_sign_in_name(session, email)
    account.person.email = email
    session.flush()
