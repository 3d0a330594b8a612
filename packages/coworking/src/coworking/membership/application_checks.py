"""What an application has to hold before it is taken (SAK-03, SAK-38, SAK-40, NET-02, JSUG-02)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from coworking.kit.errors import ValidationFailed
from coworking.membership.companies import CompanyChoice
from coworking.membership.contract_errors import CompanyNotMember, PlanNotForThis
from coworking.membership.deadlines import age_on
from coworking.membership.errors import PlanUnknown
from coworking.membership.options import require_options
from coworking.membership.profile import MemberKind, MembershipProfile

MOST_DAYS_AHEAD = 366
EARLIEST_START = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an application says beside who applies. `evidence` counts from staff only; `card` is a reference that the
    reading app gave."""

    options: tuple[str, ...] = ()
    pay_by: str | None = None
    brand: str | None = None
    company: CompanyChoice | None = None
    declarations: tuple[str, ...] = ()
    birth_date: date | None = None
    accepts_terms: bool = True
    evidence: str | None = None
    card: str | None = None


def require_plan(profile: MembershipProfile, plan: str, kind: str) -> None:
    """A plan that somebody of this kind takes in their own right. Raises `PlanUnknown`, `PlanNotForThis`,
    `CompanyNotMember` where the plan is for people of a company."""
    if plan not in profile.plans:
        raise PlanUnknown(plan=plan, allowed=", ".join(profile.plans))
    if profile.plans[plan].of_company is not None:
        raise CompanyNotMember
    if kind not in profile.plans[plan].kinds:
        allowed = ", ".join(name for name, one in profile.plans.items() if kind in one.kinds)
        raise PlanNotForThis(allowed=allowed)


def usual_kind(profile: MembershipProfile, plan: str) -> Literal["person", "company"]:
    """What a plan takes: people where it takes both."""
    kinds = profile.plans[plan].kinds if plan in profile.plans else (MemberKind.PERSON,)
    return "person" if MemberKind.PERSON in kinds else "company"


def require_particulars(
    profile: MembershipProfile,
    plan: str,
    kind: str,
    particulars: Particulars,
    *,
    starts_on: date,
    today: date,
) -> None:
    """Raises `ValidationFailed`, and what `require_options` raises."""
    faults = [*_faults(profile, kind, particulars, starts_on=starts_on, today=today)]
    if faults:
        raise ValidationFailed([{"field": field, "message": message} for field, message in faults])
    require_options(profile, plan, particulars.options)


def _faults(
    profile: MembershipProfile, kind: str, particulars: Particulars, *, starts_on: date, today: date
) -> Iterator[tuple[str, str]]:
    joining = profile.joining
    for name in joining.declarations:
        if name not in particulars.declarations:
            yield "declarations", f"{name} has to be declared"
    for name in particulars.declarations:
        if name not in joining.declarations:
            yield "declarations", f"{name} is none of {', '.join(joining.declarations)}"
    if joining.least_age is not None and kind == MemberKind.PERSON:
        yield from _faults_of_age(joining.least_age, particulars.birth_date, today)
    if not particulars.accepts_terms:
        yield "accepts_terms", "the terms have to be accepted"
    if starts_on > today + timedelta(days=MOST_DAYS_AHEAD):
        yield "starts_on", f"at most {MOST_DAYS_AHEAD} days ahead"
    if starts_on < EARLIEST_START:
        yield "starts_on", f"not before {EARLIEST_START.isoformat()}"


def _faults_of_age(least_age: int, birth_date: date | None, today: date) -> Iterator[tuple[str, str]]:
    if birth_date is None:
        yield "birth_date", "is needed"
    elif age_on(today, birth_date) < least_age:
        yield "birth_date", f"members are {least_age} or older"
