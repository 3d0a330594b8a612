"""Batches of direct debits: which invoices a bank is asked for on a debit date, and the file that asks (SAK-07)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.balances import OPEN, owed
from coworking.billing.debit_fields import DirectDebit
from coworking.billing.debits.errors import (
    BatchNotOpen,
    DebitDayPassed,
    DirectDebitNotOffered,
    NoBankDay,
)
from coworking.billing.debits.mandates import account_of, active_mandates
from coworking.billing.debits.models import DebitBatch, DebitMandate, DebitRow
from coworking.billing.invoice_models import InvoiceBalance
from coworking.billing.payment_methods import ways_to_pay
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.billing.zengin.debit_files import (
    MOST_DEBITS,
    BankAccount,
    Collector,
    Debit,
    write_debits,
)
from coworking.billing.zengin.errors import NothingToDebit
from coworking.billing.zengin.records import bank_kana
from coworking.kit.audit import record
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.db import table_of
from coworking.kit.errors import NotFound
from coworking.kit.outbox import TaskContext, task
from coworking.kit.sealing import FieldKeys
from coworking.membership import contracts_of

ACTOR = "direct-debit"
ACCOUNT_KINDS = {"ordinary": 1, "current": 2}


@dataclass(frozen=True, slots=True)
class MadeBatch:
    """`without_mandate` are members whose invoices were left out because there is nothing to debit."""

    batch: DebitBatch
    without_mandate: Sequence[int]


@task("billing.write-debits")
def write_due_debits(context: TaskContext, *, day: str) -> None:
    """The daily step: a batch for every debit date that is so many bank business days ahead, or fewer."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    terms = rules.profile.direct_debit
    if terms is None or terms.file_days_before is None:
        return
    session, today = context.session, date.fromisoformat(day)
    until = bank_days_ahead(rules.calendar, today, terms.file_days_before)
    statement = select(InvoiceBalance.due_on).where(
        InvoiceBalance.status.in_(OPEN), InvoiceBalance.due_on.between(today + timedelta(days=1), until)
    )
    bank_day = rules.calendar.bank_business_day
    for debit_on in sorted({bank_day(due_on) for due_on in session.scalars(statement.distinct())}):
        asked, _ = _to_debit(session, rules, debit_on, also_failed=False)
        if any(bank_day(balance.due_on) == debit_on for balance, _, _ in asked):
            make_batch(session, rules, context.operator_id, debit_on, actor=ACTOR, now=context.clock.now())


def bank_days_ahead(calendar: BusinessCalendar, day: date, count: int) -> date:
    """The bank business day that many after `day`."""
    for _ in range(count):
        day = calendar.bank_business_day(day + timedelta(days=1))
    return day


def make_batch(
    session: Session,
    rules: BillingRules,
    operator_id: int,
    debit_on: date,
    *,
    also_failed: bool = False,
    actor: str,
    now: datetime,
) -> MadeBatch:
    """Ask for every open invoice of members who pay by direct debit that is due by this local date and was in no batch
    yet, or `also_failed`: was, and was not paid.

    Raises `DirectDebitNotOffered`, `DebitDayPassed`, `NoBankDay`, `NothingToDebit`.
    """
    terms = rules.profile.direct_debit
    if terms is None:
        raise DirectDebitNotOffered
    if debit_on < rules.calendar.local_date(now):
        raise DebitDayPassed(debit_on=debit_on)
    if not rules.calendar.is_bank_business_day(debit_on):
        raise NoBankDay(debit_on=debit_on)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"debits:{operator_id}"))))
    asked, without_mandate = _to_debit(session, rules, debit_on, also_failed=also_failed)
    if not asked:
        raise NothingToDebit(debit_on=debit_on)
    batch = DebitBatch(
        operator_id=operator_id,
        debit_on=debit_on,
        collector=asdict(collector_of(terms)),
        state="written",
        count=len(asked),
        amount=sum((amount for _, _, amount in asked), Decimal(0)),
        paid_count=0,
        paid_amount=Decimal(0),
        failed_count=0,
        failed_amount=Decimal(0),
        made_at=now,
        made_by=actor,
    )
    session.add(batch)
    session.flush()
    _enter_rows(session, batch, asked)
    _audit(session, batch, "written", actor, now)
    return MadeBatch(batch, without_mandate)


def cancel_batch(session: Session, batch_id: int, *, actor: str, now: datetime) -> DebitBatch:
    """The file was not sent, or the bank has not taken it. Raises `NotFound`, `BatchNotOpen`."""
    batch = held_batch(session, batch_id)
    if batch.state != "written":
        raise BatchNotOpen
    for row in rows_of(session, batch_id):
        row.state = "cancelled"
    batch.state = "cancelled"
    session.flush()
    _audit(session, batch, "cancelled", actor, now)
    return batch


