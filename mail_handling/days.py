"""What a day brings to the mail that lies here: standing instructions by age, storage and its warning, and the end of a
membership."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import charge_once
from coworking.kit.outbox import TaskContext, task
from coworking.membership import MemberEnded, MemberFacts, facts
from mail_handling.histories import HERE
from mail_handling.items import RULES, go_on
from mail_handling.letters import write
from mail_handling.models import MailItem
from mail_handling.profile import AfterEnd
from mail_handling.rules import MailRules, RulesOfMail
from mail_handling.standing import apply_standing
from mail_handling.storage import charged_from, days_to_charge, warning_day

STORAGE_FEE = "mail-storage"
ITEMS_A_TASK = 200
OVER = frozenset({"ended", "struck"})


@task("mail.turn-day")
def turn_mail(context: TaskContext, *, day: str) -> None:
    """A daily step: a task for every so many items that lie here."""
    assert context.operator_id is not None
    if context.operator_id not in context.resource(RulesOfMail):
        return
    lying = list(
        context.session.scalars(
            select(MailItem.id)
            .where(MailItem.operator_id == context.operator_id, MailItem.status.in_(HERE))
            .order_by(MailItem.id)
        )
    )
    for start in range(0, len(lying), ITEMS_A_TASK):
        ids = lying[start : start + ITEMS_A_TASK]
        turn_items.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=context.clock.now(),
            key=f"mail:{context.operator_id}:{day}:{ids[0]}",
            item_ids=ids,
        )


@task("mail.turn-items")
def turn_items(context: TaskContext, *, item_ids: list[int]) -> None:
    assert context.operator_id is not None
    rules = context.resource(RulesOfMail)[context.operator_id]
    statement = (
        select(MailItem)
        .where(MailItem.id.in_(item_ids), MailItem.status.in_(HERE))
        .order_by(MailItem.id)
        .with_for_update()
    )
    for item in context.session.scalars(statement).all():
        turn_item(context.session, rules, item, context.clock.now())


def turn_item(session: Session, rules: MailRules, item: MailItem, now: datetime) -> None:
    """Bring an item that is held and lies here up to date; doing it again on the same day changes nothing."""
    assert item.member_id is not None
    today = rules.calendar.local_date(now)
    member = facts(session, item.member_id)
    if member.status in OVER:
        _after_end(session, rules, item, member, today, now)
        return
    apply_standing(session, rules, item, now)
    _count_storage(session, rules, item, member.id, today, now)


def tell_of_end(session: Session, rules: MailRules, told: MemberEnded) -> None:
    """Whose mail still lies here when the membership ends, is told until when it can be collected."""
    statement = select(MailItem.id).where(MailItem.member_id == told.member_id, MailItem.status.in_(HERE))
    count = len(session.scalars(statement).all())
    if count:
        after_end = rules.profile.after_end
        write(
            session,
            told.member_id,
            "mail-after-end",
            told.at,
            count=count,
            kept_until=_kept_until(after_end, told.ends_on).isoformat(),
            then=after_end.then,
        )


def _after_end(
    session: Session, rules: MailRules, item: MailItem, member: MemberFacts, today: date, now: datetime
) -> None:
    after_end = rules.profile.after_end
    if member.ends_on is None or today <= _kept_until(after_end, member.ends_on):
        return
    disposable_on = today if after_end.then == "dispose" else None
    is_said = item.instructed_by == RULES and item.instruction == after_end.then
    if is_said and (item.disposable_on is None) == (disposable_on is None):
        return
    go_on(
        session,
        item,
        "instructed",
        by=RULES,
        now=now,
        instruction=after_end.then,
        disposable_on=disposable_on,
        via="after-end",
    )


def _kept_until(after_end: AfterEnd, ends_on: date) -> date:
    return ends_on + timedelta(days=after_end.grace_days)


def _count_storage(
    session: Session, rules: MailRules, item: MailItem, member_id: int, today: date, now: datetime
) -> None:
    storage = rules.profile.storage
    if storage is None or STORAGE_FEE not in rules.billing.profile.fees:
        return
    days = days_to_charge(storage, item.received_on, item.charged_through, today)
    for day in days:
        charge_once(
            session,
            rules.billing,
            member_id,
            STORAGE_FEE,
            key=f"mail:{item.id}:storage:{day}",
            service_on=day,
            now=now,
        )
    if days:
        item.charged_through = days[-1]
    elif item.warned_on is None and today >= warning_day(storage, item.received_on):
        item.warned_on = today
        first_day = charged_from(storage, item.received_on, item.charged_through)
        write(
            session,
            member_id,
            "mail-storage-warning",
            now,
            number=item.id,
            charged_from=first_day.isoformat(),
        )
    session.flush()
