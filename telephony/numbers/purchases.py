"""Numbers bought from the carrier: one of the staff asks, an administrator who is somebody else approves, a task
buys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.db import violated_constraint
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.phone import PhoneNumber
from telephony.numbers.buying import buy_number
from telephony.numbers.errors import (
    AlreadyApproved,
    FourEyesRequired,
    PurchaseLimitReached,
    PurchaseUnderWay,
    StockNumberRefused,
)
from telephony.numbers.models import StockNumber
from telephony.numbers.purchase_models import NumberPurchase, PurchasedNumber
from telephony.numbers.stock import LENDABLE, stock_area_code
from telephony.numbers.terms import LineRules

GONE = ("released", "ported-out")
PURCHASES_LOCK = 0x6E75  # the first half of the advisory lock's key; the second is the operator


def ask_for_numbers(
    session: Session,
    rules: LineRules,
    operator_id: int,
    area_code: str,
    numbers: Sequence[PhoneNumber],
    *,
    actor: str,
    now: datetime,
) -> NumberPurchase:
    """Ask that numbers of one area code be bought. Raises `StockNumberRefused`, `PurchaseUnderWay`,
    `PurchaseLimitReached`."""
    wanted = {number.e164: number for number in numbers}
    if any(
        number.number_class not in LENDABLE or stock_area_code(number) != area_code
        for number in wanted.values()
    ):
        raise StockNumberRefused
    _require_new(session, wanted)
    _require_within_limits(session, rules, operator_id, len(wanted), now)
    purchase = NumberPurchase(
        operator_id=operator_id,
        area_code=area_code,
        asked_at=now,
        asked_by=actor,
        numbers=[PurchasedNumber(operator_id=operator_id, number=e164, status="asked") for e164 in wanted],
    )
    try:
        with session.begin_nested():
            session.add(purchase)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_purchased_numbers_under_way":
            raise PurchaseUnderWay from error
        raise
    _record(session, purchase, "purchase.asked", actor, now)
    return purchase


def approve_purchase(session: Session, purchase_id: int, *, actor: str, now: datetime) -> NumberPurchase:
    """Let the numbers be bought. Four eyes: `actor` is not who asked. Raises `NotFound`, `AlreadyApproved`,
    `FourEyesRequired`."""
    purchase = session.get(NumberPurchase, purchase_id, with_for_update=True)
    if purchase is None:
        raise NotFound
    if purchase.approved_at is not None:
        raise AlreadyApproved
    if purchase.asked_by == actor:
        raise FourEyesRequired
    purchase.approved_at, purchase.approved_by = now, actor
    for wanted in purchase.numbers:
        wanted.status = "approved"
        buy_number.enqueue(
            session,
            operator_id=purchase.operator_id,
            now=now,
            key=f"purchase:{wanted.id}:buy",
            purchased_number_id=wanted.id,
        )
    session.flush()
    _record(session, purchase, "purchase.approved", actor, now)
    return purchase


def get_purchase(session: Session, purchase_id: int) -> NumberPurchase:
    """Raises `NotFound`."""
    purchase = session.get(NumberPurchase, purchase_id)
    if purchase is None:
        raise NotFound
    return purchase


def list_purchases(
    session: Session, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[NumberPurchase]:
    statement = listing.part(select(NumberPurchase), NumberPurchase.id, after_id, limit)
    return session.scalars(statement).all()


def _require_new(session: Session, wanted: dict[str, PhoneNumber]) -> None:
    statement = select(StockNumber.id).where(StockNumber.number.in_(wanted), StockNumber.status.not_in(GONE))
    if session.scalar(statement.limit(1)) is not None:
        raise PurchaseUnderWay


def _require_within_limits(
    session: Session, rules: LineRules, operator_id: int, count: int, now: datetime
) -> None:
    """What is asked for counts in its month until the carrier refuses it. Purchases of one operator are asked for one
    after the other, so that two at once cannot pass the limit."""
    limits = rules.profile.purchase
    session.execute(select(func.pg_advisory_xact_lock(PURCHASES_LOCK, operator_id)))
    month = rules.calendar.instant(rules.calendar.local_date(now).replace(day=1), time(0))
    asked = session.scalar(
        select(func.count())
        .select_from(PurchasedNumber)
        .join(NumberPurchase)
        .where(NumberPurchase.asked_at >= month, PurchasedNumber.status != "refused")
    )
    if count > limits.most_per_purchase or (asked or 0) + count > limits.most_per_month:
        raise PurchaseLimitReached(
            most_per_purchase=limits.most_per_purchase, most_per_month=limits.most_per_month
        )


def _record(session: Session, purchase: NumberPurchase, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=purchase.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"purchase:{purchase.id}",
        details={"area_code": purchase.area_code, "count": len(purchase.numbers)},
    )