def file_of(session: Session, keys: FieldKeys, batch: DebitBatch) -> bytes:
    """The bank's file: the same bytes each time. Raises `BatchNotOpen` for a batch that was cancelled, or one with an
    account that was erased since."""
    if batch.state == "cancelled":
        raise BatchNotOpen
    statement = (
        select(DebitRow, DebitMandate)
        .join(DebitMandate, DebitMandate.id == DebitRow.mandate_id)
        .where(DebitRow.batch_id == batch.id)
        .order_by(DebitRow.id)
    )
    asked = session.execute(statement).all()
    if not all(mandate.sealed_number for _, mandate in asked):
        raise BatchNotOpen
    debits = [
        Debit(account_of(mandate, keys), int(row.amount), row.id, row.is_first) for row, mandate in asked
    ]
    account = BankAccount(**batch.collector["account"])
    collector = Collector(batch.collector["code"], batch.collector["name"], account)
    return write_debits(collector, batch.debit_on, debits)


def collector_of(terms: DirectDebit) -> Collector:
    return Collector(
        code=terms.collector_code,
        name=bank_kana(terms.collector_name),
        account=BankAccount(
            bank_code=terms.bank_code,
            bank_name=bank_kana(terms.bank_name),
            branch_code=terms.branch_code,
            branch_name=bank_kana(terms.branch_name),
            kind=ACCOUNT_KINDS[terms.account_kind],
            number=terms.account_number,
            holder="",
        ),
    )


def held_batch(session: Session, batch_id: int) -> DebitBatch:
    """Raises `NotFound`."""
    batch = session.get(DebitBatch, batch_id, with_for_update=True)
    if batch is None:
        raise NotFound
    return batch


def rows_of(session: Session, batch_id: int) -> Sequence[DebitRow]:
    return session.scalars(select(DebitRow).where(DebitRow.batch_id == batch_id).order_by(DebitRow.id)).all()


Asked = tuple[InvoiceBalance, DebitMandate, Decimal]


def _to_debit(
    session: Session, rules: BillingRules, debit_on: date, *, also_failed: bool
) -> tuple[list[Asked], list[int]]:
    """What is to be asked for, and the members whose mandate is missing."""
    in_batches = select(DebitRow.invoice_id).where(DebitRow.state != "cancelled")
    if also_failed:
        in_batches = in_batches.where(DebitRow.settled_at.is_(None))
    statement = (
        select(InvoiceBalance)
        .where(
            InvoiceBalance.status.in_(OPEN),
            InvoiceBalance.due_on <= debit_on,
            InvoiceBalance.invoice_id.not_in(in_batches),
        )
        .order_by(InvoiceBalance.invoice_id)
        .limit(MOST_DEBITS)
    )
    balances = session.scalars(statement).all()
    paying = _by_direct_debit(session, rules, {balance.member_id for balance in balances})
    mandates = active_mandates(session, sorted(paying))
    theirs = [balance for balance in balances if balance.member_id in paying]
    asked = [
        (balance, mandates[balance.member_id], owed(balance))
        for balance in theirs
        if balance.member_id in mandates
    ]
    return asked, sorted(paying - mandates.keys())


def _by_direct_debit(session: Session, rules: BillingRules, member_ids: Collection[int]) -> set[int]:
    ways = ways_to_pay(session, rules.profile, contracts_of(session, member_ids))
    return {member_id for member_id, way in ways.items() if way.means is PaymentMeans.DIRECT_DEBIT}


def _enter_rows(session: Session, batch: DebitBatch, asked: Sequence[Asked]) -> None:
    used = set(
        session.scalars(
            select(DebitRow.mandate_id)
            .where(DebitRow.mandate_id.in_({mandate.id for _, mandate, _ in asked}))
            .where(DebitRow.state != "cancelled")
            .distinct()
        )
    )
    rows = []
    for balance, mandate, amount in asked:
        rows.append(
            {
                "operator_id": batch.operator_id,
                "batch_id": batch.id,
                "mandate_id": mandate.id,
                "member_id": balance.member_id,
                "invoice_id": balance.invoice_id,
                "amount": amount,
                "is_first": mandate.id not in used,
                "state": "asked",
            }
        )
        used.add(mandate.id)
    session.execute(insert(table_of(DebitRow)), rows)


def _audit(session: Session, batch: DebitBatch, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=batch.operator_id,
        at=now,
        actor=actor,
        action=f"direct-debit.{action}",
        subject=f"direct-debit:{batch.id}",
        details={"debit_on": batch.debit_on.isoformat(), "count": batch.count, "amount": str(batch.amount)},
    )
