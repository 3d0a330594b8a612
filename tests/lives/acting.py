"""What people of random lives do, through the packages' own functions; what is refused is not done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coworking.billing import (
    NewFee,
    NewPayment,
    NewUse,
    WayToPay,
    charge_fee,
    choose_way_to_pay,
    record_payment,
    record_use,
    reverse_payment,
    way_to_pay,
)
from coworking.billing.balances import OPEN, owed
from coworking.billing.books.closing import close_month
from coworking.billing.cards.models import Card
from coworking.billing.cards.sandbox_cards import SandboxCard
from coworking.billing.closing_days import month_after
from coworking.billing.debits.batches import file_of, rows_of
from coworking.billing.debits.mandates import NewMandate, register_mandate
from coworking.billing.debits.models import DebitBatch
from coworking.billing.debits.results import take_results
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.invoicing.credit_notes import credit
from coworking.billing.payment_models import Payment
from coworking.billing.profile import PaymentMeans
from coworking.billing.refunds import refund_invoice
from coworking.billing.zengin.debit_files import Result, with_results
from coworking.kit.sealing import FieldKeys
from coworking.membership import NewMember
from coworking.membership.application_checks import Particulars, usual_kind
from coworking.membership.applications import apply
from coworking.membership.changes_of_plan import change_plan
from coworking.membership.leaving import leave
from coworking.membership.models import Member
from coworking.membership.options import add_option, drop_option
from coworking.membership.pauses import ask_for_pause, come_back
from tests.factories.cards import make_card
from tests.lives.life import Act, habit
from tests.lives.town import ACTOR, Town, or_not

SEVERAL_AMOUNTS = (1, 990, 3_300, 12_345)
MINUTES = (15, 50, 60, 130, 300)
CARDS = (SandboxCard.OK, SandboxCard.OK, SandboxCard.DECLINED)


def act(town: Town, one: Act) -> None:
    """At noon or later of its day; who is no member does nothing but join."""
    with town.session() as session, or_not(session):
        if one.what == "close-books":
            month = month_after(town.today, -2)
            close_month(session, town.rules, town.operator.id, f"{month:%Y-%m}", actor=ACTOR, now=town.now)
        elif one.what == "join":
            _join(town, session, one)
        elif one.member in town.members:
            (_OF_CONTRACTS.get(one.what) or _OF_MONEY[one.what])(town, session, town.members[one.member], one)
    town.work()


def pay(town: Town, seed: int) -> None:
    """Everybody pays what their habits make them pay today; banks say what became of debits."""
    with town.session() as session:
        places = {reference: place for place, reference in town.members.items()}
        open_ones = session.scalars(
            select(InvoiceBalance).where(InvoiceBalance.status.in_(OPEN)).order_by(InvoiceBalance.invoice_id)
        ).all()
        numbers = _numbers(session)
        for balance in open_ones:
            days, share = habit(seed, places[balance.member_id], numbers[balance.invoice_id])
            if town.today < balance.due_on + timedelta(days=days):
                continue
            means = way_to_pay(session, town.rules.profile, balance.member_id).means
            if means in (PaymentMeans.CARD, PaymentMeans.DIRECT_DEBIT):
                continue
            amount = max(Decimal(1), (owed(balance) * Decimal(str(share))).to_integral_value())
            new = NewPayment(
                f"paid:{balance.invoice_id}:{days}", balance.member_id, means, amount, town.today
            )
            record_payment(session, town.rules, new, actor=ACTOR, now=town.now)
        _answer_debits(town, session, seed)
    town.work()


def _numbers(session: Session) -> dict[int, int]:
    """Invoices by their serial, which two runs of the same lives share."""
    return dict(session.execute(select(Invoice.id, Invoice.serial)).all())


def _answer_debits(town: Town, session: Session, seed: int) -> None:
    keys = town.composition.resources[FieldKeys]
    written = select(DebitBatch).where(DebitBatch.state == "written", DebitBatch.debit_on <= town.today)
    numbers = _numbers(session)
    places = {reference: place for place, reference in town.members.items()}
    for batch in session.scalars(written.order_by(DebitBatch.id)).all():
        results = [
            Result.PAID
            if habit(seed, places[row.member_id], numbers[row.invoice_id])[0] <= 0
            else Result.NO_FUNDS
            for row in rows_of(session, batch.id)
        ]
        told = with_results(file_of(session, keys, batch), results)
        take_results(session, town.rules, batch.id, told, actor=ACTOR, now=town.now)


def _join(town: Town, session: Session, one: Act) -> None:
    profile = town.rules.membership
    kind = usual_kind(profile, one.name)
    new = NewMember(
        kind=kind,
        name=f"会員 {one.member}",
        email=f"member-{one.member}@example.jp",
        plan=one.name,
        office=profile.default_office,
        starts_on=town.today + timedelta(days=int(one.share * 20)),
        representative="代表 太郎" if kind == "company" else None,
        capacity=4,
    )
    declared = Particulars(
        declarations=tuple(profile.joining.declarations),
        birth_date=date(1990, 4, 1),
        evidence="seen by staff",
        card=f"card of {one.member}",
    )
    member = apply(
        session,
        town.member_rules,
        new,
        declared,
        operator_id=town.operator.id,
        actor=ACTOR,
        now=town.now,
        at_once=True,
    )
    town.members[one.member] = member.id
    make_card(session, town.cards, member, CARDS[one.member % len(CARDS)])
    register_mandate(
        session, town.composition.resources[FieldKeys], member.id, MANDATE, actor=ACTOR, now=town.now
    )


MANDATE = NewMandate("0001", "001", 1, "1234567", "カイイン タロウ", date(2026, 4, 1), is_active=True)

Doing = Callable[[Town, Session, int, Act], object]


def _change(town: Town, session: Session, member_id: int, one: Act) -> None:
    change_plan(
        session,
        town.member_rules,
        member_id,
        one.name,
        from_month=town.today if one.what == "upgrade" else None,
        evidence="seen by staff",
        by_staff=True,
        actor=ACTOR,
        now=town.now,
    )


def _come_back(town: Town, session: Session, member_id: int, one: Act) -> None:
    on = None if one.name == "now" else town.today + timedelta(days=int(one.share * 60))
    come_back(session, town.member_rules, member_id, on, actor=ACTOR, now=town.now)


_OF_CONTRACTS: Mapping[str, Doing] = {
    "change-plan": _change,
    "upgrade": _change,
    "add-option": lambda town, session, member_id, one: add_option(
        session, town.member_rules, member_id, one.name, actor=ACTOR, now=town.now
    ),
    "drop-option": lambda town, session, member_id, one: drop_option(
        session, town.member_rules, member_id, one.name, actor=ACTOR, now=town.now
    ),
    "pause": lambda town, session, member_id, one: ask_for_pause(
        session, town.member_rules, member_id, int(one.name), actor=ACTOR, now=town.now
    ),
    "come-back": _come_back,
    "leave": lambda town, session, member_id, one: leave(
        session, town.member_rules, member_id, on_month=None, actor=ACTOR, now=town.now
    ),
}


def _use(town: Town, session: Session, member_id: int, one: Act) -> None:
    price = town.rules.profile.uses[one.name][0]
    starts_at = town.now - timedelta(days=int(one.share * 10))
    minutes = MINUTES[int(one.share * len(MINUTES))]
    of_time = price.unit_minutes is not None
    ends_at = starts_at + timedelta(minutes=minutes) if of_time else None
    new = NewUse(one.name, starts_at, ends_at, None if of_time else minutes)
    record_use(session, town.rules, member_id, new, actor=ACTOR, now=town.now)


def _fee(town: Town, session: Session, member_id: int, one: Act) -> None:
    at_cost = town.rules.profile.fees[one.name].kind == "at-cost"
    amount = Decimal(SEVERAL_AMOUNTS[int(one.share * len(SEVERAL_AMOUNTS))]) if at_cost else None
    new = NewFee(one.name, town.today, amount=amount)
    charge_fee(session, town.rules, member_id, new, actor=ACTOR, now=town.now)


def _pay_by(town: Town, session: Session, member_id: int, one: Act) -> None:
    way = WayToPay(PaymentMeans(one.name))
    choose_way_to_pay(session, town.rules.profile, member_id, way, actor=ACTOR, now=town.now)


def _card(town: Town, session: Session, member_id: int, one: Act) -> None:
    session.execute(delete(Card).where(Card.member_id == member_id))
    make_card(session, town.cards, session.get_one(Member, member_id), SandboxCard(one.name))


def _credit(town: Town, session: Session, member_id: int, one: Act) -> None:
    invoice = _one_of(session, member_id, one)
    if invoice is not None:
        part = (invoice.total * Decimal(str(one.share))).to_integral_value()
        amount = None if one.name == "all" else part
        credit(
            session, town.rules, invoice.number, amount=amount, reason="mistake", actor=ACTOR, now=town.now
        )


def _refund(town: Town, session: Session, member_id: int, one: Act) -> None:
    invoice = _one_of(session, member_id, one)
    if invoice is not None:
        refund_invoice(session, town.rules, invoice.number, None, "mistake", actor=ACTOR, now=town.now)


def _bounce(town: Town, session: Session, member_id: int, one: Act) -> None:
    received = select(Payment.id).where(Payment.member_id == member_id, Payment.amount > 0)
    payments = session.scalars(received.order_by(Payment.id)).all()
    if payments:
        chosen = payments[int(one.share * len(payments))]
        reason = "bounced" if one.name == "bounced" else "mistaken"
        reverse_payment(session, town.rules, chosen, reason, actor=ACTOR, now=town.now)


def _pay_ahead(town: Town, session: Session, member_id: int, one: Act) -> None:
    amount = Decimal(SEVERAL_AMOUNTS[int(one.share * len(SEVERAL_AMOUNTS))])
    key = f"ahead:{member_id}:{one.day}:{one.share}"
    means = PaymentMeans.BANK_TRANSFER
    # A bank's file of some weeks ago, whose month may be closed.
    received_on = max(town.today - timedelta(days=int(one.share * 80)), town.today.replace(day=1, month=1))
    new = NewPayment(key, member_id, means, amount, received_on)
    record_payment(session, town.rules, new, actor=ACTOR, now=town.now)


_OF_MONEY: Mapping[str, Doing] = {
    "use": _use,
    "fee": _fee,
    "pay-by": _pay_by,
    "card": _card,
    "credit": _credit,
    "refund": _refund,
    "bounce": _bounce,
    "pay-ahead": _pay_ahead,
}


def _one_of(session: Session, member_id: int, one: Act) -> Invoice | None:
    own = select(Invoice).where(Invoice.member_id == member_id, Invoice.kind == "invoice")
    invoices = session.scalars(own.order_by(Invoice.serial)).all()
    return invoices[int(one.share * len(invoices))] if invoices else None
