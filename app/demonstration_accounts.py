"""The sign-ins of the example."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.operators import OperatorInForce
from app.wiring import Composition
from coworking.membership import NewMember, Passwords, confirm_identity, enter_person, join, open_account
from coworking.membership.models import Member

ACTOR = "demonstration"
PASSWORD_BYTES = 9
STAFF = (("administrator", "staff", "受付 太郎"), ("billing", "billing", "経理 花子"))


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    role: str
    sign_in_name: str
    password: str


@dataclass(frozen=True, slots=True)
class Example:
    """An operator that the example is loaded into, in one session."""

    session: Session
    composition: Composition
    operator: OperatorInForce
    now: datetime

    def account(self, role: str, name: str) -> DemonstrationAccount:
        domain = f"{self.operator.profile.name}.example.jp"
        return DemonstrationAccount(role, f"{name}@{domain}", secrets.token_urlsafe(PASSWORD_BYTES))

    def open_staff(self) -> list[DemonstrationAccount]:
        opened = []
        for role, sign_in_name, name in STAFF:
            account = self.account(role, sign_in_name)
            person = enter_person(
                self.session,
                operator_id=self.operator.id,
                name=name,
                email=account.sign_in_name,
                language="ja",
                now=self.now,
            )
            open_account(
                self.session,
                person=person,
                member_id=None,
                sign_in_name=account.sign_in_name,
                password_hash=self._hash(account),
                role=role,
                now=self.now,
            )
            opened.append(account)
        return opened

    def join(self, account: DemonstrationAccount, name: str, plan: str) -> Member:
        """A person on a plan, whose identity is confirmed, with a way to sign in."""
        profile = self.operator.profile.membership
        new = NewMember(
            kind="person",
            name=name,
            email=account.sign_in_name,
            plan=plan,
            office=profile.default_office,
            starts_on=self.operator.calendar.local_date(self.now),
            capacity=3 if profile.plans[plan].has_private_office else None,
        )
        member = join(self.session, profile, new, operator_id=self.operator.id, actor=ACTOR, now=self.now)
        confirm_identity(
            self.session,
            member.id,
            method="demonstration",
            operator_id=self.operator.id,
            actor=ACTOR,
            now=self.now,
        )
        open_account(
            self.session,
            person=member.person,
            member_id=member.id,
            sign_in_name=account.sign_in_name,
            password_hash=self._hash(account),
            role=account.role,
            now=self.now,
        )
        return member

    def _hash(self, account: DemonstrationAccount) -> str:
        return self.composition.resources[Passwords].hash(account.password)
