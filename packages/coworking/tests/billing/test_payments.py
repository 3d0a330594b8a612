from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing import PaymentMeans, WayToPay
from coworking.billing.allocations import advance_of, use_advances
from coworking.billing.counter_payments import list_payments, take_payment
from coworking.billing.errors import (
    AlreadyReversed,
    BrandRequired,
    InvoiceNotOpen,
    KeyUsedOtherwise,
    NothingPaid,
    NotRefundable,
    NotReversible,
    PaymentMethodNotAllowed,
    PaymentRefunded,
    ReceivedLater,
    RefundTooLarge,
)
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.invoicing.credit_notes import credit
from coworking.billing.journal import balances
from coworking.billing.journal_models import ClosedMonth, JournalEntry
from coworking.billing.payment_events import InvoiceOverdue, InvoicePaid, InvoiceReopened
from coworking.billing.payment_models import Payment
from coworking.billing.payment_record_models import Refund
from coworking.billing.payments import NewPayment, record_payment, reverse_payment
from coworking.billing.profile import PaymentChoice
from coworking.billing.refunds import refund_invoice
from coworking.kit.errors import NotFound
from tests.factories.invoices import billing_rules, make_invoice
from tests.factories.membership import NOW, make_member, make_operator

TODAY = date(2026, 6, 10)
ACTOR = "account:1"


class Counter:
    """A member, invoices, and what was told of them."""

    def __init__(self, session: Session, **changes: Any) -> None:
        self.session = session
        self.operator_id = make_operator(session)
        self.member = make_member(session, self.operator_id)
        self.rules = billing_rules(session, self.operator_id, **changes)
        self.told: list[object] = []
        for event in (InvoicePaid, InvoiceReopened, InvoiceOverdue):
            session.info["subscriptions"].subscribe(event, lambda _, told: self.told.append(told))

    def invoice(self, total: int = 11_000, due_on: date = date(2026, 6, 30)) -> Invoice:
        return make_invoice(self.session, self.member, total, due_on=due_on)

    def new(self, amount: int, key: str = "deposit:1", **changes: Any) -> NewPayment:
        new = NewPayment(key, self.member.id, PaymentMeans.BANK_TRANSFER, Decimal(amount), TODAY)
        return replace(new, **changes)

    def pay(self, amount: int, key: str = "deposit:1", **changes: Any) -> Payment:
        return record_payment(
            self.session, self.rules, self.new(amount, key, **changes), actor=ACTOR, now=NOW
        )

    def take(
        self, amount: int, means: str = "bank-transfer", brand: str | None = None, **more: Any
    ) -> Payment:
        way = WayToPay(PaymentMeans(means), brand)
        return take_payment(
            self.session, self.rules, self.member.id, way, amount, actor=ACTOR, now=NOW, **more
        )

    def reverse(self, payment: Payment) -> Payment:
        return reverse_payment(self.session, self.rules, payment.id, "bounced", actor=ACTOR, now=NOW)

    def refund(self, invoice: Invoice, amount: int | None = None) -> list[Refund]:
        wanted = None if amount is None else Decimal(amount)
        return refund_invoice(self.session, self.rules, invoice.number, wanted, "", actor=ACTOR, now=NOW)

    def state(self, invoice: Invoice) -> tuple[str, int, date | None]:
        row = self.session.get_one(InvoiceBalance, invoice.id)
        return row.status, int(row.paid), row.paid_on

    def accounts(self) -> dict[str, int]:
        return {account: int(amount) for account, amount in balances(self.session).items() if amount}


@pytest.fixture
def counter(session: Session) -> Counter:
    return Counter(session)


def test_a_payment_settles_its_invoice_and_is_booked(counter: Counter) -> None:
    invoice = counter.invoice()
    counter.pay(11_000, received_on=date(2026, 6, 9))
    assert counter.state(invoice) == ("paid", 11_000, date(2026, 6, 9))
    assert counter.accounts() == {"money": 11_000, "sales": -11_000}
    assert counter.told == [InvoicePaid(invoice.id, counter.member.id, date(2026, 6, 9), NOW)]


def test_recording_a_key_again_changes_nothing(counter: Counter) -> None:
    invoice = counter.invoice()
    first = counter.pay(5_000)
    assert counter.pay(5_000) is first
    assert counter.state(invoice) == ("part-paid", 5_000, None)
    assert counter.accounts() == {"money": 5_000, "receivable": 6_000, "sales": -11_000}


