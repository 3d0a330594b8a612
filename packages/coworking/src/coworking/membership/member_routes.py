"""Members, and applications for membership, over HTTP."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import func

from coworking.kit.errors import NotPermitted, ValidationFailed
from coworking.kit.listing import AnId, AText, Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page
from coworking.membership.access import PersonsStaff, SignedIn, Staff, Visit
from coworking.membership.accounts import free_sign_in_name, open_account
from coworking.membership.application_checks import Particulars, usual_kind
from coworking.membership.applications import apply, apply_as_member, approve, refuse
from coworking.membership.companies import CompanyChoice
from coworking.membership.member_answers import shown_member, shown_members
from coworking.membership.members import LARGEST_PAGE, MemberFilter, NewMember, facts, list_members
from coworking.membership.models import Account, Company, Member, Office, Person
from coworking.membership.passwords import Passwords
from coworking.membership.roles import Right
from coworking.membership.rules import MemberRules, RulesOfMembers
from coworking.membership.schemas import (
    JoinBody,
    MemberAnswer,
    OwnApplicationBody,
    ParticularsBody,
    RefusalBody,
)
from coworking.membership.signing_in.registrations import accounts_of, kind_of

USUAL_CAPACITY = 3
# Cells that a spreadsheet would take for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
EXPORTED = (
    "id",
    "kind",
    "name",
    "email",
    "plan",
    "status",
    "office",
    "starts_on",
    "ends_on",
    "options",
    "company",
)

Status = Literal["applied", "active", "suspended", "leaving", "ended", "refused", "limited", "struck"]
StatusFilter = Annotated[Status | None, Query()]
PlanFilter = Annotated[str | None, Query(max_length=60, description="A plan of the operator's.")]
NameFilter = Annotated[
    str | None,
    Query(
        min_length=1, max_length=100, description="A part of a name or of a mail address.", examples=["佐藤"]
    ),
]

router = APIRouter(prefix="/api", tags=["members"])

MemberListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Member.starts_on,
            equal={
                "kind": (Member.kind, Literal["person", "company"]),
                "office": (Office.name, AText),
                "company_id": (Member.company_id, AnId),
            },
            name=func.coalesce(Company.name, Person.name),
            kana=Person.kana,
            starts_on=Member.starts_on,
            ends_on=Member.ends_on,
        )
    ),
]


@router.post("/members", status_code=201, summary="Enter a member")
def post_member(body: JoinBody, visit: PersonsStaff) -> MemberAnswer:
    """At once, as at the counter; what the operator asks of applicants is asked here, too."""
    return _entered(body, visit, at_once=True, person=None)


@router.post("/applications", status_code=201, summary="Enter an application for membership")
def post_application(body: JoinBody, visit: SignedIn) -> MemberAnswer:
    """Nothing can be used before it is approved, where the operator approves applications. By staff for anybody; by an
    account that is no member yet for itself."""
    if visit.actor.is_staff:
        visit.require(Right.SERVE)
        return _entered(body, visit, at_once=False, person=None)
    # Held: of two applications at once, the later one finds the member of the earlier.
    account = visit.session.get_one(Account, visit.actor.account_id, with_for_update={"of": Account})
    if account.member_id is not None or body.password is not None:
        raise NotPermitted
    _own_start(body, visit)
    answer = _entered(body, visit, at_once=False, person=account.person)
    account.member_id = answer.id
    account.role = "member" if answer.kind == "person" else "company-representative"
    return answer


@router.post("/members/{member_id}/applications", status_code=201, summary="Apply for a contract")
def post_own_application(member_id: int, body: OwnApplicationBody, visit: SignedIn) -> MemberAnswer:
    """For who has an account without a contract, or was a member before."""
    visit.require_member(member_id)
    apply_as_member(
        visit.session,
        _rules(visit),
        member_id,
        body.plan,
        _particulars(body, visit),
        starts_on=_own_start(body, visit),
        company_name=body.company_name,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _shown(visit, member_id)


@router.post("/members/{member_id}/approve", summary="Approve an application")
def post_approve(member_id: int, visit: PersonsStaff) -> MemberAnswer:
    approve(visit.session, _rules(visit), member_id, actor=visit.actor.reference, now=visit.now)
    return _shown(visit, member_id)


@router.post("/members/{member_id}/refuse", summary="Refuse an application")
def post_refuse(member_id: int, body: RefusalBody, visit: PersonsStaff) -> MemberAnswer:
    """The reason is kept; the applicant is told, with the reason where the operator discloses it."""
    profile = _rules(visit).profile
    refuse(visit.session, profile, member_id, body.reason, actor=visit.actor.reference, now=visit.now)
    return _shown(visit, member_id)


@router.get("/members", summary="List members")
def get_members(
    visit: Staff,
    listing: MemberListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    status: StatusFilter = None,
    plan: PlanFilter = None,
    name: NameFilter = None,
) -> Page[MemberAnswer]:
    wanted = MemberFilter(status, plan, name)
    found = list_members(visit.session, after_id=after, limit=limit, listing=listing, wanted=wanted)
    answers = shown_members(visit.session, found, _rules(visit).calendar.local_date(visit.now))
    full = len(found) == limit and bool(found)
    return Page(items=answers, next=found[-1].id if full else None)


@router.get(
    "/members.csv",
    summary="Export members",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark."}},
)
def get_members_csv(
    visit: Staff, status: StatusFilter = None, plan: PlanFilter = None, name: NameFilter = None
) -> Response:
    """All members of the filter, in the order in which they came."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(EXPORTED)
    for member in _all_members(visit, MemberFilter(status, plan, name)):
        writer.writerow(_cell(getattr(member, column)) for column in EXPORTED)
    return Response(
        file.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="members.csv"'},
    )


