"""Options that a member adds to a plan and drops again (SAK-20, SAK-23, SAK-29)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.events import tell
from coworking.membership.contract_errors import (
    NeedsOption,
    OptionLimitReached,
    OptionNeeded,
    OptionNotForPlan,
    OptionNotHeld,
    OptionSoldOut,
    OptionUnknown,
)
from coworking.membership.contract_models import OptionTerm, PlanTerm
from coworking.membership.deadlines import month_end
from coworking.membership.errors import IdentityNotVerified
from coworking.membership.events import OptionAdded, OptionDropped
from coworking.membership.identity.records import has_identity
from coworking.membership.leaving import require_running
from coworking.membership.models import Member
from coworking.membership.profile import MembershipProfile, Option
from coworking.membership.rules import MemberRules
from coworking.membership.terms import cut_term, held, on_day, standing, terms_of

# Two members never count the stock of one option at once.
LOCK_OF_STOCK = 7_206_412


def add_option(
    session: Session, rules: MemberRules, member_id: int, option: str, *, actor: str, now: datetime
) -> OptionTerm:
    """From today on the member has the option. Raises `NotFound`, `ApprovalPending`, `MembershipNotActive`,
    `IdentityNotVerified`, `OptionUnknown`, `OptionNotForPlan`, `NeedsOption`, `OptionLimitReached`, `OptionSoldOut`."""
    member = held(session, member_id)
    require_running(member)
    wanted = rules.profile.options.get(option)
    if wanted is not None and wanted.identity_required and not has_identity(session, member_id):
        raise IdentityNotVerified
    starts_on = max(rules.calendar.local_date(now), member.starts_on)
    return begin_option(session, rules.profile, member, option, starts_on, actor=actor, now=now)


def begin_option(
    session: Session,
    profile: MembershipProfile,
    member: Member,
    name: str,
    starts_on: date,
    *,
    actor: str,
    now: datetime,
) -> OptionTerm:
    own = [term.option for term in standing(terms_of(session, OptionTerm, member.id), starts_on)]
    plans = on_day(terms_of(session, PlanTerm, member.id), starts_on)
    plan = plans[0].plan if plans else member.plan
    option = allowed_option(profile, plan, name, own)
    _require_stock(session, name, option, starts_on)
    term = OptionTerm(
        operator_id=member.operator_id,
        member_id=member.id,
        option=name,
        starts_on=starts_on,
        ends_on=member.ends_on,
        asked_at=now,
    )
    session.add(term)
    session.flush()
    _record(session, member, "option.added", name, starts_on, actor, now)
    tell(session, OptionAdded(member.id, term.id, name, starts_on, now))
    return term


def require_options(profile: MembershipProfile, plan: str, names: Sequence[str]) -> None:
    """That somebody on this plan could have these, taken in their order. Raises what `add_option` raises."""
    for index, name in enumerate(names):
        allowed_option(profile, plan, name, names[:index])


def allowed_option(profile: MembershipProfile, plan: str, name: str, own: Sequence[str]) -> Option:
    """The option, for somebody on `plan` who has `own`. What a plan includes counts as had."""
    option = profile.options.get(name)
    if option is None:
        raise OptionUnknown(option=name, allowed=", ".join(profile.options))
    if plan not in option.member_plans:
        raise OptionNotForPlan(option=name, allowed=", ".join(option.member_plans))
    included = profile.plans[plan].includes if plan in profile.plans else ()
    for needed in option.needs:
        if needed not in own and needed not in included:
            raise NeedsOption(option=name, needed=needed)
    if Counter(own)[name] >= option.most_per_member:
        raise OptionLimitReached(option=name, most=option.most_per_member)
    return option


def drop_option(
    session: Session, rules: MemberRules, member_id: int, name: str, *, actor: str, now: datetime
) -> date:
    """The option, of several the latest, ends with this month; returns its last day. Dropping what has been dropped
    changes nothing. Raises `NotFound`, `ApprovalPending`, `MembershipNotActive`, `OptionUnknown`, `OptionNotHeld`,
    `OptionNeeded`."""
    member = held(session, member_id)
    require_running(member)
    if name not in rules.profile.options:
        raise OptionUnknown(option=name, allowed=", ".join(rules.profile.options))
    last_day = month_end(rules.calendar.local_date(now))
    terms = standing(terms_of(session, OptionTerm, member_id), rules.calendar.local_date(now))
    mine = [term for term in terms if term.option == name]
    if not mine:
        raise OptionNotHeld(option=name)
    going_on = [term for term in mine if term.ends_on is None or term.ends_on > last_day]
    if not going_on:
        return last_day
    staying = [term.option for term in terms if term.ends_on is None or term.ends_on > last_day]
    _require_unneeded(rules.profile, name, staying)
    term = going_on[-1]
    term_id = term.id
    cut_term(session, term, last_day)
    _record(session, member, "option.dropped", name, last_day, actor, now)
    session.flush()
    tell(session, OptionDropped(member_id, term_id, name, last_day, now))
    return last_day


def _require_unneeded(profile: MembershipProfile, name: str, own: Sequence[str]) -> None:
    if Counter(own)[name] > 1:
        return
    for other in own:
        option = profile.options.get(other)
        if option is not None and name in option.needs:
            raise OptionNeeded(option=other, needed=name)


def _require_stock(session: Session, name: str, option: Option, starts_on: date) -> None:
    if option.stock is None:
        return
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_OF_STOCK})
    taken = session.scalar(
        select(func.count(OptionTerm.id)).where(
            OptionTerm.option == name, or_(OptionTerm.ends_on.is_(None), OptionTerm.ends_on >= starts_on)
        )
    )
    if (taken or 0) >= option.stock:
        raise OptionSoldOut(option=name)


def _record(
    session: Session, member: Member, action: str, option: str, day: date, actor: str, now: datetime
) -> None:
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{member.id}",
        details={"option": option, "day": day.isoformat()},
    )