def test_what_is_due_first_is_paid_first_unless_an_invoice_is_named(counter: Counter) -> None:
    late, early = counter.invoice(3_000, date(2026, 7, 31)), counter.invoice(2_000, date(2026, 6, 30))
    named = counter.invoice(1_000, date(2026, 8, 31))
    counter.pay(2_500)
    assert [counter.state(one)[:2] for one in (early, late, named)] == [
        ("paid", 2_000),
        ("part-paid", 500),
        ("issued", 0),
    ]
    counter.pay(1_500, "deposit:2", invoice_id=named.id)
    assert [counter.state(one)[:2] for one in (late, named)] == [("part-paid", 1_000), ("paid", 1_000)]


def test_what_is_left_is_an_advance_for_the_next_invoice(counter: Counter) -> None:
    counter.pay(12_000)
    assert advance_of(counter.session, counter.member.id) == 12_000
    assert counter.accounts() == {"money": 12_000, "advance": -12_000}
    invoice = make_invoice(counter.session, counter.member, issued_on=date(2026, 6, 20))
    for _ in range(2):
        use_advances(counter.session, counter.rules, invoice.id, NOW)
    assert counter.state(invoice) == ("paid", 11_000, date(2026, 6, 20))
    assert counter.accounts() == {"money": 12_000, "advance": -1_000, "sales": -11_000}
    assert advance_of(counter.session, counter.member.id) == 1_000


def test_a_reversed_payment_is_owed_again(counter: Counter) -> None:
    overdue, invoice = counter.invoice(1_000, date(2026, 6, 9)), counter.invoice()
    payment = counter.pay(12_500)
    assert [counter.state(one)[0] for one in (overdue, invoice)] == ["paid", "paid"]
    counter.told.clear()
    reversal = counter.reverse(payment)
    assert (int(reversal.amount), reversal.reverses_id) == (-12_500, payment.id)
    assert counter.state(overdue) == ("overdue", 0, None)
    assert counter.state(invoice) == ("issued", 0, None)
    assert counter.accounts() == {"receivable": 12_000, "sales": -12_000}
    assert advance_of(counter.session, counter.member.id) == 0
    assert [type(told).__name__ for told in counter.told] == [
        "InvoiceOverdue",
        "InvoiceReopened",
        "InvoiceReopened",
    ]
    with pytest.raises(AlreadyReversed):
        counter.reverse(payment)
    with pytest.raises(NotReversible):
        counter.reverse(reversal)
    counter.pay(12_000, "deposit:2")
    assert counter.state(invoice)[0] == "paid"


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-1), Decimal("1.5")])
def test_only_whole_yen_come_in(counter: Counter, amount: Decimal) -> None:
    with pytest.raises(ValueError, match="whole yen"):
        record_payment(
            counter.session, counter.rules, replace(counter.new(1), amount=amount), actor=ACTOR, now=NOW
        )


def test_an_invoice_of_somebody_else_is_not_there(counter: Counter) -> None:
    other = make_invoice(counter.session, make_member(counter.session, counter.operator_id))
    with pytest.raises(NotFound):
        counter.pay(1, invoice_id=other.id)
    with pytest.raises(NotFound):
        counter.take(1, number=other.number)


def test_what_came_in_during_a_closed_month_is_booked_on_the_first_open_day(counter: Counter) -> None:
    counter.session.add(
        ClosedMonth(operator_id=counter.operator_id, month="2026-05", closed_at=NOW, closed_by=ACTOR)
    )
    counter.session.flush()
    payment = counter.pay(100, received_on=date(2026, 5, 31))
    assert payment.received_on == date(2026, 5, 31)
    entry = counter.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert entry is not None
    assert (entry.key, entry.booked_on) == (f"payment:{payment.id}", date(2026, 6, 1))


BRANDS = (
    PaymentChoice(means=PaymentMeans.BANK_TRANSFER),
    PaymentChoice(means=PaymentMeans.COUNTER_QR, brands=("paypay", "au-pay")),
    PaymentChoice(means=PaymentMeans.DIRECT_DEBIT, kinds=("company",)),
)


@pytest.mark.parametrize(
    ("means", "brand", "refusal"),
    [
        ("bank-transfer", None, None),
        ("counter-qr", "paypay", None),
        ("counter-qr", None, BrandRequired),
        ("counter-qr", "suica", PaymentMethodNotAllowed),
        ("counter-cash", None, PaymentMethodNotAllowed),
        ("direct-debit", None, PaymentMethodNotAllowed),
    ],
)
def test_staff_record_what_the_member_may_pay_by(
    session: Session, means: str, brand: str | None, refusal: type[Exception] | None
) -> None:
    counter = Counter(session, payment_choices=BRANDS)
    if refusal is None:
        assert counter.take(500, means, brand).brand == brand
        return
    with pytest.raises(refusal):
        counter.take(500, means, brand)
    assert list_payments(session, limit=10) == []


