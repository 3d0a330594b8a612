"""Operators, members and accounts for tests. Each function works in the session that it is given.

A session sees the rows of one operator: `make_operator` makes the operator and turns the session to it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count

from sqlalchemy.orm import Session

from app.profiles import Profile, load_profile
from coworking.kit.db import belong_to
from coworking.kit.events import Subscriptions
from coworking.kit.operators import ensure_operator, store_profile_version
from coworking.membership import (
    NewMember,
    Passwords,
    confirm_identity,
    enter_offices,
    enter_person,
    join,
    open_account,
)
from coworking.membership.application_checks import Particulars
from coworking.membership.models import Account, Member
from coworking.membership.rules import MemberRules
from coworking.membership.tokens import issue_token

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
"""Wednesday 2026-06-10 12:00 in Tokyo: a business day."""
PASSWORD = "rusuban-no-hi"
PASSWORDS = Passwords(time_cost=1, memory_kib=8, parallelism=1)
"""As cheap as argon2 allows."""

_serial = count(1)


@cache
def nex() -> Profile:
    return load_profile("nex")


def make_operator(session: Session, name: str = "nex", *, now: datetime = NOW) -> int:
    """An operator with nex's offices. From here on the session sees this operator's rows; events without subscribers
    may be told in it."""
    operator_id = ensure_operator(session, name, now)
    belong_to(session, operator_id)
    session.info.setdefault("subscriptions", Subscriptions())
    offices = nex().membership.offices
    enter_offices(session, operator_id, {name: office.area_code for name, office in offices.items()})
    return operator_id


def make_profile_version(session: Session, operator_id: int, *, now: datetime = NOW) -> int:
    """nex's profile as it was loaded; returns the version's id."""
    return store_profile_version(
        session, operator_id, digest=nex().digest, document=dict(nex().document), at=now
    )


def make_member(
    session: Session,
    operator_id: int,
    *,
    kind: str = "person",
    name: str = "佐藤 花子",
    email: str | None = None,
    plan: str = "virtual-office",
    office: str = "yokohama",
    capacity: int | None = None,
    status: str = "active",
    identity: bool = True,
    now: datetime = NOW,
) -> Member:
    """A member who may be served, unless `status` or `identity` say otherwise. Yokohama's area code is 045."""
    new = NewMember(
        kind="company" if kind == "company" else "person",
        name=name,
        email=email or f"member-{next(_serial)}@example.jp",
        plan=plan,
        office=office,
        starts_on=nex().calendar().local_date(now),
        representative="田中 一郎" if kind == "company" else None,
        capacity=capacity,
    )
    member = join(session, nex().membership, new, operator_id=operator_id, actor="account:1", now=now)
    member.status = status
    if identity:
        confirm_identity(
            session, member.id, method="my-number-card", operator_id=operator_id, actor="account:1", now=now
        )
    session.flush()
    return member


def sakura_applicant(rules: MemberRules) -> tuple[NewMember, Particulars]:
    """A person who applies at sakura and has declared all that it asks for; its place must have been entered."""
    new = NewMember(
        kind="person",
        name="佐藤 花子",
        email="sato@example.jp",
        plan="weekday",
        office="toyama",
        starts_on=rules.calendar.local_date(NOW),
    )
    declared = Particulars(
        declarations=tuple(rules.profile.joining.declarations), birth_date=date(1990, 4, 1)
    )
    return new, declared


def make_account(
    session: Session,
    operator_id: int,
    *,
    member: Member | None = None,
    role: str | None = None,
    sign_in_name: str | None = None,
    password: str = PASSWORD,
    now: datetime = NOW,
) -> Account:
    """An account of a member, or of staff (an administrator unless `role` says otherwise) without one."""
    name = sign_in_name or f"account-{next(_serial)}@example.jp"
    person = member.person if member else None
    if person is None:
        person = enter_person(
            session, operator_id=operator_id, name="受付 太郎", email=name, language="ja", now=now
        )
    return open_account(
        session,
        person=person,
        member_id=member.id if member else None,
        sign_in_name=name,
        password_hash=PASSWORDS.hash(password),
        role=role or ("member" if member else "administrator"),
        now=now,
    )


def make_token(
    session: Session,
    account: Account,
    *,
    now: datetime = NOW,
    valid_for: timedelta = timedelta(days=30),
) -> str:
    token = issue_token(session, account, now=now, valid_for=valid_for)
    session.flush()
    return token
