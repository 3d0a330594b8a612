"""What became of a batch: the bank's result file, taken as a whole or not at all, and what follows from each result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.debits.batches import ACTOR, held_batch, rows_of
from coworking.billing.debits.errors import BatchNotOpen, DebitDayAhead, ResultsDiffer
from coworking.billing.debits.mandates import end_mandate
from coworking.billing.debits.models import DebitBatch, DebitMandate, DebitRow
from coworking.billing.invoice_models import Invoice
from coworking.billing.payments import NewPayment, record_payment
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.billing.zengin.debit_files import RESULT_WORDS, Result, ResultFile, read_results
from coworking.billing.zengin.errors import ResultOfAnotherFile
from coworking.kit.audit import record
from coworking.kit.errors import Language
from coworking.kit.notices import notify
from coworking.kit.outbox import TaskContext, task
from coworking.membership import facts, hold_member

MOST_AT_ONCE = 100
"""Rows that are settled in one transaction."""
ENDING = {Result.NO_ACCOUNT, Result.NO_MANDATE}
"""Results after which nothing can be debited by the mandate any more."""


def take_results(
    session: Session, rules: BillingRules, batch_id: int, content: bytes, *, actor: str, now: datetime
) -> DebitBatch:
    """Record what the bank says of every row and queue what follows. Reading the same results again changes nothing.

    Raises `NotFound`, `BankFileRefused`, `BankFileTotalsWrong`, `ResultOfAnotherFile`, `BatchNotOpen`,
    `DebitDayAhead`, `ResultsDiffer`.
    """
    batch = held_batch(session, batch_id)
    told = read_results(content)
    if batch.state == "cancelled":
        raise BatchNotOpen
    rows = {row.id: row for row in rows_of(session, batch_id)}
    results = _of_this_batch(batch, rows, told)
    if batch.state == "settled":
        if any(row.result != results[row.id] for row in rows.values()):
            raise ResultsDiffer
        return batch
    if rules.calendar.local_date(now) < batch.debit_on:
        raise DebitDayAhead(debit_on=batch.debit_on)
    for row in rows.values():
        row.result = results[row.id].value
        row.state = "paid" if results[row.id] is Result.PAID else "failed"
    paid = [row.amount for row in rows.values() if row.state == "paid"]
    batch.paid_count, batch.paid_amount = len(paid), sum(paid, Decimal(0))
    batch.failed_count = batch.count - batch.paid_count
    batch.failed_amount = batch.amount - batch.paid_amount
    batch.state, batch.results_at, batch.results_by = "settled", now, actor
    session.flush()
    settle_rows.enqueue(session, operator_id=batch.operator_id, now=now, batch_id=batch.id)
    record(
        session,
        operator_id=batch.operator_id,
        at=now,
        actor=actor,
        action="direct-debit.results-read",
        subject=f"direct-debit:{batch.id}",
        details={"paid": batch.paid_count, "failed": batch.failed_count, "amount": str(batch.paid_amount)},
    )
    return batch


@task("billing.settle-debits")
def settle_rows(context: TaskContext, *, batch_id: int) -> None:
    """Act on the results that were not acted on yet, so many at a time."""
    assert context.operator_id is not None
    session, now = context.session, context.clock.now()
    rules = context.resource(RulesOfBilling)[context.operator_id]
    statement = (
        select(DebitRow)
        .where(
            DebitRow.batch_id == batch_id,
            DebitRow.settled_at.is_(None),
            DebitRow.state.in_(("paid", "failed")),
        )
        .order_by(DebitRow.member_id, DebitRow.id)
        .limit(MOST_AT_ONCE)
    )
    rows = session.scalars(statement).all()
    settle_all(session, rules, rows, now)
    if len(rows) == MOST_AT_ONCE:
        settle_rows.enqueue(session, operator_id=context.operator_id, now=now, batch_id=batch_id)


def settle_all(session: Session, rules: BillingRules, rows: Sequence[DebitRow], now: datetime) -> None:
    """Members are held in the order of their numbers, so that two who settle at once do not wait for each other."""
    for row in rows:
        hold_member(session, row.member_id)
        session.refresh(row, with_for_update=True)
        if row.settled_at is not None:
            continue
        if row.state == "paid":
            _pay(session, rules, row, now)
        else:
            _tell_failed(session, rules, row, now)
        row.settled_at = now
        session.flush()


def _of_this_batch(batch: DebitBatch, rows: dict[int, DebitRow], told: ResultFile) -> dict[int, Result]:
    """The result of each row. Raises `ResultOfAnotherFile` unless it tells of exactly these rows and amounts."""
    results = {one.customer: one.result for one in told.results}
    is_ours = (
        told.collector_code == batch.collector["code"]
        and told.debit_month_day == f"{batch.debit_on:%m%d}"
        and len(told.results) == len(rows)
        and results.keys() == rows.keys()
        and all(rows[one.customer].amount == one.amount for one in told.results)
    )
    if not is_ours:
        raise ResultOfAnotherFile(debit_on=batch.debit_on)
    return results


def _pay(session: Session, rules: BillingRules, row: DebitRow, now: datetime) -> None:
    debit_on = session.get_one(DebitBatch, row.batch_id).debit_on
    new = NewPayment(
        key=f"debit:{row.id}",
        member_id=row.member_id,
        means=PaymentMeans.DIRECT_DEBIT,
        amount=row.amount,
        received_on=debit_on,
        invoice_id=row.invoice_id,
    )
    row.payment_id = record_payment(session, rules, new, actor=ACTOR, now=now).id


def _tell_failed(session: Session, rules: BillingRules, row: DebitRow, now: datetime) -> None:
    """The invoice stays open; the member is told what to do, and a mandate that is worth nothing ends."""
    assert row.result is not None
    result = Result(row.result)
    mandate = session.get_one(DebitMandate, row.mandate_id)
    if result in ENDING and mandate.state == "active":
        end_mandate(session, mandate.id, result.name.lower().replace("_", "-"), actor=ACTOR, now=now)
    member = facts(session, row.member_id)
    invoice = session.get_one(Invoice, row.invoice_id)
    language = cast("Language", member.language)
    notify(
        session,
        operator_id=row.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind="debit-failed",
        language=language,
        operator=rules.operator_title.spoken(language),
        member=member.name,
        invoice=invoice.number,
        amount=f"{row.amount:,.0f}",
        debit_on=session.get_one(DebitBatch, row.batch_id).debit_on,
        reason=getattr(RESULT_WORDS[result], language),
        needs_mandate=result in ENDING,
        account=_account_words(rules, language),
    )


def _account_words(rules: BillingRules, language: Language) -> str | None:
    account = rules.profile.papers.issuer.bank_account
    if account is None:
        return None
    kinds = {"ordinary": {"ja": "普通", "en": "ordinary"}, "current": {"ja": "当座", "en": "current"}}
    parts = (
        account.bank.spoken(language),
        account.branch.spoken(language),
        kinds[account.kind][language],
        account.number,
        account.holder_kana,
    )
    return " ".join(parts)