def test_staff_repeat_a_key_but_do_not_use_it_twice(counter: Counter) -> None:
    invoice = counter.invoice()
    first = counter.take(11_000, key="till-7", number=invoice.number)
    assert counter.take(11_000, key="till-7", number=invoice.number) is first
    with pytest.raises(KeyUsedOtherwise):
        counter.take(10_000, key="till-7")
    with pytest.raises(InvoiceNotOpen):
        counter.take(1, number=invoice.number)
    with pytest.raises(ReceivedLater):
        counter.take(1, received_on=TODAY + timedelta(days=1))


def test_what_was_paid_is_not_refunded_where_the_operator_does_not(session: Session) -> None:
    """NET-14, SAK-05."""
    counter = Counter(session, refunds=False)
    invoice = counter.invoice()
    counter.pay(11_000)
    with pytest.raises(NotRefundable):
        counter.refund(invoice)
    assert counter.state(invoice)[0] == "paid"


def test_a_refund_goes_back_from_the_latest_payment_on(session: Session) -> None:
    counter = Counter(session, refunds=True)
    invoice = counter.invoice()
    with pytest.raises(NothingPaid):
        counter.refund(invoice)
    first, second = counter.pay(8_000), counter.pay(3_000, "deposit:2")
    with pytest.raises(RefundTooLarge):
        counter.refund(invoice, 11_001)
    refunds = counter.refund(invoice, 4_000)
    assert [(refund.of_payment_id, int(refund.amount), refund.status) for refund in refunds] == [
        (second.id, 3_000, "done"),
        (first.id, 1_000, "done"),
    ]
    assert counter.state(invoice)[:2] == ("paid", 7_000)
    with pytest.raises(PaymentRefunded):
        counter.reverse(first)
    [rest] = counter.refund(invoice)
    assert (rest.of_payment_id, int(rest.amount)) == (first.id, 7_000)
    assert counter.state(invoice)[:2] == ("credited", 0)
    assert counter.accounts() == {}
    assert advance_of(session, counter.member.id) == 0


def test_a_credit_sets_free_what_stands_and_not_what_was_reversed(counter: Counter) -> None:
    invoice = counter.invoice()
    first = counter.pay(4_000)
    counter.reverse(counter.pay(7_000, "deposit:2"))
    credit(
        counter.session, counter.rules, invoice.number, amount=None, reason="mistake", actor=ACTOR, now=NOW
    )
    assert advance_of(counter.session, counter.member.id) == 4_000
    counter.reverse(first)
    assert counter.state(invoice)[:2] == ("credited", 0)
    assert counter.accounts() == {}


def test_a_refund_leaves_what_other_invoices_need(session: Session) -> None:
    counter = Counter(session, refunds=True)
    invoice = counter.invoice()
    counter.pay(11_000)
    other = counter.invoice(4_000)
    [refund] = counter.refund(invoice)
    assert int(refund.amount) == 7_000
    assert counter.state(other)[:2] == ("paid", 4_000)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("invoice"), st.integers(1, 5_000)),
        st.tuples(st.just("pay"), st.integers(1, 8_000)),
        st.tuples(st.just("reverse"), st.integers(0, 5)),
    ),
    max_size=10,
)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_books_agree_with_the_invoices(session: Session, steps: list[tuple[str, int]]) -> None:
    """What is owed stands in the books as receivable, what is paid ahead as advance, and money is what stayed."""
    with session.begin_nested() as savepoint:
        counter = Counter(session)
        payments: list[Payment] = []
        for number, (step, value) in enumerate(steps):
            if step == "invoice":
                use_advances(session, counter.rules, counter.invoice(value).id, NOW)
            elif step == "pay":
                payments.append(counter.pay(value, f"deposit:{number}"))
            elif value < len(payments):
                counter.reverse(payments.pop(value))
        owed = session.scalar(
            select(func.sum(InvoiceBalance.total - InvoiceBalance.paid)).where(
                InvoiceBalance.member_id == counter.member.id
            )
        )
        accounts = counter.accounts()
        assert accounts.get("receivable", 0) == (owed or 0)
        assert accounts.get("money", 0) == sum(payment.amount for payment in payments)
        assert accounts.get("advance", 0) == -advance_of(session, counter.member.id)
        savepoint.rollback()
