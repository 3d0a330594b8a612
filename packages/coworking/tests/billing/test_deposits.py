"""Deposits from the bank's file to somebody's payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing.allocations import advance_of
from coworking.billing.deposits.assigning import (
    assign_deposit,
    ignore_deposit,
    take_deposit_back,
    undo_deposit,
)
from coworking.billing.deposits.errors import DepositDecided, DepositUndecided
from coworking.billing.deposits.matching import Accounts, Doubt, Match, OpenInvoice, Told, Unclear, decide
from coworking.billing.deposits.models import Deposit, PayerName
from coworking.billing.deposits.payers import accounts_of, told_by
from coworking.billing.deposits.receiving import match_all, read_file
from coworking.billing.errors import InvoiceNotOpen
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.journal import balances
from coworking.billing.journal_models import ClosedMonth, JournalEntry
from coworking.billing.payment_events import PaymentReversed
from coworking.billing.payment_models import Payment
from coworking.billing.payments import reverse_payment
from coworking.billing.zengin.errors import BankFileAlreadyRead, BankFileRefused
from coworking.kit.errors import NotFound
from coworking.membership.models import Member
from tests.factories.invoices import billing_rules, make_invoice
from tests.factories.membership import NOW, make_member, make_operator

ACTOR = "account:1"

# Deciding: two members of one name, one of another; invoices 1, 2 and 3.
SATO, OTHER_SATO, TANAKA = 1, 2, 3
KEYS = {"ｻﾄｳ": [SATO, OTHER_SATO], "ﾀﾅｶ": [TANAKA]}


def open_invoice(serial: int, member_id: int, owed: int) -> OpenInvoice:
    return OpenInvoice(serial, f"TST-{serial:06}", serial, member_id, Decimal(owed))


INVOICES = {
    SATO: [open_invoice(1, SATO, 11_000)],
    TANAKA: [open_invoice(2, TANAKA, 5_000), open_invoice(3, TANAKA, 7_000)],
}


@pytest.mark.parametrize(
    ("key", "serial", "amount", "expected"),
    [
        ("ﾀﾅｶ", None, 7_000, Match(TANAKA, 3)),
        ("ﾀﾅｶ", None, 12_000, Match(TANAKA, None)),
        ("ﾀﾅｶ", None, 1_000, Match(TANAKA, None)),
        ("ﾀﾅｶ", 2, 9_000, Match(TANAKA, 2)),
        ("ﾀﾅｶ", 99, 5_000, Match(TANAKA, 2)),
        ("ｻﾄｳ", None, 11_000, Match(SATO, 1)),
        ("ｻﾄｳ", None, 10_000, Doubt.SEVERAL),
        ("ｻﾄｳ", 1, 10_000, Match(SATO, 1)),
        ("ﾀﾅｶ", 1, 11_000, Doubt.CONTRADICTION),
        ("ｽｽﾞｷ", 1, 11_000, Match(SATO, 1)),
        ("ｽｽﾞｷ", 1, 10_000, Doubt.NUMBER_ALONE),
        ("ｽｽﾞｷ", None, 11_000, Doubt.NOBODY),
        ("", None, 11_000, Doubt.NOBODY),
    ],
)
def test_who_has_paid(key: str, serial: int | None, amount: int, expected: Match | Doubt) -> None:
    decision = decide(Told(Decimal(amount), key, serial), Accounts(KEYS, dict(INVOICES)))
    assert (decision.doubt if isinstance(decision, Unclear) else decision) == expected


def test_who_owes_nothing_is_left_to_staff() -> None:
    decision = decide(Told(Decimal(1), "ﾀﾅｶ", None), Accounts(KEYS, {}))
    assert isinstance(decision, Unclear)
    assert (decision.doubt, [one.member_id for one in decision.candidates]) == (Doubt.NOTHING_OPEN, [TANAKA])


def csv(*rows: tuple[str, int, str]) -> bytes:
    lines = [f'{day},"{amount:,}",{payer}' for day, amount, payer in rows]
    return "\r\n".join(["日付,入金額,摘要", *lines]).encode()


class Bank:
    """An operator whose account receives money from 佐藤 花子."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.operator_id = make_operator(session)
        session.info["subscriptions"].subscribe(PaymentReversed, take_deposit_back)
        self.rules = billing_rules(session, self.operator_id)
        self.member = self.enter("佐藤 花子", "サトウ ハナコ")

    def enter(self, name: str, kana: str | None = None) -> Member:
        member = make_member(self.session, self.operator_id, name=name)
        member.person.kana = kana
        self.session.flush()
        return member

    def read(self, *rows: tuple[str, int, str]) -> list[Deposit]:
        """The deposits that were new, matched as the task does."""
        file = read_file(self.session, self.rules, self.operator_id, csv(*rows), actor=ACTOR, now=NOW)
        deposits = self.session.scalars(
            select(Deposit).where(Deposit.file_id == file.id).order_by(Deposit.id)
        ).all()
        match_all(self.session, self.rules, deposits, NOW)
        return list(deposits)

    def assign(
        self, deposit: Deposit, member: Member, number: str | None = None, *, remembers: bool = True
    ) -> Deposit:
        return assign_deposit(
            self.session,
            self.rules,
            deposit.id,
            member.id,
            number,
            remembers=remembers,
            actor=ACTOR,
            now=NOW,
        )

    def undo(self, deposit: Deposit) -> Deposit:
        return undo_deposit(self.session, self.rules, deposit.id, actor=ACTOR, now=NOW)

    def state(self, invoice: Invoice) -> tuple[str, int]:
        balance = self.session.get_one(InvoiceBalance, invoice.id)
        return balance.status, int(balance.paid)

    def paid(self) -> Decimal:
        total = func.coalesce(func.sum(Payment.amount, type_=Payment.amount.type), Decimal(0))
        found = self.session.scalar(select(total))
        assert found is not None
        return found


