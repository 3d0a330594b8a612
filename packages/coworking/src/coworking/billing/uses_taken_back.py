"""Taking uses back that belong to something that does not happen, such as a cancelled reservation (SAK-18, SAK-37).

A charge that is on no invoice yet is cancelled out by its reversal. One that was invoiced is credited by a note of its
own: what was paid of it is the member's advance and pays what they owe next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from coworking.billing.charges import reverse
from coworking.billing.closing_days import month_after
from coworking.billing.dues_models import Use, UseTakenBack
from coworking.billing.invoice_models import Invoice, InvoicedCharge, InvoiceLine, OpenCharge
from coworking.billing.invoicing.credit_notes import credit
from coworking.billing.models import Charge
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.billing.use_pools import standing_uses_of, stands
from coworking.billing.uses import SPACE, NewUse, charge_key, price_now, record_use
from coworking.kit.errors import UserError
from coworking.kit.money import TaxMode
from coworking.kit.outbox import TaskContext, task
from coworking.membership import facts, hold_member, hold_sharing_members, sharing_members

PRICED_AGAIN = "priced-again"
YEN = Decimal(1)

log = structlog.get_logger(__name__)


def take_back_uses(
    session: Session, rules: BillingRules, occasion: str, *, reason: str, actor: str, now: datetime
) -> None:
    """Take back every use that belongs to `occasion`. Later uses that had cost more or less because of them (the limit
    of a day, the free hours of a month) are priced again. Doing it again changes nothing."""
    for use in standing_uses_of(session, [occasion]):
        hold_sharing_members(session, use.member_id)
        hold_member(session, use.member_id)
        _take_back(session, use, reason=reason, actor=actor, now=now)
        _price_again(session, rules, _after(session, use), actor=actor, now=now)


def _take_back(session: Session, use: Use, *, reason: str, actor: str, now: datetime) -> None:
    session.add(
        UseTakenBack(
            use_id=use.id,
            operator_id=use.operator_id,
            reason=reason,
            taken_back_at=now,
            taken_back_by=actor,
        )
    )
    session.flush()
    key = charge_key(use)
    invoiced = select(InvoicedCharge.charge_id).join(Charge, Charge.id == InvoicedCharge.charge_id)
    is_invoiced = session.scalar(invoiced.where(Charge.key == key).limit(1)) is not None
    if reverse(session, use.operator_id, key, reason=reason, now=now) and is_invoiced:
        credit_use.enqueue(
            session, operator_id=use.operator_id, now=now, key=f"credit-use:{use.id}", use_id=use.id
        )


@task("billing.credit-use")
def credit_use(context: TaskContext, *, use_id: int) -> None:
    """Credit what was invoiced for a use that was taken back. While invoicing is stopped its reversal is left to the
    run of the month."""
    session, now = context.session, context.clock.now()
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    use = session.get_one(Use, use_id)
    statement = (
        select(Charge)
        .join(OpenCharge, OpenCharge.charge_id == Charge.id)
        .where(Charge.reverses_id.is_not(None))
    )
    reversal = session.scalar(statement.where(Charge.key == charge_key(use)))
    if reversal is None:
        return
    line = session.execute(
        select(Invoice.number, InvoiceLine.rate)
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .join(InvoicedCharge, InvoicedCharge.line_id == InvoiceLine.id)
        .where(InvoicedCharge.charge_id == reversal.reverses_id)
    ).one_or_none()
    if line is None:
        return
    amount = _with_tax(-reversal.amount, TaxMode(reversal.tax_mode), Decimal(line.rate))
    try:
        with session.begin_nested():
            reason = str(reversal.reason["reversed"])
            note = credit(session, rules, line.number, amount=amount, reason=reason, actor="task", now=now)
    except UserError as error:
        log.warning("a use was not credited", use_id=use_id, code=error.code)
        return
    _settle_on(session, reversal, note)


def _settle_on(session: Session, reversal: Charge, note: Invoice) -> None:
    """The reversal stands on the note, and on no invoice to come."""
    lines = select(InvoiceLine.id).where(InvoiceLine.invoice_id == note.id).order_by(InvoiceLine.position)
    session.add(
        InvoicedCharge(
            charge_id=reversal.id,
            operator_id=reversal.operator_id,
            line_id=session.scalars(lines.limit(1)).one(),
        )
    )
    session.delete(session.get_one(OpenCharge, reversal.id))
    session.flush()


def _with_tax(amount: Decimal, mode: TaxMode, rate: Decimal) -> Decimal:
    total = amount * (1 + rate) if mode is TaxMode.EXCLUDED else amount
    return total.quantize(YEN, rounding=ROUND_DOWN)


def _after(session: Session, use: Use) -> Sequence[Use]:
    """The uses that were priced with this one counted, in the order of recording."""
    shared: list[ColumnElement[bool]] = [
        (Use.member_id == use.member_id) & (Use.purpose == use.purpose) & (Use.counted_on == use.counted_on)
    ]
    if use.free_minutes:
        month = use.counted_on.replace(day=1)
        shared.append(
            Use.member_id.in_(sharing_members(session, use.member_id))
            & Use.purpose.startswith(SPACE)
            & (Use.counted_on >= month)
            & (Use.counted_on < month_after(month, 1))
        )
    statement = select(Use).where(Use.id > use.id, Use.guests == 0, Use.ends_at.is_not(None), stands())
    return session.scalars(statement.where(or_(*shared)).order_by(Use.id)).all()


def _price_again(
    session: Session, rules: BillingRules, uses: Sequence[Use], *, actor: str, now: datetime
) -> None:
    """The first of these that costs something else now, and all after it, are recorded anew in their order."""
    for index, use in enumerate(uses):
        plan = facts(session, use.member_id).plan
        price = rules.profile.price_of_use(use.purpose, plan)
        if price is None:
            continue
        without = [one.id for one in uses[index:]]
        member = facts(session, use.member_id)
        priced = price_now(session, rules, member, price, _new(use), without=without)
        if (priced.amount, priced.free_minutes) == (use.amount, use.free_minutes):
            continue
        for other in uses[index:]:
            _take_back(session, other, reason=PRICED_AGAIN, actor=actor, now=now)
        for other in uses[index:]:
            record_use(session, rules, other.member_id, _new(other), actor=actor, now=now)
        return


def _new(use: Use) -> NewUse:
    return NewUse(use.purpose, use.starts_at, use.ends_at, occasion=use.occasion, paid_ahead=use.paid_ahead)
