"""Accounts of staff: an administrator invites, changes and removes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.accounts import open_account
from coworking.membership.members import enter_person
from coworking.membership.models import Account
from coworking.membership.roles import STAFF_ROLES
from coworking.membership.signing_in.errors import LastAdministrator
from coworking.membership.signing_in.letters import keep_record, write
from coworking.membership.signing_in.mailed_links import make_link, void_links
from coworking.membership.signing_in.models import Passkey
from coworking.membership.signing_in.registrations import CONFIRM_PATH, Registrar, unknown_password
from coworking.membership.signing_in.second_factors import take_off
from coworking.membership.tokens import revoke_tokens

ADMINISTRATOR = "administrator"


def list_staff(
    session: Session, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[Account]:
    statement = listing.part(select(Account), Account.id, after_id, limit).where(
        Account.role.in_(STAFF_ROLES), Account.closed_at.is_(None)
    )
    return session.scalars(statement).all()


def get_staff(session: Session, account_id: int) -> Account:
    """The account, held after every administrator's: two of them cannot take each other out at once, nor wait for each
    other for ever. Raises `NotFound`."""
    session.execute(_administrators().with_for_update(of=Account)).all()
    account = session.get(Account, account_id, with_for_update={"of": Account})
    if account is None or account.role not in STAFF_ROLES or account.closed_at is not None:
        raise NotFound
    return account


def invite(
    session: Session,
    registrar: Registrar,
    *,
    operator_id: int,
    name: str,
    email: str,
    role: str,
    language: str,
    actor: str,
    now: datetime,
) -> Account:
    """An account whose password is chosen through the link in its mail. Raises `SignInNameTaken`."""
    person = enter_person(
        session, operator_id=operator_id, name=name, email=email, language=language, now=now
    )
    account = open_account(
        session,
        person=person,
        member_id=None,
        sign_in_name=email,
        password_hash=unknown_password(registrar.passwords),
        role=role,
        now=now,
        confirmed=False,
        password_set=False,
    )
    keep_record(session, account, "staff.invited", now, actor=actor, role=role)
    link = make_link(session, account, "invitation", now=now)
    write(session, account, "staff-invited", now, link=registrar.accounts.link(CONFIRM_PATH, link))
    return account


def change_role(session: Session, account: Account, role: str, *, actor: str, now: datetime) -> None:
    """Raises `LastAdministrator`."""
    if account.role == ADMINISTRATOR and role != ADMINISTRATOR:
        _keep_one(session, account)
    keep_record(session, account, "staff.role-changed", now, actor=actor, before=account.role, role=role)
    account.role = role
    session.flush()


def remove(session: Session, account: Account, *, actor: str, now: datetime) -> None:
    """It lets nobody in any more; what it did stays on record, and its sign-in name is free again. Raises
    `LastAdministrator`."""
    if account.role == ADMINISTRATOR:
        _keep_one(session, account)
    strip(session, account, actor=actor, now=now)
    account.closed_at = now
    account.sign_in_name = f"{account.sign_in_name}/closed-{account.id}"
    keep_record(session, account, "staff.removed", now, actor=actor)
    session.flush()


def strip(session: Session, account: Account, *, actor: str, now: datetime) -> None:
    """Whatever let in by this account does so no more: tokens, links, passkeys, the second factor."""
    revoke_tokens(session, account.id, now)
    void_links(
        session,
        account.id,
        ("confirmation", "invitation", "password-reset", "address-change", "address-undo"),
        now,
    )
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    take_off(session, account, now, actor=actor)


def _administrators() -> Select[Account]:
    return (
        select(Account).where(Account.role == ADMINISTRATOR, Account.closed_at.is_(None)).order_by(Account.id)
    )


def _keep_one(session: Session, account: Account) -> None:
    held = session.scalars(_administrators()).all()
    if not any(one.id != account.id and one.confirmed_at is not None for one in held):
        raise LastAdministrator