@pytest.fixture
def bank(session: Session) -> Bank:
    return Bank(session)


def test_a_deposit_of_a_members_name_pays_the_invoice(bank: Bank) -> None:
    invoice = make_invoice(bank.session, bank.member, 11_000)
    [deposit] = bank.read(("2026-06-09", 11_000, "振込 ｻﾄｳ ﾊﾅｺ"))
    assert (deposit.status, deposit.member_id) == ("assigned", bank.member.id)
    assert bank.state(invoice) == ("paid", 11_000)
    payment = bank.session.get_one(Payment, deposit.payment_id)
    assert (payment.key, payment.received_on) == (f"deposit:{deposit.id}", date(2026, 6, 9))


def test_less_pays_a_part_and_more_is_an_advance(bank: Bank) -> None:
    invoice = make_invoice(bank.session, bank.member, 11_000)
    bank.read(("2026-06-09", 4_000, "ｻﾄｳ ﾊﾅｺ"))
    assert bank.state(invoice) == ("part-paid", 4_000)
    bank.read(("2026-06-10", 8_000, "ｻﾄｳ ﾊﾅｺ"))
    assert bank.state(invoice) == ("paid", 11_000)
    assert advance_of(bank.session, bank.member.id) == 1_000


def test_a_second_deposit_for_one_invoice_waits_for_staff(bank: Bank) -> None:
    make_invoice(bank.session, bank.member, 11_000)
    first, second = bank.read(("2026-06-09", 11_000, "ｻﾄｳ ﾊﾅｺ"), ("2026-06-09", 11_000, "ｻﾄｳ ﾊﾅｺ"))
    assert (first.status, second.status) == ("assigned", "unmatched")


def test_files_that_overlap_enter_a_deposit_once(bank: Bank) -> None:
    twice = ("2026-06-08", 500, "ﾖｼﾀﾞ")
    assert len(bank.read(twice)) == 1
    assert len(bank.read(twice, twice, ("2026-06-09", 500, "ﾖｼﾀﾞ"))) == 2
    with pytest.raises(BankFileAlreadyRead):
        bank.read(twice)


def test_a_deposit_of_tomorrow_is_none(bank: Bank) -> None:
    with pytest.raises(BankFileRefused):
        bank.read(("2026-06-11", 500, "ﾖｼﾀﾞ"))
    assert bank.session.scalars(select(Deposit)).all() == []


def test_whom_staff_assign_is_known_the_next_time_until_it_is_undone(bank: Bank) -> None:
    invoice = make_invoice(bank.session, bank.member, 11_000)
    make_invoice(bank.session, bank.member, 9_000, due_on=date(2026, 7, 31))
    [first] = bank.read(("2026-06-08", 3_000, "ｻﾄｳ ｼﾞﾛｳ"))
    assert first.status == "unmatched"
    bank.assign(first, bank.member, invoice.number)
    with pytest.raises(DepositDecided):
        bank.assign(first, bank.member)
    [second] = bank.read(("2026-06-09", 2_000, "ｻﾄｳ ｼﾞﾛｳ"))
    assert bank.state(invoice) == ("part-paid", 5_000)
    bank.undo(first)
    assert (first.status, first.payment_id, bank.state(invoice)) == ("unmatched", None, ("part-paid", 2_000))
    assert bank.session.scalars(select(PayerName)).all() == []
    bank.assign(first, bank.member, remembers=False)
    payment = bank.session.get_one(Payment, first.payment_id)
    assert payment.key == f"deposit:{first.id}:2"
    assert second.status == "assigned"


