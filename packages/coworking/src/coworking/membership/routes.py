"""Signing in, members, their identity records and notices over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.notices import Notice
from coworking.kit.operators import Operator
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership.access import SignedIn, Staff, Visit, doorway_of
from coworking.membership.accounts import open_account, sign_in
from coworking.membership.applications import apply, approve, refuse
from coworking.membership.errors import SignInRefused
from coworking.membership.members import MemberFacts, NewMember, confirm_identity, facts, join, list_members
from coworking.membership.models import Member
from coworking.membership.passwords import Passwords
from coworking.membership.rules import RulesOfMembers, TokenLife
from coworking.membership.schemas import (
    IdentityAnswer,
    IdentityBody,
    JoinBody,
    MemberAnswer,
    NoticeAnswer,
    RefusalBody,
    SignedInAnswer,
    SignIn,
)

USUAL_CAPACITY = 3

router = APIRouter(prefix="/api")


@router.post("/sign-in", tags=["sign-in"], summary="Exchange a mail address and a password for a token")
def post_sign_in(body: SignIn, request: Request) -> SignedInAnswer:
    doorway = doorway_of(request)
    with doorway.database.transaction() as session:
        operator_id = _operator(session, body.operator)
    with doorway.database.transaction(operator_id) as session:
        token = sign_in(
            session,
            doorway.resources[Passwords],
            sign_in_name=body.email,
            password=body.password,
            now=doorway.clock.now(),
            valid_for=doorway.resources[TokenLife].valid_for,
        )
    return SignedInAnswer(token=token)


@router.post("/members", status_code=201, tags=["members"], summary="Enter a member")
def post_member(body: JoinBody, visit: Staff) -> MemberAnswer:
    return _entered(join, body, visit)


@router.post(
    "/applications", status_code=201, tags=["members"], summary="Enter an application for membership"
)
def post_application(body: JoinBody, visit: Staff) -> MemberAnswer:
    """Nothing can be used before it is approved, where the operator approves applications."""
    return _entered(apply, body, visit)


@router.post("/members/{member_id}/approve", tags=["members"], summary="Approve an application")
def post_approve(member_id: int, visit: Staff) -> MemberAnswer:
    approve(visit.session, member_id, actor=visit.actor.reference, now=visit.now)
    return _member(facts(visit.session, member_id))


@router.post("/members/{member_id}/refuse", tags=["members"], summary="Refuse an application")
def post_refuse(member_id: int, body: RefusalBody, visit: Staff) -> MemberAnswer:
    """The reason is kept, and the applicant is told."""
    reasons = visit.resources[RulesOfMembers][visit.operator_id].refusal_reasons
    refuse(visit.session, member_id, body.reason, reasons, actor=visit.actor.reference, now=visit.now)
    return _member(facts(visit.session, member_id))


@router.get("/members", tags=["members"], summary="List members")
def get_members(visit: Staff, after: After = 0, limit: Limit = USUAL_ITEMS) -> Page[MemberAnswer]:
    return page(
        list_members(visit.session, after_id=after, limit=limit), limit, _member, lambda member: member.id
    )


@router.get("/members/{member_id}", tags=["members"], summary="One member")
def get_member(member_id: int, visit: SignedIn) -> MemberAnswer:
    visit.require_member(member_id)
    return _member(facts(visit.session, member_id))


@router.post(
    "/members/{member_id}/identity-records",
    status_code=201,
    tags=["members"],
    summary="Record that a member's identity was confirmed",
)
def post_identity_record(member_id: int, body: IdentityBody, visit: Staff) -> IdentityAnswer:
    entry = confirm_identity(
        visit.session,
        member_id,
        method=body.method,
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return IdentityAnswer.model_validate(entry)


@router.get("/notices", tags=["notices"], summary="List what was written to members")
def get_notices(visit: SignedIn, after: After = 0, limit: Limit = USUAL_ITEMS) -> Page[NoticeAnswer]:
    statement = select(Notice).where(Notice.id > after).order_by(Notice.id).limit(limit)
    member_id = visit.own_member_id()
    if member_id is not None:
        statement = statement.where(Notice.recipient == f"member:{member_id}")
    notices = visit.session.scalars(statement).all()
    return page(notices, limit, NoticeAnswer.model_validate, lambda notice: notice.id)


def _entered(enter: Callable[..., Member], body: JoinBody, visit: Visit) -> MemberAnswer:
    """Enter a member, or who wants to be one, with an account if a password came along."""
    rules = visit.resources[RulesOfMembers][visit.operator_id]
    plan = rules.profile.plans.get(body.plan)
    capacity = body.capacity or (USUAL_CAPACITY if plan and plan.has_private_office else None)
    new = NewMember(
        kind=body.kind,
        name=body.name,
        email=body.email,
        plan=body.plan,
        office=body.office or rules.profile.default_office,
        starts_on=body.starts_on or rules.calendar.local_date(visit.now),
        language=body.language,
        representative=body.representative,
        capacity=capacity,
    )
    member = enter(
        visit.session,
        rules.profile,
        new,
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    if body.password is not None:
        open_account(
            visit.session,
            person=member.person,
            member_id=member.id,
            sign_in_name=body.email,
            password_hash=visit.resources[Passwords].hash(body.password),
            role="member" if body.kind == "person" else "company-representative",
            now=visit.now,
        )
    return _member(facts(visit.session, member.id))


def _member(member: MemberFacts) -> MemberAnswer:
    return MemberAnswer.model_validate(member)


def _operator(session: Session, name: str | None) -> int:
    """The operator of that name, or the only one. Not being there looks like a wrong password."""
    statement = select(Operator.id)
    if name is not None:
        statement = statement.where(Operator.name == name)
    found = session.scalars(statement.limit(2)).all()
    if len(found) != 1:
        raise SignInRefused
    return found[0]
