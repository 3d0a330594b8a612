"""What a new day brings to members by itself: plans begin, pauses begin and end, memberships end."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, task
from coworking.membership.companies import issue_code
from coworking.membership.contract_models import Pause, PlanTerm
from coworking.membership.deadlines import day_before
from coworking.membership.leaving import OVER, WITHDRAWAL, end_membership, present_status
from coworking.membership.models import Member
from coworking.membership.pauses import follow_up
from coworking.membership.rules import MemberRules, RulesOfMembers
from coworking.membership.terms import held, on_day, terms_of


@task("membership.turn-day")
def turn_day(context: TaskContext, *, day: str) -> None:
    """A daily step: a task for each member whom the day brings something."""
    assert context.operator_id is not None
    now = context.clock.now()
    calendar = context.resource(RulesOfMembers)[context.operator_id].calendar
    today = calendar.local_date(now)
    for member_id in members_to_turn(context.session, today):
        turn_member.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=now,
            # Before everything else of the day, however late it is: fees read what stands then.
            due_at=calendar.instant(today, time.min),
            key=f"member:{member_id}:turn",
            member_id=member_id,
        )


@task("membership.turn-member")
def turn_member(context: TaskContext, *, member_id: int) -> None:
    assert context.operator_id is not None
    rules = context.resource(RulesOfMembers)[context.operator_id]
    bring_up_to_date(context.session, rules, member_id, context.clock.now())


def bring_up_to_date(session: Session, rules: MemberRules, member_id: int, now: datetime) -> None:
    """Doing it again on the same day changes nothing."""
    member = held(session, member_id)
    today = rules.calendar.local_date(now)
    if member.status in (*OVER, "applied"):
        return
    if member.ends_on is not None and member.ends_on < today:
        end_membership(session, rules, member_id, member.ends_on, WITHDRAWAL, actor="task", now=now)
        return
    for term in on_day(terms_of(session, PlanTerm, member_id), today):
        member.plan = term.plan
    issue_code(session, rules.profile, member, now)
    follow_up(session, rules, member, now)
    if member.status not in (*OVER, "limited"):
        member.status = present_status(session, member, today)
    session.flush()


def members_to_turn(session: Session, today: date) -> list[int]:
    """Whose membership is over, whose plan is another one, who is suspended or about to be."""
    return list(session.scalars(select(Member.id).where(_running(), _turns(today)).order_by(Member.id)))


def _running() -> ColumnElement[bool]:
    return Member.status.not_in((*OVER, "applied"))


def _turns(today: date) -> ColumnElement[bool]:
    begun = select(PlanTerm.member_id).where(
        PlanTerm.member_id == Member.id,
        PlanTerm.plan != Member.plan,
        PlanTerm.starts_on <= today,
        or_(PlanTerm.ends_on.is_(None), PlanTerm.ends_on >= today),
    )
    pausing = select(Pause.id).where(
        Pause.member_id == Member.id, Pause.starts_on <= today, Pause.ends_on >= day_before(today)
    )
    return or_(Member.ends_on < today, begun.exists(), pausing.exists(), Member.status == "suspended")
