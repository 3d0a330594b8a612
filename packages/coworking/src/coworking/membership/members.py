"""Members: who is on which plan at which office."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.contract_models import PlanTerm
from coworking.membership.errors import IdentityNotVerified, MembershipNotActive, OfficeUnknown, PlanUnknown
from coworking.membership.identity.records import has_identity
from coworking.membership.models import Company, Member, Office, Person
from coworking.membership.profile import MembershipProfile

LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class NewMember:
    """What an application says. `capacity` counts for plans that have an office of their own."""

    kind: Literal["person", "company"]
    name: str
    email: str
    plan: str
    office: str
    starts_on: date
    language: str = "ja"
    representative: str | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What upper packages may know of a member."""

    id: int
    operator_id: int
    name: str
    email: str
    language: str
    kind: str
    plan: str
    status: str
    office: str
    office_area_code: str
    capacity: int | None
    starts_on: date
    ends_on: date | None


HELD_FACTS = (
    select(
        Member.id,
        Member.operator_id,
        func.coalesce(Company.name, Person.name).label("name"),
        Person.email,
        Person.language,
        Member.kind,
        Member.plan,
        Member.status,
        Office.name.label("office"),
        Office.area_code.label("office_area_code"),
        Member.capacity,
        Member.starts_on,
        Member.ends_on,
    )
    .join(Person, Person.id == Member.person_id)
    .outerjoin(Company, Company.id == Member.company_id)
    .join(Office, Office.id == Member.office_id)
    .where(Member.id == bindparam("member_id"))
    .with_for_update(of=Member)
)
"""The fields of `MemberFacts`. Built once: every call and every entry asks it, and building costs as much as asking."""
PLAN = select(Member.plan).where(Member.id == bindparam("member_id"))


def enter_offices(session: Session, operator_id: int, offices: Mapping[str, str]) -> None:
    """Enter the profile's offices (name to area code); one that stands already takes the profile's area code."""
    for name, area_code in offices.items():
        row = insert(Office).values(operator_id=operator_id, name=name, area_code=area_code)
        session.execute(
            row.on_conflict_do_update(index_elements=["operator_id", "name"], set_={"area_code": area_code})
        )


def enter_person(
    session: Session, *, operator_id: int, name: str, email: str, language: str, now: datetime
) -> Person:
    person = Person(operator_id=operator_id, name=name, email=email, language=language, created_at=now)
    session.add(person)
    session.flush()
    return person


def join(
    session: Session,
    profile: MembershipProfile,
    new: NewMember,
    *,
    operator_id: int,
    actor: str,
    now: datetime,
) -> Member:
    """Enter a person or a company as a member at once, as staff do at the counter. Raises `PlanUnknown`,
    `OfficeUnknown`."""
    return enter_member(
        session,
        profile,
        new,
        operator_id=operator_id,
        status="active",
        action="member.joined",
        actor=actor,
        now=now,
    )


def enter_member(
    session: Session,
    profile: MembershipProfile,
    new: NewMember,
    *,
    operator_id: int,
    status: Literal["applied", "active"],
    action: str,
    actor: str,
    now: datetime,
    person: Person | None = None,
) -> Member:
    """`action` is the audit trail's word; `person` is whoever is on record already. Raises `PlanUnknown`,
    `OfficeUnknown`."""
    if new.plan not in profile.plans:
        raise PlanUnknown(plan=new.plan, allowed=", ".join(profile.plans))
    office = session.scalar(select(Office).where(Office.name == new.office))
    if office is None:
        raise OfficeUnknown(office=new.office, allowed=", ".join(_office_names(session)))
    person = person or enter_person(
        session,
        operator_id=operator_id,
        name=(new.representative or new.name) if new.kind == "company" else new.name,
        email=new.email,
        language=new.language,
        now=now,
    )
    company = None
    if new.kind == "company":
        company = Company(operator_id=operator_id, name=new.name, representative_id=person.id, created_at=now)
        session.add(company)
        session.flush()
    member = Member(
        operator_id=operator_id,
        kind=new.kind,
        person=person,
        company=company,
        plan=new.plan,
        office=office,
        capacity=new.capacity,
        status=status,
        starts_on=new.starts_on,
        created_at=now,
    )
    session.add(member)
    session.flush()
    if status == "active":
        begin_first_term(session, member, now)
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{member.id}",
        details={"plan": new.plan, "office": new.office, "kind": new.kind},
    )
    return member