@router.get("/members/{member_id}", summary="One member")
def get_member(member_id: int, visit: SignedIn) -> MemberAnswer:
    visit.require_member(member_id)
    return _shown(visit, member_id)


def _all_members(visit: Visit, wanted: MemberFilter) -> Iterator[MemberAnswer]:
    today = _rules(visit).calendar.local_date(visit.now)
    after_id = 0
    while found := list_members(visit.session, after_id=after_id, limit=LARGEST_PAGE, wanted=wanted):
        yield from shown_members(visit.session, found, today)
        visit.session.expunge_all()
        after_id = found[-1].id


def _cell(fact: object) -> str:
    text = " ".join(fact) if isinstance(fact, list) else "" if fact is None else str(fact)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _entered(body: JoinBody, visit: Visit, *, at_once: bool, person: Person | None) -> MemberAnswer:
    """Enter a member, or who wants to be one, with an account if a password came along."""
    rules = _rules(visit)
    plan = rules.profile.plans.get(body.plan)
    capacity = body.capacity or (USUAL_CAPACITY if plan and plan.has_private_office else None)
    kind: Literal["person", "company"] = body.kind or usual_kind(rules.profile, body.plan)
    new = NewMember(
        kind=kind,
        name=body.name,
        email=body.email,
        plan=body.plan,
        office=body.office or rules.profile.default_office,
        starts_on=body.starts_on or rules.calendar.local_date(visit.now),
        language=body.language,
        representative=body.representative,
        capacity=capacity,
    )
    member = apply(
        visit.session,
        rules,
        new,
        _particulars(body, visit),
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
        at_once=at_once,
        person=person,
    )
    answer = _shown(visit, member.id)
    if body.password is not None:
        answer.sign_in_name = _open_account(body, visit, member).sign_in_name
    return answer


def _open_account(body: JoinBody, visit: Visit, member: Member) -> Account:
    """Who has a personal account may have a company's beside it, which then has an ID of its own (JSUG-01)."""
    assert body.password is not None
    same_kind = next(
        (one for one in accounts_of(visit.session, body.email) if kind_of(visit.session, one) == member.kind),
        None,
    )
    return open_account(
        visit.session,
        person=member.person,
        member_id=member.id,
        sign_in_name=body.email if same_kind else free_sign_in_name(visit.session, body.email),
        password_hash=visit.resources[Passwords].hash(body.password),
        role="member" if member.kind == "person" else "company-representative",
        now=visit.now,
    )


def _own_start(body: ParticularsBody, visit: Visit) -> date | None:
    """Only staff enter what began before today."""
    past = body.starts_on is not None and body.starts_on < _rules(visit).calendar.local_date(visit.now)
    if past and not visit.actor.is_staff:
        raise ValidationFailed([{"field": "starts_on", "message": "today or later"}])
    return body.starts_on


def _particulars(body: ParticularsBody, visit: Visit) -> Particulars:
    joins = body.company_code is not None or body.company_id is not None
    return Particulars(
        options=tuple(body.options),
        pay_by=body.pay_by,
        brand=body.brand,
        company=CompanyChoice(body.company_code, body.company_id) if joins else None,
        declarations=tuple(body.declarations),
        birth_date=body.birth_date,
        accepts_terms=body.accepts_terms,
        evidence=body.evidence if visit.actor.is_staff else None,
        card=body.card,
    )


def _rules(visit: Visit) -> MemberRules:
    return visit.resources[RulesOfMembers][visit.operator_id]


def _shown(visit: Visit, member_id: int) -> MemberAnswer:
    today = _rules(visit).calendar.local_date(visit.now)
    return shown_member(visit.session, facts(visit.session, member_id), today)
