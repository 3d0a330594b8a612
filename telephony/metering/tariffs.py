"""Which price a leg has, by the operator's rate cards. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coworking.billing import BillingProfile
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.phone import NumberClass
from telephony.metering.profile import CallClass, MeteringProfile, Origin, RateCard, ReceptionCalls
from telephony.metering.rating import Price
from telephony.numbers import LinesNotLent


class PriceMissing(LookupError):
    """A call that the profile allows has no price: the profile was checked, so this is a defect."""


@dataclass(frozen=True)
class TariffRules:
    """An operator's rules about the price of calls and the days of their charges."""

    metering: MeteringProfile
    billing: BillingProfile
    calendar: BusinessCalendar
    profile_version_id: int


class RulesOfTariffs(dict[int, TariffRules]):
    """The rules by operator, as tasks and requests find them; of one that lends no lines `LinesNotLent` is raised."""

    def __missing__(self, operator_id: int) -> TariffRules:
        raise LinesNotLent


def forward_price(
    rules: TariffRules, line_plan: str, number_class: NumberClass, answered_at: datetime
) -> Price:
    """What a started unit of a forwarded call costs on the card of the local day on which it was answered (NEX-09)."""
    call_class = rules.metering.call_class(Origin.FORWARD, number_class)
    if call_class is None:
        raise PriceMissing(f"no rate class for {number_class}")
    return price_of_class(rules, line_plan, call_class, answered_at)


def outgoing_price(
    rules: TariffRules, line_plan: str, origin: Origin, to: NumberClass, answered_at: datetime
) -> Price:
    """What a started unit of an outgoing call costs: its class is the pair of its two ends (NEX-09). Raises
    `PriceMissing` for a pair that the plan does not offer."""
    call_class = rules.metering.call_class(origin, to)
    if call_class is None:
        raise PriceMissing(f"no rate class for {to}")
    return price_of_class(rules, line_plan, call_class, answered_at)


def control_price(rules: TariffRules, line_plan: str, from_desk: bool, answered_at: datetime) -> Price | None:
    """What a started unit of steering by phone costs; None where it is free from the lent desk phone (NEX-10)."""
    card = rules.metering.rate_card_on(rules.calendar.local(answered_at).date())
    if from_desk and card is not None and card.control_free_from_desk_phone:
        return None
    return price_of_class(rules, line_plan, CallClass.CONTROL, answered_at)


def reception_price(rules: TariffRules, line_plan: str, answered_at: datetime) -> Price | None:
    """What a call from the office's reception to the lent desk phone costs; None where it is free (NEX-24)."""
    if rules.metering.reception_to_desk_phone is ReceptionCalls.FREE:
        return None
    return forward_price(rules, line_plan, NumberClass.FIXED, answered_at)


def offers_outgoing(
    rules: TariffRules, line_plan: str, origin: Origin, to: NumberClass, at: datetime
) -> bool:
    """Whether a line plan has a price for calls from such a phone to such a number."""
    try:
        outgoing_price(rules, line_plan, origin, to, at)
    except PriceMissing:
        return False
    return True


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
        rules=_rules_of(card, call_class),
        minimum_units=listed.minimum_units,
        free_units=listed.free_units,
    )


def _rules_of(card: RateCard, call_class: CallClass) -> tuple[str, ...]:
    rule = card.control_rule if call_class is CallClass.CONTROL and card.control_rule else card.rule
    return (rule,) if rule else ()