def begin_first_term(session: Session, member: Member, now: datetime) -> None:
    """The plan that was applied for runs from the start."""
    session.add(
        PlanTerm(
            operator_id=member.operator_id,
            member_id=member.id,
            plan=member.plan,
            starts_on=member.starts_on,
            asked_at=now,
        )
    )
    session.flush()


def get_member(session: Session, member_id: int) -> Member:
    """The member, of this session's operator only. Raises `NotFound`."""
    member = session.get(Member, member_id)
    if member is None:
        raise NotFound
    return member


def facts(session: Session, member_id: int) -> MemberFacts:
    return _facts(get_member(session, member_id))


def hold_member(session: Session, member_id: int) -> MemberFacts:
    """The member, whose row stays locked until this transaction ends, so that what is counted for a member next cannot
    be overtaken. As it is now: what this session read of it before is passed over. Raises `NotFound`."""
    row = session.execute(HELD_FACTS, {"member_id": member_id}).one_or_none()
    if row is None:
        raise NotFound
    return MemberFacts(**row._mapping)


def require_service(
    session: Session, member_id: int, *, identity_required: bool = True, in_pauses: bool = False
) -> MemberFacts:
    """The member, held, who may be served now: an active membership and, unless the operator does without, a confirmed
    identity. `in_pauses`: the service goes on while the membership is paused. Raises `NotFound`, `MembershipNotActive`,
    `IdentityNotVerified`."""
    member = hold_member(session, member_id)
    if member.status not in {"active", "leaving"} and not (in_pauses and member.status == "suspended"):
        raise MembershipNotActive
    if identity_required and not has_identity(session, member_id):
        raise IdentityNotVerified
    return member


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """What is None does not narrow the list. `name` is a part of the member's or the representative's name, or of the
    mail address."""

    status: str | None = None
    plan: str | None = None
    name: str | None = None


def list_members(
    session: Session,
    *,
    after_id: int = 0,
    limit: int = LARGEST_PAGE,
    listing: Listing = OLDEST_FIRST,
    wanted: MemberFilter | None = None,
) -> Sequence[MemberFacts]:
    rows = select(Member).join(Person, Member.person_id == Person.id)
    rows = rows.join(Office, Member.office_id == Office.id)
    rows = rows.outerjoin(Company, Member.company_id == Company.id)
    statement = listing.part(rows, Member.id, after_id, limit)
    if wanted is not None:
        statement = statement.where(*_narrowed(wanted))
    return [_facts(member) for member in session.scalars(statement)]


def _narrowed(wanted: MemberFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.status is not None:
        yield Member.status == wanted.status
    if wanted.plan is not None:
        yield Member.plan == wanted.plan
    if wanted.name is not None:
        people = select(Person.id).where(
            or_(
                Person.name.icontains(wanted.name, autoescape=True),
                Person.email.icontains(wanted.name, autoescape=True),
            )
        )
        companies = select(Company.id).where(Company.name.icontains(wanted.name, autoescape=True))
        yield or_(Member.person_id.in_(people), Member.company_id.in_(companies))


def offices_of(session: Session) -> dict[str, int]:
    """The ids of the operator's offices, by name."""
    return dict(session.execute(select(Office.name, Office.id)).all())


def plan_of(session: Session, member_id: int) -> str:
    """Without holding the member. Raises `NotFound`."""
    plan = session.scalar(PLAN, {"member_id": member_id})
    if plan is None:
        raise NotFound
    return plan


def plans_of(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The plan of each of these members."""
    return dict(session.execute(select(Member.id, Member.plan).where(Member.id.in_(member_ids))).all())


def _facts(member: Member) -> MemberFacts:
    return MemberFacts(
        id=member.id,
        operator_id=member.operator_id,
        name=member.name,
        email=member.person.email,
        language=member.person.language,
        kind=member.kind,
        plan=member.plan,
        status=member.status,
        office=member.office.name,
        office_area_code=member.office.area_code,
        capacity=member.capacity,
        starts_on=member.starts_on,
        ends_on=member.ends_on,
    )


def _office_names(session: Session) -> list[str]:
    return list(session.scalars(select(Office.name).order_by(Office.name)))
