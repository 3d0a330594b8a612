"""Applications for membership and what is decided about them (NEX-14, SAK-03, NET-02, NET-12, JSUG-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language
from coworking.kit.events import tell
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.notices import notify, register_templates
from coworking.membership.application_checks import (
    Particulars,
    require_particulars,
    require_plan,
)
from coworking.membership.application_models import Application
from coworking.membership.community.published_terms import binding_on, terms_editions
from coworking.membership.companies import (
    belong,
    find_company,
    issue_code,
    require_no_representative,
    require_plan_of_people,
    require_room,
)
from coworking.membership.contract_errors import ApprovalPending, EvidenceMissing, MemberAlready
from coworking.membership.errors import AlreadyApproved, NotApplied, RefusalReasonUnknown
from coworking.membership.events import MeansNamed, MemberJoined
from coworking.membership.linked_cards import link_card, require_card
from coworking.membership.members import NewMember, enter_member
from coworking.membership.models import Account, Company, Member, Person
from coworking.membership.options import begin_option
from coworking.membership.profile import MemberKind, MembershipProfile
from coworking.membership.rules import MemberRules
from coworking.membership.terms import begin_plan, held

PACKAGE = "coworking.membership"
Kind = Literal["person", "company"]


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def apply(
    session: Session,
    rules: MemberRules,
    new: NewMember,
    particulars: Particulars | None = None,
    *,
    operator_id: int,
    actor: str,
    now: datetime,
    at_once: bool = False,
    person: Person | None = None,
) -> Member:
    """Enter an application of somebody who is no member yet. A member at once where the operator approves none, where
    staff want it so (`at_once`), and by a company's code. `person` is whoever is on record already. Raises
    `PlanUnknown`, `PlanNotForThis`, `CodeUnknown`, `CompanyNotMember`, `TooManyPeople`, `RepresentativeExists`,
    `ValidationFailed`, `OfficeUnknown`, `CardRequired`, and what options and cards raise."""
    particulars = particulars or Particulars()
    today = rules.calendar.local_date(now)
    company, plan = _checked(session, rules, new.plan, new.kind, new.name, particulars)
    kind: Kind = "person" if company is not None else new.kind
    require_particulars(rules.profile, plan, kind, particulars, starts_on=new.starts_on, today=today)
    member = enter_member(
        session,
        rules.profile,
        replace(new, plan=plan, kind=kind),
        operator_id=operator_id,
        status="applied",
        action="member.applied",
        actor=actor,
        now=now,
        person=person,
    )
    return _taken(session, rules, member, particulars, company, None, actor=actor, now=now, at_once=at_once)


def apply_as_member(
    session: Session,
    rules: MemberRules,
    member_id: int,
    plan: str | None,
    particulars: Particulars,
    *,
    starts_on: date | None,
    company_name: str | None,
    actor: str,
    now: datetime,
    at_once: bool = False,
) -> Member:
    """Somebody with an account, or a former member, applies for a contract. A person who applies for a company's plan
    names the company, and represents it. Raises as `apply` does, and `NotFound`, `ApprovalPending`, `MemberAlready`."""
    member = held(session, member_id)
    if member.status == "applied":
        raise ApprovalPending
    before = rules.profile.plans.get(member.plan)
    has_contract = before is not None and before.has_contract
    if has_contract and member.status not in ("ended", "refused"):
        raise MemberAlready
    if member.status == "struck":
        raise NotApplied
    today = rules.calendar.local_date(now)
    kind = MemberKind.COMPANY.value if company_name is not None else member.kind
    wanted = plan or (member.plan if particulars.company is None else "")
    company, wanted = _checked(session, rules, wanted, kind, company_name or member.name, particulars)
    kind = MemberKind.PERSON.value if company is not None else kind
    starts_on = starts_on or today
    birth_date = particulars.birth_date or member.person.birth_date
    particulars = replace(particulars, birth_date=birth_date)
    require_particulars(rules.profile, wanted, kind, particulars, starts_on=starts_on, today=today)
    if kind == MemberKind.COMPANY and member.company is None:
        _found_company(session, member, company_name or member.name, now)
    before_plan = None if has_contract else member.plan
    member.plan, member.status = wanted, "applied"
    member.starts_on, member.ends_on = starts_on, None
    session.flush()
    return _taken(
        session, rules, member, particulars, company, before_plan, actor=actor, now=now, at_once=at_once
    )


def record_evidence(session: Session, member_id: int, evidence: str, *, actor: str, now: datetime) -> None:
    """Staff have seen what the plan asks for. Raises `NotFound`, `NotApplied`, `AlreadyApproved`."""
    member = _applied(session, member_id)
    application = _open_application(session, member)
    application.evidence, application.evidence_recorded_by = evidence, actor
    _record(session, member, "application.evidence-recorded", actor, now, {})
    session.flush()


def approve(session: Session, rules: MemberRules, member_id: int, *, actor: str, now: datetime) -> Member:
    """Who has applied is a member, from the day that was applied for. Raises `NotFound`, `AlreadyApproved`,
    `NotApplied`, `EvidenceMissing`, `CardRequired`, and what options raise that are gone meanwhile."""
    member = _applied(session, member_id)
    _begin(session, rules, member, _open_application(session, member), actor=actor, now=now)
    _record(session, member, "member.approved", actor, now, {})
    _notify(session, member, "application-approved", now)
    return member


def refuse(
    session: Session, profile: MembershipProfile, member_id: int, reason: str, *, actor: str, now: datetime
) -> Member:
    """Who has applied becomes no member, for one of the operator's reasons, which is kept, and told where the operator
    tells it. Raises `NotFound`, `RefusalReasonUnknown`, `AlreadyApproved`, `NotApplied`."""
    reasons = profile.joining.refusal_reasons
    member = _applied(session, member_id)
    if reason not in reasons:
        raise RefusalReasonUnknown(reason=reason, allowed=", ".join(reasons))
    application = _open_application(session, member)
    _decide(application, "refused", actor, now)
    application.reason = reason
    member.status = "refused"
    _record(session, member, "member.refused", actor, now, {"reason": reason})
    words = reasons[reason].spoken(member.person.language) if profile.joining.reason_disclosed else None
    _notify(session, member, "application-refused", now, reason=words)
    return member


def applications_of(
    session: Session, member_id: int, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[Application]:
    statement = listing.part(select(Application), Application.id, after_id, limit).where(
        Application.member_id == member_id
    )
    return session.scalars(statement).all()


def _checked(
    session: Session, rules: MemberRules, plan: str, kind: str, name: str, particulars: Particulars
) -> tuple[Member | None, str]:
    """The company that is joined, if any, and the plan."""
    profile = rules.profile
    if particulars.company is not None:
        company = find_company(session, profile, particulars.company)
        plan = require_plan_of_people(profile, company, plan or None)
        require_room(session, profile, company)
        return company, plan
    require_plan(profile, plan, kind)
    if kind == MemberKind.COMPANY:
        require_no_representative(session, profile, plan, name)
    return None, plan


def _taken(
    session: Session,
    rules: MemberRules,
    member: Member,
    particulars: Particulars,
    company: Member | None,
    before_plan: str | None,
    *,
    actor: str,
    now: datetime,
    at_once: bool,
) -> Member:
    profile = rules.profile
    if particulars.birth_date is not None:
        member.person.birth_date = particulars.birth_date
    if particulars.card is not None:
        link_card(session, member.id, particulars.card, actor=actor, now=now)
    require_card(session, profile.plans[member.plan], member)
    terms = binding_on(terms_editions(session, profile), rules.calendar.local_date(now))
    application = Application(
        operator_id=member.operator_id,
        member_id=member.id,
        plan=member.plan,
        before_plan=before_plan,
        starts_on=member.starts_on,
        options=list(particulars.options),
        pay_by=particulars.pay_by,
        company_id=company.id if company is not None else None,
        declarations=list(particulars.declarations),
        terms_version=terms.version if terms is not None else None,
        evidence=particulars.evidence,
        evidence_recorded_by=actor if particulars.evidence is not None else None,
        applied_at=now,
    )
    session.add(application)
    session.flush()
    if particulars.pay_by is not None:
        tell(session, MeansNamed(member.id, particulars.pay_by, particulars.brand, actor, now))
    if at_once or company is not None or not _needs_decision(profile, application):
        _begin(session, rules, member, application, actor=actor, now=now)
        _record(session, member, "member.joined", actor, now, {})
    return member


def _needs_decision(profile: MembershipProfile, application: Application) -> bool:
    lacks_evidence = profile.plans[application.plan].evidence is not None and application.evidence is None
    return profile.joining.approval_required or lacks_evidence


def _begin(
    session: Session,
    rules: MemberRules,
    member: Member,
    application: Application,
    *,
    actor: str,
    now: datetime,
) -> None:
    plan = rules.profile.plans.get(application.plan)
    if plan is not None and plan.evidence is not None and application.evidence is None:
        raise EvidenceMissing(evidence=plan.evidence.spoken(member.person.language))
    if plan is not None:
        require_card(session, plan, member)
    _decide(application, "approved", actor, now)
    member.status = "active"
    begin_plan(session, member, application.plan, application.starts_on, application.applied_at)
    if application.company_id is not None:
        belong(session, member, held(session, application.company_id), application.starts_on, now)
    issue_code(session, rules.profile, member, now)
    tell(session, MemberJoined(member.id, application.plan, application.starts_on, now))
    for option in application.options:
        begin_option(session, rules.profile, member, option, application.starts_on, actor=actor, now=now)


def _decide(application: Application, decision: str, actor: str, now: datetime) -> None:
    application.decision, application.decided_by, application.decided_at = decision, actor, now


def _found_company(session: Session, member: Member, name: str, now: datetime) -> None:
    """The applicant represents the company that becomes the member."""
    company = Company(
        operator_id=member.operator_id, name=name, representative_id=member.person_id, created_at=now
    )
    session.add(company)
    session.flush()
    member.kind, member.company = MemberKind.COMPANY.value, company
    own = update(Account).where(Account.member_id == member.id, Account.role == "member")
    session.execute(own.values(role="company-representative"))


def _applied(session: Session, member_id: int) -> Member:
    member = held(session, member_id)
    if member.status in {"refused", "ended", "struck"}:
        raise NotApplied
    if member.status != "applied":
        raise AlreadyApproved
    return member


def _open_application(session: Session, member: Member) -> Application:
    found = session.scalar(
        select(Application).where(Application.member_id == member.id, Application.decision.is_(None))
    )
    if found is None:
        raise NotApplied
    return found


def _record(
    session: Session, member: Member, action: str, actor: str, now: datetime, details: dict[str, Any]
) -> None:
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{member.id}",
        details=details,
    )


def _notify(session: Session, member: Member, kind: str, now: datetime, **facts: Any) -> None:
    notify(
        session,
        operator_id=member.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.person.email,
        kind=kind,
        language=cast("Language", member.person.language),
        member=member.name,
        **facts,
    )
