"""A company's representative hands the company account on (JSUG-01, JSUG-06). There is always exactly one: the
company's row names one person, and one open account at most is theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.membership.accounts import free_sign_in_name, open_account
from coworking.membership.members import enter_person
from coworking.membership.models import Account, Company, Member
from coworking.membership.signing_in.errors import NotACompany
from coworking.membership.signing_in.letters import account_title, keep_record, write
from coworking.membership.signing_in.mailed_links import make_link
from coworking.membership.signing_in.registrations import CONFIRM_PATH, Registrar, unknown_password
from coworking.membership.signing_in.staff_accounts import strip

REPRESENTATIVE = "company-representative"


def replace_representative(
    session: Session,
    registrar: Registrar,
    member_id: int,
    *,
    name: str,
    email: str,
    language: str,
    actor: str,
    now: datetime,
) -> Account:
    """The successor is the representative from now on. The account's ID and password are reset: the predecessor is out
    at once and told, the successor chooses a password through the link in a mail. Raises `NotFound`, `NotACompany`."""
    member = session.scalar(select(Member).where(Member.id == member_id).with_for_update(of=Member))
    if member is None:
        raise NotFound
    if member.company_id is None:
        raise NotACompany
    account = representatives_account(session, member.id)
    if account is not None:
        write(session, account, "representative-replaced", now)
        strip(session, account, actor=actor, now=now)
        account.sign_in_name = f"replaced/{account.id}"  # who follows themselves keeps the name
        session.flush()
    person = enter_person(
        session, operator_id=member.operator_id, name=name, email=email, language=language, now=now
    )
    session.get_one(Company, member.company_id).representative_id = person.id
    member.person = person
    sign_in_name = free_sign_in_name(session, email)
    password_hash = unknown_password(registrar.passwords)
    if account is None:
        account = open_account(
            session,
            person=person,
            member_id=member.id,
            sign_in_name=sign_in_name,
            password_hash=password_hash,
            role=REPRESENTATIVE,
            now=now,
            confirmed=False,
            password_set=False,
        )
    else:
        account.person = person
        account.sign_in_name = sign_in_name
        account.password_hash = password_hash
        account.password_set_at = account.confirmed_at = None
    session.flush()
    keep_record(session, account, "representative.replaced", now, actor=actor, member=member.id)
    link = make_link(session, account, "invitation", now=now)
    write(
        session,
        account,
        "representative-invited",
        now,
        company=account_title(session, account),
        link=registrar.accounts.link(CONFIRM_PATH, link),
    )
    return account


def representatives_account(session: Session, member_id: int) -> Account | None:
    """The company account, by which its representative enters."""
    return session.scalar(
        select(Account)
        .where(Account.member_id == member_id, Account.role == REPRESENTATIVE, Account.closed_at.is_(None))
        .with_for_update(of=Account)
    )
