"""Reading a bank's file of deposits: once, whole or not at all, and no deposit twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.deposits.assigning import give
from coworking.billing.deposits.matching import Match, decide
from coworking.billing.deposits.models import Deposit, DepositFile
from coworking.billing.deposits.payers import accounts_of, open_invoices_of, told_by
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.billing.zengin.deposit_files import Deposit as ToldDeposit
from coworking.billing.zengin.deposit_files import read_deposits
from coworking.billing.zengin.errors import BankFileAlreadyRead
from coworking.billing.zengin.payer_names import payer_key
from coworking.kit.audit import record
from coworking.kit.db import table_of
from coworking.kit.outbox import TaskContext, task
from coworking.membership import hold_member

MATCHING = "matching"
"""Who gives a deposit to a member by itself."""
MOST_AT_ONCE = 100
"""Deposits that are matched in one transaction."""
MOST_ROWS_AT_ONCE = 1_000


def read_file(
    session: Session, rules: BillingRules, operator_id: int, content: bytes, *, actor: str, now: datetime
) -> DepositFile:
    """Enter the deposits of a file and queue their matching; those that another file has told already are left out.

    Raises `BankFileRefused`, `BankFileTotalsWrong`, `BankFileAlreadyRead`.
    """
    told = read_deposits(content, rules.calendar.local_date(now))
    digest = hashlib.sha256(content).digest()
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"deposit-files:{operator_id}"))))
    if session.scalar(select(DepositFile.id).where(DepositFile.digest == digest)) is not None:
        raise BankFileAlreadyRead
    fresh = _not_known(session, told)
    file = DepositFile(
        operator_id=operator_id,
        digest=digest,
        deposits=len(told),
        entered=len(fresh),
        amount=Decimal(sum(one.amount for one in fresh)),
        read_at=now,
        read_by=actor,
    )
    session.add(file)
    session.flush()
    _enter(session, file, fresh)
    if fresh:
        match_deposits.enqueue(session, operator_id=operator_id, now=now, file_id=file.id, after_id=0)
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="deposit-file.read",
        subject=f"deposit-file:{file.id}",
        details={"deposits": file.deposits, "entered": file.entered, "amount": str(file.amount)},
    )
    return file


@task("billing.match-deposits")
def match_deposits(context: TaskContext, *, file_id: int, after_id: int) -> None:
    """Give the unmatched deposits of a file to whom they surely belong, so many at a time."""
    assert context.operator_id is not None
    session, now = context.session, context.clock.now()
    statement = (
        select(Deposit)
        .where(Deposit.file_id == file_id, Deposit.id > after_id, Deposit.status == "unmatched")
        .order_by(Deposit.id)
        .limit(MOST_AT_ONCE)
    )
    deposits = session.scalars(statement).all()
    match_all(session, context.resource(RulesOfBilling)[context.operator_id], deposits, now)
    if len(deposits) == MOST_AT_ONCE:
        match_deposits.enqueue(
            session, operator_id=context.operator_id, now=now, file_id=file_id, after_id=deposits[-1].id
        )


def match_all(session: Session, rules: BillingRules, deposits: Sequence[Deposit], now: datetime) -> None:
    """Members are held first, in the order of their numbers, so that two who match at once do not wait for each other;
    what a member owes is looked at again before each of their deposits."""
    accounts = accounts_of(session)
    due = []
    for deposit in deposits:
        decision = decide(told_by(deposit), accounts)
        if isinstance(decision, Match):
            due.append((decision.member_id, deposit.id))
    for member_id in sorted({member_id for member_id, _ in due}):
        hold_member(session, member_id)
    for member_id, deposit_id in due:
        accounts.replace(member_id, open_invoices_of(session, member_id))
        deposit = session.get_one(Deposit, deposit_id, with_for_update=True)
        decision = decide(told_by(deposit), accounts)
        if deposit.status == "unmatched" and isinstance(decision, Match) and decision.member_id == member_id:
            give(session, rules, deposit, member_id, decision.invoice_id, actor=MATCHING, now=now)


def _not_known(session: Session, told: Sequence[ToldDeposit]) -> list[ToldDeposit]:
    if not told:
        return []
    days = [one.day for one in told]
    statement = select(Deposit.received_on, Deposit.amount, Deposit.payer, Deposit.reference).where(
        Deposit.received_on.between(min(days), max(days))
    )
    known = {
        ToldDeposit(day, int(amount), payer, reference)
        for day, amount, payer, reference in session.execute(statement)
    }
    return [one for one in told if one not in known]


def _enter(session: Session, file: DepositFile, fresh: Sequence[ToldDeposit]) -> None:
    rows = [
        {
            "operator_id": file.operator_id,
            "file_id": file.id,
            "received_on": one.day,
            "amount": Decimal(one.amount),
            "payer": one.payer,
            "payer_key": payer_key(one.payer),
            "reference": one.reference,
            "status": "unmatched",
            "assignments": 0,
        }
        for one in fresh
    ]
    for start in range(0, len(rows), MOST_ROWS_AT_ONCE):
        session.execute(insert(table_of(Deposit)), rows[start : start + MOST_ROWS_AT_ONCE])
