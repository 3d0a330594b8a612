"""What stands in files that banks exchange: a deposit with its payer's name, a mandate and a batch of direct debits."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from sqlalchemy.orm import Session

from coworking.billing.debit_fields import DirectDebit
from coworking.billing.debits.batches import collector_of
from coworking.billing.debits.mandates import NewMandate, register_mandate
from coworking.billing.debits.models import DebitBatch
from coworking.billing.deposits.models import Deposit, DepositFile, PayerName
from coworking.kit.sealing import FieldKeys
from coworking.membership.models import Member
from tests.factories.membership import NOW

_serial = count(1)
ACTOR = "account:1"
TODAY = date(2026, 6, 10)
TERMS = DirectDebit(
    collector_code="0000000001",
    collector_name="ワ-クブ-スサクラ",
    bank_code="0000",
    bank_name="ミホン",
    branch_code="001",
    branch_name="トヤマ",
    account_kind="ordinary",
    account_number="7654321",
    file_days_before=5,
)


@dataclass(frozen=True)
class BankIds:
    deposit_id: int
    payer_name_id: int
    mandate_id: int
    debit_id: int


def make_bank_records(session: Session, member: Member, keys: FieldKeys) -> BankIds:
    """A deposit that waits, a learned name, a mandate that the bank is asked for, a batch that was given up."""
    deposit = make_deposit(session, member.operator_id)
    name = PayerName(
        operator_id=member.operator_id,
        member_id=member.id,
        payer_key="ﾀﾅｶｲﾁﾛｳ",
        name="ﾀﾅｶ ｲﾁﾛｳ",
        deposit_id=deposit.id,
        learned_at=NOW,
        learned_by=ACTOR,
    )
    batch = DebitBatch(
        operator_id=member.operator_id,
        debit_on=TODAY,
        collector=asdict(collector_of(TERMS)),
        state="cancelled",
        count=1,
        amount=Decimal(1),
        paid_count=0,
        paid_amount=Decimal(0),
        failed_count=0,
        failed_amount=Decimal(0),
        made_at=NOW,
        made_by=ACTOR,
    )
    session.add_all([name, batch])
    session.flush()
    mandate = register_mandate(session, keys, member.id, new_mandate(is_active=False), actor=ACTOR, now=NOW)
    return BankIds(deposit.id, name.id, mandate.id, batch.id)


def make_deposit(session: Session, operator_id: int, payer: str = "ﾀﾞﾚｶ", amount: int = 500) -> Deposit:
    """An unmatched one in a file of its own."""
    file = DepositFile(
        operator_id=operator_id,
        digest=hashlib.sha256(f"file {next(_serial)}".encode()).digest(),
        deposits=1,
        entered=1,
        amount=Decimal(amount),
        read_at=NOW,
        read_by=ACTOR,
    )
    session.add(file)
    session.flush()
    deposit = Deposit(
        operator_id=operator_id,
        file_id=file.id,
        received_on=TODAY,
        amount=Decimal(amount),
        payer=payer,
        payer_key=payer.replace(" ", ""),
        reference=str(file.id),
        status="unmatched",
        assignments=0,
    )
    session.add(deposit)
    session.flush()
    return deposit


def new_mandate(*, is_active: bool = True) -> NewMandate:
    return NewMandate("0005", "331", 1, "0012345", "サトウ ハナコ", TODAY, is_active=is_active)
