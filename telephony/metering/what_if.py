"""A month that was, under a rate card that is not in force: what each member would have paid. Nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import ValidationFailed
from telephony.metering.errors import RateCardDoesNotFit
from telephony.metering.months import month_span
from telephony.metering.profile import CallClass, CallPrice, RateCard
from telephony.metering.rating import units_of
from telephony.metering.tariffs import TariffRules
from telephony.metering.usage_models import BilledLeg

ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class LegToPrice:
    """A billed leg; legs of a line and class come in the order in which they were answered."""

    member_id: int
    line_id: int
    line_plan: str
    call_class: str
    answered_at: datetime
    seconds: int
    amount: Decimal


@dataclass(slots=True)
class Outlook:
    """What a member paid for a class in the month, and would have paid."""

    member_id: int
    call_class: str
    legs: int = 0
    amount_now: Decimal = field(default=Decimal(0))
    amount_then: Decimal = field(default=Decimal(0))

    @property
    def difference(self) -> Decimal:
        return self.amount_then - self.amount_now


def read_rate_card(document: Mapping[str, Any]) -> RateCard:
    """A rate card as profiles write it, from JSON. Raises `ValidationFailed`."""
    try:
        return RateCard.model_validate_json(json.dumps(document))
    except ValidationError as error:
        raise ValidationFailed(
            [
                {"field": ".".join(map(str, ("rate_card", *one["loc"]))), "message": one["msg"]}
                for one in error.errors(include_input=False, include_url=False, include_context=False)
            ]
        ) from error


def what_if(session: Session, rules: TariffRules, month: str, card: RateCard) -> list[Outlook]:
    """By member and class, as if the card had been in force all month, whatever day it says. What was reversed is left
    out. Raises `RateCardDoesNotFit` where it has no price for what was billed."""
    span = month_span(rules.calendar, month)
    statement = (
        select(
            BilledLeg.member_id,
            BilledLeg.line_id,
            BilledLeg.line_plan,
            BilledLeg.call_class,
            BilledLeg.answered_at,
            BilledLeg.seconds,
            BilledLeg.amount,
        )
        .where(BilledLeg.counted_on.between(span.first, span.last), BilledLeg.is_held.is_(False))
        .order_by(BilledLeg.line_id, BilledLeg.call_class, BilledLeg.answered_at, BilledLeg.leg_sid)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    with session.execute(statement) as rows:
        return priced_anew((LegToPrice(*row) for row in rows), card, rules.calendar.local)


def priced_anew(
    legs: Iterable[LegToPrice], card: RateCard, local: Callable[[datetime], datetime]
) -> list[Outlook]:
    """Pure; `local` turns an instant into the operator's own time. Raises `RateCardDoesNotFit`."""
    outlooks: dict[tuple[int, str], Outlook] = {}
    free_left: dict[tuple[int, str], int] = {}
    for leg in legs:
        price = card.price(leg.line_plan, CallClass(leg.call_class))
        if price is None:
            raise RateCardDoesNotFit(where=f"{leg.line_plan}: {leg.call_class}")
        units = max(units_of(leg.seconds, price.unit_seconds), price.minimum_units)
        if price.free_units:
            key = (leg.line_id, leg.call_class)
            left = free_left.get(key, price.free_units)
            free = min(units, left)
            free_left[key] = left - free
            units -= free
        member = (leg.member_id, leg.call_class)
        outlook = outlooks.get(member)
        if outlook is None:
            outlook = outlooks[member] = Outlook(*member)
        outlook.legs += 1
        outlook.amount_now += leg.amount
        outlook.amount_then += units * _unit_price(price, leg.answered_at, local)
    return [outlooks[key] for key in sorted(outlooks)]


def _unit_price(price: CallPrice, answered_at: datetime, local: Callable[[datetime], datetime]) -> Decimal:
    if price.night is not None and price.night.covers(local(answered_at).time()):
        return price.night.unit_price
    return price.unit_price
