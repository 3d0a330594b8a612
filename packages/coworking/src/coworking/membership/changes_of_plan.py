"""Changes of plan: when another plan begins, and what does not go with it (SAK-29)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.events import tell
from coworking.membership.companies import count_people, issue_code, joined_from_list
from coworking.membership.contract_errors import (
    DeadlinePassed,
    EvidenceMissing,
    NoChangeOfPlan,
    OfficeOnly,
    PlanNotForThis,
    SamePlan,
    TooManyPeople,
)
from coworking.membership.contract_models import OptionTerm, PlanTerm
from coworking.membership.deadlines import day_before, earliest_start, month_start
from coworking.membership.errors import MembershipNotActive
from coworking.membership.events import OptionDropped, PlanChanged
from coworking.membership.leaving import require_running
from coworking.membership.linked_cards import require_card
from coworking.membership.models import Member
from coworking.membership.profile import MembershipProfile, Plan
from coworking.membership.rules import MemberRules
from coworking.membership.terms import begin_plan, cut_term, held, on_day, standing, terms_of


def change_plan(
    session: Session,
    rules: MemberRules,
    member_id: int,
    plan: str,
    *,
    from_month: date | None,
    evidence: str | None,
    by_staff: bool,
    actor: str,
    now: datetime,
) -> date:
    """Agree to another plan; returns its first day. `from_month` is any day of the month that is wished, None the first
    that is possible. `evidence` counts from staff only. Raises `NotFound`, `ApprovalPending`, `MembershipNotActive`,
    `OfficeOnly`, `PlanNotForThis`, `NoChangeOfPlan`, `SamePlan`, `TooManyPeople`, `CardRequired`, `EvidenceMissing`,
    `DeadlinePassed`."""
    member = held(session, member_id)
    require_running(member)
    today = rules.calendar.local_date(now)
    present = plan_on(session, member, today)
    _require_office(rules.profile, present, plan, by_staff)
    wanted = allowed_plan(rules.profile, member, plan)
    starts_on = _first_day(rules, present, plan, from_month, by_staff, now)
    if plan_on(session, member, starts_on) == plan:
        raise SamePlan
    if member.ends_on is not None and starts_on > member.ends_on:
        raise MembershipNotActive
    if not joined_from_list(rules.profile, plan) and count_people(session, member_id) > wanted.most_people:
        raise TooManyPeople(most=wanted.most_people)
    require_card(session, wanted, member)
    if wanted.evidence is not None and not (by_staff and evidence):
        raise EvidenceMissing(evidence=wanted.evidence.spoken(member.person.language))
    before = plan_on(session, member, day_before(starts_on)) or present
    begin_plan(session, member, plan, starts_on, now)
    _drop_what_does_not_go(session, rules.profile, member, plan, starts_on, now)
    if starts_on <= today:
        member.plan = plan
        issue_code(session, rules.profile, member, now)
    details = {"from": before, "to": plan, "starts_on": starts_on.isoformat()}
    if evidence:
        details["evidence"] = evidence
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="plan.changed",
        subject=f"member:{member_id}",
        details=details,
    )
    tell(session, PlanChanged(member_id, before, plan, starts_on, now))
    return starts_on


def plan_on(session: Session, member: Member, day: date) -> str:
    found = on_day(terms_of(session, PlanTerm, member.id), day)
    return found[0].plan if found else member.plan


def allowed_plan(profile: MembershipProfile, member: Member, plan: str) -> Plan:
    """A plan that runs by contract and that this kind of member can move to. Raises `PlanNotForThis`."""
    allowed = {
        name: one
        for name, one in profile.plans.items()
        if one.has_contract and member.kind in one.kinds and one.of_company is None
    }
    present = profile.plans.get(member.plan)
    if plan not in allowed or present is None or not present.has_contract or present.of_company is not None:
        raise PlanNotForThis(allowed=", ".join(allowed))
    return allowed[plan]


def _require_office(profile: MembershipProfile, present: str, plan: str, by_staff: bool) -> None:
    of_the_office = any(
        name in profile.plans and profile.plans[name].office_changes_only for name in (present, plan)
    )
    if not by_staff and of_the_office:
        raise OfficeOnly


def _first_day(
    rules: MemberRules, present: str, plan: str, from_month: date | None, by_staff: bool, now: datetime
) -> date:
    change = rules.profile.contracts.plan_change
    today = rules.calendar.local_date(now)
    wished = month_start(from_month) if from_month is not None else None
    if change is None:
        if not by_staff:
            raise NoChangeOfPlan
        return today if wished is None else max(wished, today)
    at_once = change.upgrade_at_once and rules.is_upgrade(present, plan)
    if wished == month_start(today) and at_once:
        return today
    earliest = earliest_start(change.deadline, rules.calendar.local(now))
    if wished is not None and wished < earliest:
        raise DeadlinePassed(earliest=earliest.isoformat())
    return wished or earliest


def _drop_what_does_not_go(
    session: Session, profile: MembershipProfile, member: Member, plan: str, starts_on: date, now: datetime
) -> None:
    """Options that the new plan does not have, or has in it, end with the old one."""
    for term in standing(terms_of(session, OptionTerm, member.id), starts_on):
        option = profile.options.get(term.option)
        if option is None or plan not in option.member_plans:
            cut_term(session, term, day_before(starts_on))
            last_day = day_before(starts_on)
            tell(session, OptionDropped(member.id, term.id, term.option, last_day, now))
    session.flush()
