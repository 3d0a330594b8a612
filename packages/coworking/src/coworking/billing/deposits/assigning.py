"""What becomes of a deposit: a member's payment, nobody's, or back to the queue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coworking.billing.counter_payments import open_invoice_of
from coworking.billing.deposits.errors import DepositDecided, DepositUndecided
from coworking.billing.deposits.models import Deposit, PayerName
from coworking.billing.deposits.payers import learn_name
from coworking.billing.payment_events import PaymentReversed
from coworking.billing.payments import NewPayment, record_payment, reverse_payment
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.membership import hold_member


def assign_deposit(
    session: Session,
    rules: BillingRules,
    deposit_id: int,
    member_id: int,
    number: str | None = None,
    *,
    remembers: bool = True,
    actor: str,
    now: datetime,
) -> Deposit:
    """Record a deposit as this member's payment, of the invoice of that number first. The payer's name is remembered as
    one of the member's, unless `remembers` says otherwise.

    Raises `NotFound`, `DepositDecided`, `InvoiceNotOpen`.
    """
    hold_member(session, member_id)
    deposit = _held(session, deposit_id)
    if deposit.status != "unmatched":
        raise DepositDecided
    invoice_id = open_invoice_of(session, member_id, number) if number is not None else None
    if remembers:
        learn_name(session, deposit, member_id, actor=actor, now=now)
    give(session, rules, deposit, member_id, invoice_id, actor=actor, now=now)
    return deposit


def give(
    session: Session,
    rules: BillingRules,
    deposit: Deposit,
    member_id: int,
    invoice_id: int | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Record an unmatched deposit as a payment; member and deposit are held by the caller."""
    deposit.assignments += 1
    payment = record_payment(
        session,
        rules,
        NewPayment(
            key=payment_key(deposit.id, deposit.assignments),
            member_id=member_id,
            means=PaymentMeans.BANK_TRANSFER,
            amount=deposit.amount,
            received_on=deposit.received_on,
            invoice_id=invoice_id,
        ),
        actor=actor,
        now=now,
    )
    deposit.status, deposit.member_id, deposit.payment_id = "assigned", member_id, payment.id
    _decided(session, deposit, "deposit.assigned", actor, now)


def ignore_deposit(session: Session, deposit_id: int, reason: str, *, actor: str, now: datetime) -> Deposit:
    """It is nobody's payment, such as the bank's interest. Raises `NotFound`, `DepositDecided`."""
    deposit = _held(session, deposit_id)
    if deposit.status != "unmatched":
        raise DepositDecided
    deposit.status, deposit.reason = "ignored", reason
    _decided(session, deposit, "deposit.ignored", actor, now)
    return deposit


def undo_deposit(
    session: Session, rules: BillingRules, deposit_id: int, *, actor: str, now: datetime
) -> Deposit:
    """Put a deposit back into the queue: its payment is reversed, and what was learned from it is forgotten.

    Raises `NotFound`, `DepositUndecided`, and as `reverse_payment` does.
    """
    deposit = session.get(Deposit, deposit_id, populate_existing=True)
    if deposit is None:
        raise NotFound
    if deposit.payment_id is not None:
        # The deposit comes back as `PaymentReversed` is heard, as it does when its payment is reversed elsewhere.
        reverse_payment(session, rules, deposit.payment_id, "mistaken", actor=actor, now=now)
        session.refresh(deposit)
        return deposit
    deposit = _held(session, deposit_id)
    if deposit.status != "ignored":
        raise DepositUndecided
    _reopen(session, deposit, actor, now)
    return deposit


def take_deposit_back(session: Session, told: PaymentReversed) -> None:
    """The deposit of a payment that was reversed is unmatched again."""
    deposit = session.scalar(select(Deposit).where(Deposit.payment_id == told.payment_id).with_for_update())
    if deposit is not None:
        session.execute(delete(PayerName).where(PayerName.deposit_id == deposit.id))
        _reopen(session, deposit, told.actor, told.at)


def payment_key(deposit_id: int, assignment: int) -> str:
    """Of its payments, counted from 1; the first is `deposit:<id>`."""
    return f"deposit:{deposit_id}" if assignment == 1 else f"deposit:{deposit_id}:{assignment}"


def _reopen(session: Session, deposit: Deposit, actor: str, now: datetime) -> None:
    before = deposit.status
    deposit.status, deposit.member_id, deposit.payment_id, deposit.reason = "unmatched", None, None, None
    _decided(session, deposit, "deposit.reopened", actor, now, was=before)


def _held(session: Session, deposit_id: int) -> Deposit:
    deposit = session.get(Deposit, deposit_id, with_for_update=True)
    if deposit is None:
        raise NotFound
    return deposit


def _decided(
    session: Session, deposit: Deposit, action: str, actor: str, now: datetime, **details: str
) -> None:
    deposit.decided_at, deposit.decided_by = now, actor
    session.flush()
    told: dict[str, object] = {"amount": str(deposit.amount), **details}
    if deposit.payment_id is not None:
        told |= {"member": deposit.member_id, "payment": deposit.payment_id}
    record(
        session,
        operator_id=deposit.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"deposit:{deposit.id}",
        details=told,
    )
