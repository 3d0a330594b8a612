"""Direct debit: mandates, what a bank is asked for, and what its results do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.billing import PaymentMeans
from coworking.billing.debit_fields import DirectDebit
from coworking.billing.debits.batches import (
    bank_days_ahead,
    cancel_batch,
    file_of,
    make_batch,
    rows_of,
)
from coworking.billing.debits.errors import (
    BatchNotOpen,
    DebitDayAhead,
    DebitDayPassed,
    DirectDebitNotOffered,
    HolderRefused,
    MandateExists,
    MandateFileRefused,
    MandateState,
    NoBankDay,
    ResultsDiffer,
)
from coworking.billing.debits.mandates import (
    IMPORT_COLUMNS,
    NewMandate,
    account_of,
    activate_mandate,
    end_mandate,
    import_mandates,
    members_without_mandate,
    refuse_mandate,
    register_mandate,
)
from coworking.billing.debits.models import DebitBatch, DebitMandate, DebitRow
from coworking.billing.debits.results import settle_all, take_results
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.invoicing.letters import read_texts
from coworking.billing.journal import balances
from coworking.billing.payment_models import Payment, PaymentMethod
from coworking.billing.zengin.debit_files import Result, with_results
from coworking.billing.zengin.errors import (
    BankFileRefused,
    BankFileTotalsWrong,
    NothingToDebit,
    ResultOfAnotherFile,
)
from coworking.kit.audit import AuditEntry
from coworking.kit.errors import NotFound
from coworking.kit.notices import Notice
from coworking.kit.sealing import SEALED_COLUMNS, FieldKeys, reseal_rows
from coworking.membership.models import Member
from tests.factories.invoices import billing_rules, make_invoice
from tests.factories.membership import NOW, make_member, make_operator

ACTOR = "account:1"
TODAY = date(2026, 6, 10)
DEBIT_ON = date(2026, 6, 29)
AFTER = NOW + timedelta(days=19)
NUMBER = "0012345"
TERMS = DirectDebit(
    collector_code="0000000001",
    collector_name="ワ-クブ-スサクラ",
    bank_code="0000",
    bank_name="ミホン",
    branch_code="001",
    branch_name="トヤマ",
    account_kind="ordinary",
    account_number="7654321",
)


class Office:
    """An operator that debits accounts, and a member who pays so."""

    def __init__(self, session: Session) -> None:
        read_texts()
        self.session = session
        self.operator_id = make_operator(session)
        self.keys = FieldKeys({"a": os.urandom(32)})
        self.rules = billing_rules(session, self.operator_id, direct_debit=TERMS)
        self.member = self.enter("佐藤 花子")

    def enter(self, name: str) -> Member:
        member = make_member(self.session, self.operator_id, name=name)
        self.session.add(
            PaymentMethod(
                operator_id=self.operator_id,
                member_id=member.id,
                means=PaymentMeans.DIRECT_DEBIT.value,
                chosen_at=NOW,
                chosen_by=ACTOR,
            )
        )
        self.session.flush()
        return member

    def mandate(
        self, member: Member | None = None, *, is_active: bool = True, holder: str = "サトウ ハナコ"
    ) -> DebitMandate:
        new = NewMandate("0005", "331", 1, NUMBER, holder, TODAY, is_active=is_active)
        member = member or self.member
        return register_mandate(self.session, self.keys, member.id, new, actor=ACTOR, now=NOW)

    def invoice(self, total: int = 24_200, due_on: date = DEBIT_ON, member: Member | None = None) -> Invoice:
        return make_invoice(self.session, member or self.member, total, due_on=due_on, pays_by="direct-debit")

    def batch(self, debit_on: date = DEBIT_ON, *, also_failed: bool = False) -> DebitBatch:
        return make_batch(
            self.session,
            self.rules,
            self.operator_id,
            debit_on,
            also_failed=also_failed,
            actor=ACTOR,
            now=NOW,
        ).batch

    def request(self, batch: DebitBatch) -> bytes:
        return file_of(self.session, self.keys, batch)

    def take(self, batch: DebitBatch, content: bytes) -> None:
        take_results(self.session, self.rules, batch.id, content, actor=ACTOR, now=AFTER)

    def settle(self, batch: DebitBatch, *results: Result) -> Sequence[DebitRow]:
        self.take(batch, with_results(self.request(batch), results))
        rows = rows_of(self.session, batch.id)
        settle_all(self.session, self.rules, rows, AFTER)
        return rows

    def status(self, invoice: Invoice) -> str:
        return self.session.get_one(InvoiceBalance, invoice.id).status


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def test_what_is_due_is_asked_for_and_paid(office: Office) -> None:
    office.mandate()
    early, due = office.invoice(5_500, date(2026, 6, 17)), office.invoice()
    office.invoice(900, DEBIT_ON + timedelta(days=1))
    batch = office.batch()
    assert (batch.count, batch.amount) == (2, 29_700)
    lines = office.request(batch).split(b"\r\n")
    assert lines[1][91:111] == f"{rows_of(office.session, batch.id)[0].id:020}".encode()
    assert [line[90:91] for line in lines[1:3]] == [b"1", b"0"]
    rows = office.settle(batch, Result.PAID, Result.PAID)
    assert (batch.state, batch.paid_count, batch.paid_amount) == ("settled", 2, 29_700)
    assert (office.status(early), office.status(due)) == ("paid", "paid")
    payment = office.session.get_one(Payment, rows[1].payment_id)
    assert (payment.key, payment.received_on) == (f"debit:{rows[1].id}", DEBIT_ON)
    assert sum(balances(office.session).values()) == 0


@pytest.mark.parametrize(
    ("result", "mandate_state"),
    [
        (Result.NO_FUNDS, "active"),
        (Result.NO_ACCOUNT, "ended"),
        (Result.STOPPED_BY_HOLDER, "active"),
        (Result.NO_MANDATE, "ended"),
        (Result.STOPPED_BY_COLLECTOR, "active"),
        (Result.OTHER, "active"),
    ],
)
def test_what_could_not_be_debited_is_owed_and_told(
    office: Office, result: Result, mandate_state: str
) -> None:
    mandate = office.mandate()
    invoice = office.invoice()
    batch = office.batch()
    [row] = office.settle(batch, result)
    assert (row.state, row.result, batch.failed_amount) == ("failed", result.value, 24_200)
    assert office.status(invoice) == "issued"
    assert mandate.state == mandate_state
    [notice] = office.session.scalars(select(Notice).where(Notice.kind == "debit-failed"))
    assert invoice.number in notice.body
    assert ("口座振替依頼書をご提出" in notice.body) == (mandate_state == "ended")
    with pytest.raises(NothingToDebit):
        office.batch()
    if mandate_state == "active":
        assert office.batch(also_failed=True).count == 1


def test_reading_results_again_changes_nothing(office: Office) -> None:
    office.mandate()
    office.invoice()
    batch = office.batch()
    content = with_results(office.request(batch), [Result.PAID])
    office.settle(batch, Result.PAID)
    office.take(batch, content)
    assert len(office.session.scalars(select(Payment)).all()) == 1
    with pytest.raises(ResultsDiffer):
        office.take(batch, with_results(office.request(batch), [Result.NO_FUNDS]))


def test_results_of_something_else_are_refused_whole(office: Office) -> None:
    office.mandate()
    office.invoice(1_000)
    office.invoice(2_000)
    batch = office.batch()
    request = office.request(batch)
    right = with_results(request, [Result.PAID, Result.NO_FUNDS])
    first, second = (row.id for row in rows_of(office.session, batch.id))
    lines = request.split(b"\r\n")
    one_row = b"\r\n".join([lines[0], lines[1], *lines[3:]])
    twice = request.replace(f"{second:020}".encode(), f"{first:020}".encode())
    for content, error in (
        (right.replace(b"0629", b"0630", 1), ResultOfAnotherFile),
        (right.replace(b"0000000001", b"0000000002", 1), ResultOfAnotherFile),
        (right.replace(f"{second:020}".encode(), b"9" * 20), ResultOfAnotherFile),
        (with_results(one_row, [Result.PAID]), ResultOfAnotherFile),
        (with_results(twice, [Result.PAID, Result.PAID]), ResultOfAnotherFile),
        (
            with_results(request.replace(b"0000001000", b"0000001001"), [Result.PAID, Result.NO_FUNDS]),
            ResultOfAnotherFile,
        ),
        (right.replace(b"0000001000", b"0000001001", 1), BankFileTotalsWrong),
        (right[:-130], BankFileRefused),
        (b"", BankFileRefused),
    ):
        with pytest.raises(error):
            office.take(batch, content)
    assert [row.result for row in rows_of(office.session, batch.id)] == [None, None]
    with pytest.raises(DebitDayAhead):
        take_results(office.session, office.rules, batch.id, right, actor=ACTOR, now=NOW)
    office.take(batch, right)


def test_an_invoice_is_in_one_live_batch(office: Office) -> None:
    office.mandate()
    office.invoice()
    batch = office.batch()
    with pytest.raises(NothingToDebit):
        office.batch()
    [row] = rows_of(office.session, batch.id)
    columns = ("operator_id", "mandate_id", "member_id", "invoice_id", "amount", "is_first", "state")
    again = {name: getattr(row, name) for name in columns} | {"batch_id": batch.id}
    with pytest.raises(IntegrityError, match="uq_debit_rows_live"), office.session.begin_nested():
        office.session.execute(insert(DebitRow).values(again))
    cancel_batch(office.session, batch.id, actor=ACTOR, now=NOW)
    with pytest.raises(BatchNotOpen):
        office.request(batch)
    with pytest.raises(BatchNotOpen):
        cancel_batch(office.session, batch.id, actor=ACTOR, now=NOW)
    assert office.batch().count == 1


def test_who_has_no_mandate_is_left_out_and_named(office: Office) -> None:
    office.mandate(is_active=False)
    office.invoice()
    other = office.enter("鈴木 一郎")
    office.mandate(other)
    office.invoice(member=other)
    by_card = make_member(office.session, office.operator_id)
    office.invoice(member=by_card)
    made = make_batch(office.session, office.rules, office.operator_id, DEBIT_ON, actor=ACTOR, now=NOW)
    assert (made.batch.count, made.without_mandate) == (1, [office.member.id])
    assert members_without_mandate(office.session, office.rules.profile, TODAY) == [office.member.id]


@pytest.mark.parametrize(
    ("debit_on", "error"),
    [(date(2026, 6, 9), DebitDayPassed), (date(2026, 6, 27), NoBankDay), (DEBIT_ON, NothingToDebit)],
)
def test_a_day_on_which_nothing_can_be_debited(
    office: Office, debit_on: date, error: type[Exception]
) -> None:
    with pytest.raises(error):
        office.batch(debit_on)


def test_without_a_collector_nothing_is_debited(session: Session) -> None:
    office = Office(session)
    office.rules = billing_rules(session, office.operator_id)
    with pytest.raises(DirectDebitNotOffered):
        office.batch()


def test_bank_days_are_counted(office: Office) -> None:
    # The 29th and the Golden Week are holidays.
    assert bank_days_ahead(office.rules.calendar, date(2026, 4, 28), 3) == date(2026, 5, 7)


def test_the_life_of_a_mandate(office: Office) -> None:
    first = office.mandate()
    with pytest.raises(MandateState):
        activate_mandate(office.session, first.id, actor=ACTOR, now=NOW)
    waiting = office.mandate(is_active=False)
    with pytest.raises(MandateExists):
        office.mandate(is_active=False)
    refuse_mandate(office.session, waiting.id, "印鑑相違", actor=ACTOR, now=NOW)
    with pytest.raises(MandateState):
        end_mandate(office.session, waiting.id, "x", actor=ACTOR, now=NOW)
    second = office.mandate(is_active=False)
    activate_mandate(office.session, second.id, actor=ACTOR, now=NOW)
    assert [one.state for one in (first, waiting, second)] == ["ended", "refused", "active"]
    with pytest.raises(NotFound):
        activate_mandate(office.session, 2**40, actor=ACTOR, now=NOW)


@pytest.mark.parametrize("holder", ["佐藤 花子", "ア" * 31, "サトウ☎", " "])
def test_a_holder_that_banks_cannot_write_is_refused(office: Office, holder: str) -> None:
    with pytest.raises(HolderRefused):
        office.mandate(holder=holder)


def test_the_account_number_is_sealed_and_nowhere_else(office: Office) -> None:
    mandate = office.mandate()
    office.session.flush()
    for table in ("debit_mandates", "audit_entries", "outbox_tasks"):
        rows = office.session.execute(text(f"SELECT * FROM {table}")).all()
        assert NUMBER not in repr(rows)
    assert office.session.scalars(select(AuditEntry.action)).all()[-1] == "debit-mandate.registered"
    newer = FieldKeys({"b": os.urandom(32), **office.keys.keys})
    [column] = [one for one in SEALED_COLUMNS if one.column.class_ is DebitMandate]
    assert reseal_rows(office.session, newer, column) == 1
    assert account_of(mandate, newer).number == NUMBER


def csv_of(*rows: str) -> bytes:
    return "\n".join([",".join(IMPORT_COLUMNS), *rows]).encode()


def test_mandates_are_imported_whole_or_not_at_all(office: Office) -> None:
    other = office.enter("鈴木 一郎")
    good = f"{office.member.id},0005,,331,,1,0012345,サトウ ハナコ,2026-06-01,active"
    wrong = f"{other.id},0005,,331,,1,0012345,スズキ,2026-06-01,active"
    for row, field in (
        (wrong.replace("0005", "5"), "bank_code"),
        (wrong.replace("331", "33１"), "branch_code"),
        (wrong.replace("0012345", "12345"), "account_number"),
        (wrong.replace(",1,", ",3,"), "account_kind"),
        (wrong.replace("スズキ", "鈴木"), "holder"),
        (wrong.replace("2026-06-01", "2026-13-01"), "signed_on"),
        (wrong.replace("active", "maybe"), "state"),
        (wrong.replace(f"{other.id},", "99999999,", 1), "member_id"),
        ("1", "bank_code"),
    ):
        with pytest.raises(MandateFileRefused) as refused, office.session.begin_nested():
            import_mandates(office.session, office.keys, csv_of(good, row), actor=ACTOR, now=NOW)
        assert refused.value.facts == {"row": 3, "field": field}
    for content in (b"", b"a,b\n1,2", b"\xff", csv_of('"')):
        with pytest.raises(MandateFileRefused):
            import_mandates(office.session, office.keys, content, actor=ACTOR, now=NOW)
    assert office.session.scalars(select(DebitMandate)).all() == []
    found = import_mandates(office.session, office.keys, csv_of(good, wrong), actor=ACTOR, now=NOW)
    assert [one.holder for one in found] == ["ｻﾄｳ ﾊﾅｺ", "ｽｽﾞｷ"]
