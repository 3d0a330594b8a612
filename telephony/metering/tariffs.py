"""Which price a leg has, by the operator's rate cards. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coworking.billing import BillingProfile
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.phone import NumberClass
from telephony.metering.profile import CallClass, MeteringProfile, Origin
from telephony.metering.rating import Price


class PriceMissing(LookupError):
    """A call that the profile allows has no price: the profile was checked, so this is a defect."""


@dataclass(frozen=True)
class TariffRules:
    """An operator's rules about the price of calls and the days of their charges."""

    metering: MeteringProfile
    billing: BillingProfile
    calendar: BusinessCalendar
    profile_version_id: int


def forward_price(
    rules: TariffRules, line_plan: str, number_class: NumberClass, answered_at: datetime
) -> Price:
    """What a started unit of a forwarded call costs on the card of the local day on which it was answered (NEX-09)."""
    call_class = rules.metering.call_class(Origin.FORWARD, number_class)
    if call_class is None:
        raise PriceMissing(f"no rate class for {number_class}")
    return price_of_class(rules, line_plan, call_class, answered_at)


def price_of_class(rules: TariffRules, line_plan: str, call_class: CallClass, answered_at: datetime) -> Price:
    answered = rules.calendar.local(answered_at)
    card = rules.metering.rate_card_on(answered.date())
    if card is None:
        raise PriceMissing(f"no rate card on {answered.date()}")
    listed = card.price(line_plan, call_class)
    if listed is None:
        raise PriceMissing(f"{line_plan} has no price for {call_class}")
    at_night = listed.night is not None and listed.night.covers(answered.time())
    return Price(
        rate_class=call_class.value,
        unit_seconds=listed.unit_seconds,
        per_unit=listed.night.unit_price if at_night and listed.night else listed.unit_price,
        rate_card=card.valid_from.isoformat(),
        rules=(card.rule,) if card.rule else (),
        minimum_units=listed.minimum_units,
    )
