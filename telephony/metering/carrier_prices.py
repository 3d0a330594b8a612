"""What the carrier takes for each leg, and what that leaves of a line's month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.db import table_of
from telephony.metering.comparison import CarrierLeg, OwnLeg
from telephony.metering.models import Leg
from telephony.metering.months import MonthSpan
from telephony.metering.usage_models import BilledLeg, CarrierPrice

YEN = "JPY"
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Margin:
    """A line's month. `left_over` is `charged` less what the carrier takes in yen; what it takes in other currencies
    stands beside it and is not in it."""

    line_id: int
    charged: Decimal
    carriers_yen: Decimal = Decimal(0)
    carriers_others: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def left_over(self) -> Decimal:
        return self.charged - self.carriers_yen


def store_prices(
    session: Session,
    operator_id: int,
    month: str,
    records: Sequence[CarrierLeg],
    ours: Mapping[str, OwnLeg],
) -> None:
    """Keep the prices of our legs; the first that came stays, a later one is a case."""
    rows = [
        {
            "leg_sid": record.leg_sid,
            "operator_id": operator_id,
            "line_id": own.line_id,
            "month": month,
            "amount": record.price,
            "currency": record.currency or "",
        }
        for record in records
        if record.price is not None and (own := ours.get(record.leg_sid)) is not None and own.price is None
    ]
    if not rows:
        return
    session.execute(insert(table_of(CarrierPrice)).on_conflict_do_nothing(), rows)
    in_yen: list[dict[str, object]] = [
        {"of_leg": row["leg_sid"], "price": Decimal(row["amount"] or 0).quantize(THOUSANDTH)}
        for row in rows
        if row["currency"] == YEN
    ]
    if in_yen:
        _write_on_legs(session, in_yen)


def accept_price(session: Session, leg_sid: str, price: str) -> None:
    """Take over the carrier's price of a leg, as its case has it (`3.5 JPY`)."""
    amount, _, currency = price.partition(" ")
    session.execute(
        update(CarrierPrice)
        .where(CarrierPrice.leg_sid == leg_sid)
        .values(amount=Decimal(amount), currency=currency)
    )
    if currency == YEN:
        _write_on_legs(session, [{"of_leg": leg_sid, "price": Decimal(amount).quantize(THOUSANDTH)}])


def _write_on_legs(session: Session, rows: Sequence[dict[str, object]]) -> None:
    legs = table_of(Leg)
    statement = (
        legs.update()
        .where(legs.c.leg_sid == bindparam("of_leg"))
        .values(carrier_price=bindparam("price", type_=legs.c.carrier_price.type))
    )
    session.execute(statement, list(rows))


def margins(session: Session, span: MonthSpan) -> list[Margin]:
    """Every line that was charged for the month or that the carrier has priced legs of, by its id."""
    charged = dict(
        session.execute(
            select(BilledLeg.line_id, func.sum(BilledLeg.amount, type_=BilledLeg.amount.type))
            .where(BilledLeg.counted_on.between(span.first, span.last))
            .group_by(BilledLeg.line_id)
        ).all()
    )
    taken: dict[int, dict[str, Decimal]] = {}
    statement = (
        select(CarrierPrice.line_id, CarrierPrice.currency, func.sum(CarrierPrice.amount))
        .where(CarrierPrice.month == span.name)
        .group_by(CarrierPrice.line_id, CarrierPrice.currency)
    )
    for line_id, currency, amount in session.execute(statement):
        taken.setdefault(line_id, {})[currency] = amount
    return [
        Margin(
            line_id,
            charged.get(line_id, Decimal(0)),
            taken.get(line_id, {}).get(YEN, Decimal(0)),
            {currency: amount for currency, amount in taken.get(line_id, {}).items() if currency != YEN},
        )
        for line_id in sorted(charged.keys() | taken.keys())
    ]
