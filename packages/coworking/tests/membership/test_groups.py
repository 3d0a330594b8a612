"""The code of a group goes with its plan: given when the plan begins, of no use when it is over (SAK-27, SAK-29)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from sqlalchemy.orm import Session

from coworking.membership.application_checks import Particulars
from coworking.membership.applications import apply
from coworking.membership.changes_of_plan import change_plan
from coworking.membership.companies import CompanyChoice, code_of, remove_person
from coworking.membership.contract_errors import CodeUnknown
from coworking.membership.members import enter_offices
from coworking.membership.rules import MemberRules
from coworking.membership.turning import bring_up_to_date
from tests.factories.membership import NOW, load_profile, make_operator, sakura_applicant

ACTOR = "account:1"


@pytest.fixture
def rules() -> MemberRules:
    sakura = load_profile("sakura")
    return MemberRules(sakura.membership, sakura.calendar())


def test_a_code_is_given_with_the_plan_and_ends_with_it(session: Session, rules: MemberRules) -> None:
    operator_id = make_operator(session, "sakura")
    enter_offices(session, operator_id, {"toyama": ""})
    new, declared = sakura_applicant(rules)

    def join(particulars: Particulars, now: datetime) -> int:
        return apply(
            session, rules, new, particulars, operator_id=operator_id, actor=ACTOR, now=now, at_once=True
        ).id

    def change(plan: str, month: date, now: datetime) -> datetime:
        change_plan(
            session, rules, member_id, plan,
            from_month=month, evidence=None, by_staff=True, actor=ACTOR, now=now,
        )  # fmt: skip
        begun = rules.calendar.instant(month, time(9))
        bring_up_to_date(session, rules, member_id, begun)
        return begun

    member_id = join(declared, NOW)
    july = change("group-2", date(2026, 8, 1), NOW)
    code = code_of(session, [member_id])[member_id]
    joining = replace(declared, company=CompanyChoice(code=code))
    new = replace(new, plan="group-2")
    person = join(joining, july)
    remove_person(session, rules, person, actor=ACTOR, now=july)
    alone = change("weekday", date(2026, 10, 1), july)
    with pytest.raises(CodeUnknown):
        join(joining, alone)
