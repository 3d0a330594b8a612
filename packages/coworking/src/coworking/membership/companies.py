"""Companies and groups with the people who belong to them: codes, lists, joining, being taken out (NET-03, JSUG-02)."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.company_models import Belonging, ContractCode
from coworking.membership.contract_errors import (
    CodeUnknown,
    CompanyNotMember,
    PlanNotForThis,
    RepresentativeExists,
    TooManyPeople,
)
from coworking.membership.leaving import LEFT_COMPANY, OVER, end_membership
from coworking.membership.members import get_member
from coworking.membership.models import Company, Member, Person
from coworking.membership.profile import MemberKind, MembershipProfile
from coworking.membership.rules import MemberRules

# Read aloud and typed by hand: no letter or digit that looks like another.
CODE_CHARACTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10


@dataclass(frozen=True, slots=True)
class CompanyChoice:
    """By the code that the company was given, or from the list of member companies."""

    code: str | None = None
    member_id: int | None = None


def joins_by_code(profile: MembershipProfile, plan: str) -> bool:
    """A plan for several people has a code; people of another company's plan pick the company from the list."""
    return plan in profile.plans and profile.plans[plan].most_people > 1


def joined_from_list(profile: MembershipProfile, plan: str) -> bool:
    of_company = any(plan in (one.of_company or ()) for one in profile.plans.values())
    return of_company and not joins_by_code(profile, plan)


def find_company(session: Session, profile: MembershipProfile, choice: CompanyChoice) -> Member:
    """The membership that is joined, held. Raises `CodeUnknown`, `CompanyNotMember`."""
    if choice.code is not None:
        code = unicodedata.normalize("NFKC", choice.code).strip().upper()
        found = session.scalar(select(ContractCode.member_id).where(ContractCode.code == code))
        member = _held_running(session, found)
        if member is None or not joins_by_code(profile, member.plan):  # a code outlives a change of plan
            raise CodeUnknown
        return member
    member = _held_running(session, choice.member_id)
    if member is None or not joined_from_list(profile, member.plan):
        raise CompanyNotMember
    return member


def _held_running(session: Session, member_id: int | None) -> Member | None:
    """Held before it is looked at, so that it does not end meanwhile."""
    if member_id is None:
        return None
    member = session.get(Member, member_id, with_for_update={"of": Member})
    return member if member is not None and member.status not in (*OVER, "applied") else None


def plan_of_people(profile: MembershipProfile, company_plan: str) -> str:
    """The plan of those who belong to a membership on `company_plan`: the operator's own for them, otherwise the
    same."""
    plans = (name for name, plan in profile.plans.items() if company_plan in (plan.of_company or ()))
    return next(plans, company_plan)


def require_plan_of_people(profile: MembershipProfile, company: Member, plan: str | None) -> str:
    """People join on the plan that the company's has for them, or by the company's own name of it. Raises
    `PlanNotForThis`."""
    people_plan = plan_of_people(profile, company.plan)
    if plan is not None and plan not in (people_plan, company.plan):
        raise PlanNotForThis(allowed=people_plan)
    return people_plan


def require_room(session: Session, profile: MembershipProfile, company: Member) -> None:
    """Raises `TooManyPeople`."""
    if not joins_by_code(profile, company.plan):
        return
    most = profile.plans[company.plan].most_people
    if count_people(session, company.id) >= most:
        raise TooManyPeople(most=most)


def count_people(session: Session, company_id: int) -> int:
    """Who uses the membership: the people who belong to it, and the member where that is a person."""
    statement = select(func.count(Belonging.id)).where(
        Belonging.company_id == company_id, Belonging.ends_on.is_(None)
    )
    itself = get_member(session, company_id).kind == MemberKind.PERSON
    return (session.scalar(statement) or 0) + itself


def belong(session: Session, member: Member, company: Member, starts_on: date, now: datetime) -> None:
    session.add(
        Belonging(
            operator_id=member.operator_id,
            member_id=member.id,
            company_id=company.id,
            starts_on=starts_on,
            joined_at=now,
        )
    )
    session.flush()


def people_of(
    session: Session, company_id: int, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[Member]:
    """Those who belong to it now."""
    statement = listing.part(
        select(Member)
        .join(Belonging, Belonging.member_id == Member.id)
        .join(Person, Person.id == Member.person_id),
        Member.id,
        after_id,
        limit,
    ).where(Belonging.company_id == company_id, Belonging.ends_on.is_(None))
    return session.scalars(statement).all()


def company_of(session: Session, member_id: int) -> int | None:
    """The membership that this one belongs to now."""
    statement = select(Belonging.company_id).where(
        Belonging.member_id == member_id, Belonging.ends_on.is_(None)
    )
    return session.scalar(statement)


def companies_of(session: Session, member_ids: Collection[int]) -> dict[int, Member]:
    """The membership that each of these belongs to, or belonged to last."""
    rows = session.execute(
        select(Belonging.member_id, Member)
        .join(Member, Member.id == Belonging.company_id)
        .where(Belonging.member_id.in_(member_ids))
        .order_by(Belonging.id)
    )
    return dict(rows.all())


def remove_person(session: Session, rules: MemberRules, member_id: int, *, actor: str, now: datetime) -> None:
    """Who leaves the company is taken out: today is the last day. Raises `NotFound` for who belongs to none."""
    if company_of(session, member_id) is None:
        raise NotFound
    today = rules.calendar.local_date(now)
    end_membership(session, rules, member_id, today, LEFT_COMPANY, actor=actor, now=now)


def issue_code(session: Session, profile: MembershipProfile, member: Member, now: datetime) -> None:
    """A membership for several people gets its code once."""
    if not joins_by_code(profile, member.plan) or code_of(session, [member.id]):
        return
    code = "".join(secrets.choice(CODE_CHARACTERS) for _ in range(CODE_LENGTH))
    session.add(ContractCode(operator_id=member.operator_id, member_id=member.id, code=code, issued_at=now))
    session.flush()


def code_of(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    rows = session.scalars(select(ContractCode).where(ContractCode.member_id.in_(member_ids)))
    return {row.member_id: row.code for row in rows}


def require_no_representative(session: Session, profile: MembershipProfile, plan: str, name: str) -> None:
    """Where people pick their company from a list it stands there once, with one representative. Raises
    `RepresentativeExists`."""
    if not joined_from_list(profile, plan):
        return
    statement = (
        select(Company.name).join(Member, Member.company_id == Company.id).where(Member.status.not_in(OVER))
    )
    if any(_same_name(name, other) for other in session.scalars(statement)):
        raise RepresentativeExists


def list_companies(
    session: Session,
    profile: MembershipProfile,
    *,
    name: str | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[Member]:
    """The member companies that people pick from."""
    plans = [plan for plan in profile.plans if joined_from_list(profile, plan)]
    statement = listing.part(
        select(Member).join(Company, Company.id == Member.company_id), Member.id, after_id, limit
    ).where(Member.plan.in_(plans), Member.status.not_in((*OVER, "applied")))
    if name is not None:
        statement = statement.where(Company.name.icontains(name, autoescape=True))
    return session.scalars(statement).all()


def _same_name(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
