"""Somebody registers by themselves (SAK-40, NET-01, NET-27).

The answer is the same whoever asks: what became of it stands in the mail, which only the address's owner reads.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from coworking.kit.events import tell
from coworking.membership.accounts import free_sign_in_name, normal_name, open_account
from coworking.membership.events import MemberJoined
from coworking.membership.members import NewMember, begin_first_term, enter_member, enter_person
from coworking.membership.models import Account, Member, Person
from coworking.membership.passwords import Passwords
from coworking.membership.profile import MembershipProfile, Plan
from coworking.membership.roles import STAFF_ROLES
from coworking.membership.rules import AccountRules, MemberRules
from coworking.membership.signing_in.errors import PasswordNeeded
from coworking.membership.signing_in.letters import keep_record, write
from coworking.membership.signing_in.mail_limits import may_mail
from coworking.membership.signing_in.mailed_links import (
    Purpose,
    look_at_link,
    make_link,
    take_link,
    void_links,
)
from coworking.membership.signing_in.models import MailedLink
from coworking.membership.tokens import revoke_tokens

ACTOR = "registration"
OPENING: tuple[Purpose, ...] = ("confirmation", "invitation")
RESET_PATH = "reset"
CONFIRM_PATH = "confirm"


@dataclass(frozen=True, slots=True)
class NewRegistration:
    """What somebody says who registers. `password_hash` is of the password that came along (`has_password`), otherwise
    of one that nobody knows: then one is chosen when the mail's link is opened."""

    email: str
    name: str
    password_hash: str
    has_password: bool = False
    kind: Literal["person", "company"] = "person"
    language: str = "ja"
    representative: str | None = None


@dataclass(frozen=True)
class Registrar:
    """The rules by which people register with an operator."""

    members: MemberRules
    accounts: AccountRules
    passwords: Passwords


def register(
    session: Session,
    registrar: Registrar,
    new: NewRegistration,
    *,
    operator_id: int,
    origin: str,
    now: datetime,
) -> None:
    """An account, and a member without a contract where the operator has a plan for that; a mail says what came of it.
    `origin` is the network address that asks. Raises `TooManyMails`."""
    if not may_mail(session, operator_id, new.email, origin, now):
        return
    known = next((one for one in accounts_of(session, new.email) if kind_of(session, one) == new.kind), None)
    if known is not None and known.confirmed_at is not None:
        write(
            session,
            known,
            "registration-known",
            now,
            link=f"{registrar.accounts.public_url}/forgotten",
        )
        return
    account = (
        _renewed(session, registrar.passwords, known, new)
        if known
        else _opened(session, registrar, new, operator_id, now)
    )
    keep_record(session, account, "account.registered", now, actor=ACTOR, kind=new.kind)
    if registrar.members.profile.joining.confirmation_required or account.password_set_at is None:
        link = make_link(session, account, "confirmation", now=now)
        write(
            session,
            account,
            "registration-confirm",
            now,
            link=registrar.accounts.link(CONFIRM_PATH, link),
            without_password=account.password_set_at is None,
        )
    else:
        _complete(session, registrar.members, account, now)
        write(session, account, "registration-complete", now)


def needs_password(session: Session, token: str, now: datetime) -> bool:
    """Whether the link's account still has no password. Raises `LinkOver`."""
    link = look_at_link(session, token, OPENING, now)
    return session.get_one(Account, link.account_id).password_set_at is None


def confirm(
    session: Session, registrar: Registrar, token: str, password: str | None, now: datetime
) -> Account:
    """Who opens the link has the mail address: the account is complete. Raises `LinkOver`, and `PasswordNeeded` where
    none was chosen before; the link can be used again then."""
    link = take_link(session, token, OPENING, now)
    account = session.get_one(Account, link.account_id)
    if account.password_set_at is None:
        if password is None:
            raise PasswordNeeded
        account.password_hash = registrar.passwords.hash(password)
        account.password_set_at = now
        revoke_tokens(session, account.id, now)
    if account.confirmed_at is None:
        _complete(session, registrar.members, account, now)
    void_links(session, account.id, OPENING, now)
    keep_record(session, account, "account.confirmed", now)
    return account


