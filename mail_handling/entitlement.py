"""Who has their mail taken in."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from coworking.membership import (
    IdentityNotVerified,
    MemberFacts,
    MembershipNotActive,
    contract_of,
    has_identity,
    require_service,
)
from mail_handling.errors import NeedsMailOption
from mail_handling.rules import MailRules


def require_mail(session: Session, rules: MailRules, member_id: int, today: date) -> MemberFacts:
    """The member, held, whose mail is taken in today: from the first day of the membership on, and in a pause as well,
    since options are charged in it (SAK-30). Raises `NotFound`, `MembershipNotActive`, `NeedsMailOption`,
    `IdentityNotVerified`."""
    member = require_service(session, member_id, identity_required=False, in_pauses=True)
    if today < member.starts_on:
        raise MembershipNotActive
    if not includes_mail(session, rules, member, today):
        raise NeedsMailOption
    if rules.profile.entitlement.identity_required and not has_identity(session, member_id):
        raise IdentityNotVerified
    return member


def includes_mail(session: Session, rules: MailRules, member: MemberFacts, today: date) -> bool:
    """Whether the member's plan or an option of today includes mail (SAK-19 … SAK-21). A plan that is paused includes
    nothing."""
    entitlement = rules.profile.entitlement
    own = {span.name for span in contract_of(session, member.id).options if span.holds(today)}
    if member.status == "suspended":
        return not own.isdisjoint(entitlement.options)
    plan = rules.membership.plans.get(member.plan)
    included = own | set(plan.includes if plan is not None else ())
    return member.plan in entitlement.member_plans or not included.isdisjoint(entitlement.options)
