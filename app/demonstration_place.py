"""The example at an operator of places, which lends no lines: staff, somebody who comes in, somebody with mail."""

from __future__ import annotations

from app.demonstration_accounts import ACTOR, DemonstrationAccount, Example
from app.operators import OperatorInForce
from app.wiring import Composition
from coworking.membership import list_members
from coworking.membership.profile import MemberKind, Plan
from mail_handling import MailRules, NewItem, assign, take_in
from mail_handling.profile import MailKind

RESIDENT = "鈴木 一郎"
SENDER = "丸山会計事務所"


def load_place(composition: Composition, operator: OperatorInForce) -> tuple[DemonstrationAccount, ...]:
    """Who can sign in there; nobody new where the operator has members of its own."""
    with composition.database.transaction(operator.id) as session:
        if list_members(session, limit=1):
            return ()
        example = Example(session, composition, operator, composition.clock.now())
        accounts = example.open_staff()
        plans = operator.profile.membership.plans
        comes_in = next((name for name, plan in plans.items() if plan.hours and _is_own(plan)), None)
        if comes_in is not None:
            accounts.append(example.account("member", "tanaka"))
            example.join(accounts[-1], "田中 美咲", comes_in)
        has_mail = next((name for name, plan in plans.items() if plan.includes and _is_own(plan)), None)
        rules = operator.mail_rules(composition.settings.public_url)
        if has_mail is not None and rules is not None:
            accounts.append(example.account("member", "suzuki"))
            _bring_mail(example, rules, example.join(accounts[-1], RESIDENT, has_mail).id)
    return tuple(accounts)


def _is_own(plan: Plan) -> bool:
    return plan.has_contract and plan.of_company is None and MemberKind.PERSON in plan.kinds


def _bring_mail(example: Example, rules: MailRules, member_id: int) -> None:
    new = NewItem(kind=MailKind.LETTER, addressee=f"{RESIDENT} 様", sender=SENDER)
    item = take_in(example.session, rules, new, operator_id=example.operator.id, actor=ACTOR, now=example.now)
    assign(example.session, rules, item.id, member_id, actor=ACTOR, now=example.now)
