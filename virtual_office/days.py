"""What a day brings: registrations whose proof is overdue are asked for, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, task
from coworking.membership import facts, tell_staff
from virtual_office.letters import write_to_member
from virtual_office.registrations import registrations
from virtual_office.rules import AddressRules, RulesOfAddresses

MOST_A_DAY = 1_000


@task("virtual-office.ask-for-proofs")
def ask_for_proofs(context: TaskContext, *, day: str) -> None:
    """A daily step."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfAddresses).get(context.operator_id)
    if rules is not None:
        ask(context.session, rules, context.operator_id, context.clock.now())


def ask(session: Session, rules: AddressRules, operator_id: int, now: datetime) -> None:
    """Each member once, staff in one notice; asking again asks who is new."""
    overdue = registrations(session, unproven_by=rules.today(now), is_asked=False, limit=MOST_A_DAY)
    for registration in overdue:
        registration.proof_asked_at = now
        member = facts(session, registration.member_id)
        write_to_member(session, member, "registration-proof-due", now, name=registration.registered_name)
    session.flush()
    if overdue:
        tell_staff(
            session,
            rules.membership,
            "registration-proofs-overdue",
            operator_id=operator_id,
            now=now,
            count=len(overdue),
            members=", ".join(str(one.member_id) for one in overdue[:50]),
        )