def accounts_of(session: Session, email: str) -> list[Account]:
    """The open accounts whose mail goes to this address, the oldest first."""
    statement = (
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(func.lower(Person.email) == normal_name(email), Account.closed_at.is_(None))
        .order_by(Account.id)
    )
    return list(session.scalars(statement))


def free_plan(profile: MembershipProfile, kind: str) -> tuple[str, Plan] | None:
    """The plan of who has registered and made no contract (NET-27), where the operator has one."""
    found = (
        (name, plan)
        for name, plan in profile.plans.items()
        if not plan.has_contract and kind in plan.kinds and plan.of_company is None
    )
    return next(found, None)


def kind_of(session: Session, account: Account) -> str:
    """Whether it is a company's account or a person's."""
    member = session.get(Member, account.member_id) if account.member_id is not None else None
    return member.kind if member is not None else "person"


def _renewed(session: Session, passwords: Passwords, account: Account, new: NewRegistration) -> Account:
    """Nobody has proven the address yet, so that whoever asked may be a stranger: the password is chosen by who opens
    the link, whatever came along, and who was invited keeps the name that they were invited by."""
    if not _is_invited(session, account):
        account.person.name = (new.representative or new.name) if new.kind == "company" else new.name
    if account.password_set_at is not None:
        account.password_hash, account.password_set_at = unknown_password(passwords), None
    return account


def _is_invited(session: Session, account: Account) -> bool:
    invitations = exists().where(MailedLink.account_id == account.id, MailedLink.purpose == "invitation")
    return account.role in STAFF_ROLES or bool(session.scalar(select(invitations)))


def _opened(
    session: Session, registrar: Registrar, new: NewRegistration, operator_id: int, now: datetime
) -> Account:
    member = _entered(session, registrar.members, new, operator_id, now)
    person = (
        member.person
        if member is not None
        else enter_person(
            session,
            operator_id=operator_id,
            name=new.representative or new.name,
            email=new.email,
            language=new.language,
            now=now,
        )
    )
    return open_account(
        session,
        person=person,
        member_id=member.id if member is not None else None,
        sign_in_name=free_sign_in_name(session, new.email),
        password_hash=new.password_hash,
        role="company-representative" if member is not None and new.kind == "company" else "member",
        now=now,
        confirmed=False,
        password_set=new.has_password,
    )


def _entered(
    session: Session, rules: MemberRules, new: NewRegistration, operator_id: int, now: datetime
) -> Member | None:
    free = free_plan(rules.profile, new.kind)
    if free is None:
        return None
    return enter_member(
        session,
        rules.profile,
        NewMember(
            kind=new.kind,
            name=new.name,
            email=new.email,
            plan=free[0],
            office=rules.profile.default_office,
            starts_on=_today(rules, now),
            language=new.language,
            representative=new.representative,
        ),
        operator_id=operator_id,
        status="applied",
        action="member.registered",
        actor=ACTOR,
        now=now,
    )


def _complete(session: Session, rules: MemberRules, account: Account, now: datetime) -> None:
    account.confirmed_at = now
    member = session.get(Member, account.member_id) if account.member_id is not None else None
    if (
        member is not None
        and member.status == "applied"
        and not rules.profile.plans[member.plan].has_contract
    ):
        member.status = "active"
        member.starts_on = _today(rules, now)
        begin_first_term(session, member, now)
        tell(session, MemberJoined(member.id, member.plan, member.starts_on, now))


def _today(rules: MemberRules, now: datetime) -> date:
    return rules.calendar.local_date(now)


def unknown_password(passwords: Passwords) -> str:
    """The hash of a password that nobody knows."""
    return passwords.hash(secrets.token_urlsafe(32))
