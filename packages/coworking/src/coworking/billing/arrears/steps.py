"""What happens to invoices that are not paid in time: overdue, reminded, service suspended, membership ended. Each step
once for an invoice; none while its payment is disputed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, cast

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.arrears.models import ArrearsStep
from coworking.billing.balances import OPEN, open_balances, owed
from coworking.billing.cards.models import CardDispute
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.payment_events import ArrearsSettled, InvoiceOverdue, MemberInArrears
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.audit import record
from coworking.kit.db import table_of
from coworking.kit.errors import Language
from coworking.kit.events import tell
from coworking.kit.notices import notify
from coworking.kit.outbox import TaskContext, task
from coworking.membership import RulesOfMembers, end_membership, hold_member

ACTOR: Final = "arrears"
UNPAID: Final = "unpaid"


@task("billing.chase-arrears")
def chase_arrears(context: TaskContext, *, day: str) -> None:
    """The daily step: every member with an invoice that was due before that day."""
    statement = (
        select(InvoiceBalance.member_id)
        .where(InvoiceBalance.status.in_(OPEN), InvoiceBalance.due_on < date.fromisoformat(day))
        .distinct()
        .order_by(InvoiceBalance.member_id)
    )
    for member_id in context.session.scalars(statement):
        chase_member.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=context.clock.now(),
            key=f"chase-member:{member_id}",
            member_id=member_id,
        )


@task("billing.chase-member")
def chase_member(context: TaskContext, *, member_id: int) -> None:
    """Bring one member's overdue invoices to the steps whose day has come."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    now = context.clock.now()
    is_over = chase(context.session, rules, member_id, now)
    if is_over:
        member_rules = context.resource(RulesOfMembers)[context.operator_id]
        today = rules.calendar.local_date(now)
        end_membership(context.session, member_rules, member_id, today, UNPAID, actor=ACTOR, now=now)


def chase(session: Session, rules: BillingRules, member_id: int, now: datetime) -> bool:
    """Take the steps whose day has come; says whether the membership ends for debt today."""
    terms = rules.profile.arrears
    today = rules.calendar.local_date(now)
    hold_member(session, member_id)
    is_over = False
    for balance in open_balances(session, member_id):
        if balance.due_on >= today:
            continue
        if balance.status != "overdue":
            balance.status = "overdue"
            session.flush()
            tell(session, InvoiceOverdue(balance.invoice_id, member_id, now))
        if _is_disputed(session, balance.invoice_id):
            continue
        late = (today - balance.due_on).days
        was_reminded = _was_reminded_before(session, rules, balance.invoice_id, today)
        if late >= terms.reminder_after_days and _take(session, balance, "reminder", now):
            _remind(session, rules, balance, now)
        if (
            terms.suspension_after_days is not None
            and late >= terms.suspension_after_days
            and _take(session, balance, "suspension", now)
        ):
            tell(session, MemberInArrears(member_id, now))
        is_last_step = (
            terms.forced_end_after_days is not None
            and late >= terms.forced_end_after_days
            and was_reminded
            and _take(session, balance, "forced-end", now)
        )
        is_over = is_over or is_last_step
    return is_over


def settle_debt(session: Session, member_id: int, invoice_id: int, now: datetime) -> None:
    """An invoice is owed no more: when service was suspended for it and for no other one, the debt is settled."""
    suspended_for = delete(ArrearsStep).where(
        ArrearsStep.invoice_id == invoice_id, ArrearsStep.step == "suspension"
    )
    if session.execute(suspended_for.returning(ArrearsStep.id)).first() is None:
        return
    others = select(ArrearsStep.id).where(
        ArrearsStep.member_id == member_id, ArrearsStep.step == "suspension"
    )
    if session.scalar(others.limit(1)) is None:
        tell(session, ArrearsSettled(member_id, now))


def _take(session: Session, balance: InvoiceBalance, step: str, now: datetime) -> bool:
    """Whether the invoice comes to this step only now."""
    steps = table_of(ArrearsStep)
    row = {
        "operator_id": balance.operator_id,
        "member_id": balance.member_id,
        "invoice_id": balance.invoice_id,
        "step": step,
        "taken_at": now,
    }
    entered = session.scalar(
        insert(steps)
        .values(row)
        .on_conflict_do_nothing(index_elements=["invoice_id", "step"])
        .returning(steps.c.id)
    )
    if entered is None:
        return False
    record(
        session,
        operator_id=balance.operator_id,
        at=now,
        actor=ACTOR,
        action=f"arrears.{step}",
        subject=f"member:{balance.member_id}",
        details={"invoice": balance.invoice_id},
    )
    return True


def _was_reminded_before(session: Session, rules: BillingRules, invoice_id: int, today: date) -> bool:
    """Whether there was time to answer: the reminder went out on an earlier day."""
    reminded_at = session.scalar(
        select(ArrearsStep.taken_at).where(
            ArrearsStep.invoice_id == invoice_id, ArrearsStep.step == "reminder"
        )
    )
    return reminded_at is not None and rules.calendar.local_date(reminded_at) < today


def _remind(session: Session, rules: BillingRules, balance: InvoiceBalance, now: datetime) -> None:
    invoice = session.get_one(Invoice, balance.invoice_id)
    language = cast("Language", invoice.addressee.get("language", rules.membership.language.value))
    notify(
        session,
        operator_id=balance.operator_id,
        now=now,
        recipient=f"member:{balance.member_id}",
        address=invoice.addressee["email"],
        kind="payment-reminder",
        language=language,
        operator=rules.operator_title.spoken(language),
        member=invoice.addressee["name"],
        invoice=invoice.number,
        due_on=balance.due_on,
        amount=f"{owed(balance):,.0f}",
        interest=rules.profile.arrears.late_interest.claimed,
    )


def _is_disputed(session: Session, invoice_id: int) -> bool:
    found = session.scalar(
        select(CardDispute.id).where(CardDispute.invoice_id == invoice_id, CardDispute.status == "open")
    )
    return found is not None