def test_a_payment_that_is_reversed_elsewhere_gives_its_deposit_back(bank: Bank) -> None:
    make_invoice(bank.session, bank.member, 11_000)
    [deposit] = bank.read(("2026-06-09", 11_000, "ｻﾄｳ ﾊﾅｺ"))
    assert deposit.payment_id is not None
    reverse_payment(bank.session, bank.rules, deposit.payment_id, "mistaken", actor=ACTOR, now=NOW)
    assert (deposit.status, deposit.payment_id) == ("unmatched", None)


def test_what_is_ignored_can_be_taken_up_again(bank: Bank) -> None:
    [deposit] = bank.read(("2026-06-08", 3, "ﾘｿｸ"))
    ignore_deposit(bank.session, deposit.id, "預金利息", actor=ACTOR, now=NOW)
    with pytest.raises(DepositDecided):
        bank.assign(deposit, bank.member)
    assert bank.undo(deposit).status == "unmatched"
    with pytest.raises(DepositUndecided):
        bank.undo(deposit)


def test_an_invoice_of_somebody_else_or_that_is_paid_is_refused(bank: Bank) -> None:
    other = make_invoice(bank.session, bank.enter("鈴木 一郎"), 11_000)
    own = make_invoice(bank.session, bank.member, 11_000)
    bank.read(("2026-06-08", 11_000, "ｻﾄｳ ﾊﾅｺ"))
    [deposit] = bank.read(("2026-06-09", 5, "ﾀﾞﾚｶ"))
    for number, error in ((other.number, NotFound), (own.number, InvoiceNotOpen), ("TST-0", NotFound)):
        with pytest.raises(error):
            bank.assign(deposit, bank.member, number)
    assert deposit.status == "unmatched"


def test_a_deposit_of_a_closed_month_is_booked_on_the_next_open_day(bank: Bank) -> None:
    make_invoice(bank.session, bank.member, 11_000)
    bank.session.add(
        ClosedMonth(operator_id=bank.operator_id, month="2026-05", closed_at=NOW, closed_by=ACTOR)
    )
    [deposit] = bank.read(("2026-05-29", 11_000, "ｻﾄｳ ﾊﾅｺ"))
    assert bank.session.get_one(Payment, deposit.payment_id).received_on == date(2026, 5, 29)
    entries = select(JournalEntry.booked_on).where(JournalEntry.key == f"payment:{deposit.payment_id}")
    assert bank.session.scalars(entries).all() == [date(2026, 6, 1)]


NAMES = ("ｻﾄｳ ﾊﾅｺ", "ｽｽﾞｷ", "ﾀﾞﾚｶ")
DAYS = ("2026-06-01", "2026-06-08")


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    owed=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 5)), max_size=4),
    files=st.lists(
        st.lists(
            st.tuples(st.sampled_from(DAYS), st.integers(1, 7), st.sampled_from(NAMES)),
            min_size=1,
            max_size=5,
        ),
        max_size=3,
        unique_by=tuple,
    ),
    undone=st.sets(st.integers(0, 15)),
)
def test_money_that_came_in_is_somebodys_or_waits(
    bank: Bank,
    owed: Sequence[tuple[int, int]],
    files: Sequence[Sequence[tuple[str, int, str]]],
    undone: set[int],
) -> None:
    """Payments are the deposits that were assigned, none is lost, and the books balance."""
    with bank.session.begin_nested() as attempt:
        members = [bank.member, bank.enter("鈴木", "スズキ")]
        for index, amount in owed:
            make_invoice(bank.session, members[index], amount)
        for rows in files:
            bank.read(*rows)
        deposits = bank.session.scalars(select(Deposit).order_by(Deposit.id)).all()
        for index, deposit in enumerate(deposits):
            if index in undone and deposit.status == "assigned":
                bank.undo(deposit)
            elif index in undone:
                bank.assign(deposit, bank.member)
        assigned = sum((one.amount for one in deposits if one.status == "assigned"), Decimal(0))
        assert bank.paid() == assigned
        assert sum(balances(bank.session).values(), Decimal(0)) == 0
        assert balances(bank.session).get("money", 0) == assigned
        most: dict[tuple[str, int, str], int] = {}
        for rows in files:
            for row in rows:
                most[row] = max(most.get(row, 0), list(rows).count(row))
        assert len(deposits) == sum(most.values())
        for deposit in deposits:
            if deposit.status == "unmatched":
                decide(told_by(deposit), accounts_of(bank.session))
        attempt.rollback()
    bank.session.expire_all()
