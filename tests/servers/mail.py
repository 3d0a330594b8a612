"""An item that is old enough for its member's standing instruction, and the day that sees it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.outbox import Resources
from mail_handling import Choice, MailItem, RulesOfMail, turn_mail
from mail_handling.days import turn_items
from mail_handling.standing import NewStanding, give_standing
from tests.factories.mail import ACTOR, mail_rules, make_item
from tests.factories.membership import NOW, make_member


def queue_turn(resources: Resources, session: Session, operator_id: int, *, by_day: bool = True) -> None:
    rules = mail_rules()
    resources.provide(RulesOfMail, RulesOfMail({operator_id: rules}))
    arrived_at = NOW - timedelta(days=10)
    member = make_member(session, operator_id, now=arrived_at)
    item = make_item(session, operator_id, member=member, now=arrived_at)
    new = NewStanding(Choice.RETURN, after_days=10)
    give_standing(session, rules, member.id, new, actor=ACTOR, by_staff=False, now=NOW)
    if by_day:
        today = rules.calendar.local_date(NOW)
        turn_mail.enqueue(session, operator_id=operator_id, now=NOW, day=today.isoformat())
    else:
        turn_items.enqueue(session, operator_id=operator_id, now=NOW, item_ids=[item.id])


def is_instructed(session: Session) -> bool:
    return session.scalars(select(MailItem.instruction)).all() == ["return"]
