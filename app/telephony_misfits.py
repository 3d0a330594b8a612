"""What does not fit together in the telephony tables of a profile, and between them and the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coworking.billing.profile import BillingProfile
from coworking.kit.profile_fields import Misfit, Words, not_among
from coworking.membership.profile import MembershipProfile
from telephony.forwarding.profile import ForwardingProfile
from telephony.metering.profile import CallClass, MeteringProfile, Origin
from telephony.numbers.profile import NumbersProfile, OfficeCapacity

UNPAID = "unpaid"
"""The reason under which a line is suspended for debt."""


@dataclass(frozen=True)
class Telephony:
    """The tables of an operator that lends lines."""

    numbers: NumbersProfile
    metering: MeteringProfile
    forwarding: ForwardingProfile


def telephony_misfits(
    membership: MembershipProfile, billing: BillingProfile, telephony: Telephony
) -> Iterator[Misfit]:
    """Keys are of the whole profile."""
    yield from _unknown_member_plans(membership, telephony)
    yield from _quotas_without_capacity(membership, telephony)
    yield from _offices_without_numbers(membership, telephony)
    yield from _line_plans_without_prices(telephony)
    yield from _classes_without_price(telephony)
    yield from _suspension_without_reason(billing, telephony)


def _named_member_plans(telephony: Telephony) -> Iterator[tuple[tuple[str | int, ...], tuple[str, ...]]]:
    """Every list of member plans in the profile, with its key."""
    for name, line_plan in telephony.numbers.line_plans.items():
        yield ("numbers", "line_plans", name, "member_plans"), line_plan.member_plans
    yield ("numbers", "last_line_required"), telephony.numbers.last_line_required
    yield ("forwarding", "reception", "member_plans"), telephony.forwarding.reception.member_plans


def _unknown_member_plans(membership: MembershipProfile, telephony: Telephony) -> Iterator[Misfit]:
    for key, names in _named_member_plans(telephony):
        for index, name in enumerate(names):
            if name not in membership.plans:
                yield not_among((*key, index), membership.plans)
    admitted = {name for plan in telephony.numbers.line_plans.values() for name in plan.member_plans}
    for name in telephony.numbers.quotas:
        if name not in admitted:
            yield Misfit(
                ("numbers", "quotas", name),
                Words("回線プランを選べる会員プランではありません", "is no plan that may take a line plan"),
                Words(
                    f"次のいずれか: {', '.join(sorted(admitted))}",
                    f"one of {', '.join(sorted(admitted))}",
                ),
            )


def _quotas_without_capacity(membership: MembershipProfile, telephony: Telephony) -> Iterator[Misfit]:
    for name, quota in telephony.numbers.quotas.items():
        plan = membership.plans.get(name)
        if isinstance(quota, OfficeCapacity) and plan is not None and not plan.has_private_office:
            yield Misfit(
                ("numbers", "quotas", name, "kind"),
                Words(
                    "専用オフィスのないプランには定員がありません",
                    "counts a capacity that this plan does not have",
                ),
                Words(
                    f'"fixed-count"、または membership.plans.{name}.has_private_office = true',
                    f'"fixed-count", or membership.plans.{name}.has_private_office = true',
                ),
            )


def _offices_without_numbers(membership: MembershipProfile, telephony: Telephony) -> Iterator[Misfit]:
    offered = sorted({code for plan in telephony.numbers.line_plans.values() for code in plan.area_codes})
    for name, office in membership.offices.items():
        if office.area_code not in offered:
            listed = ", ".join(offered)
            yield Misfit(
                ("membership", "offices", name, "area_code"),
                Words("どの回線プランにもない市外局番です", "is offered by no line plan")
                if office.area_code
                else Words("回線を貸すのに市外局番がありません", "is missing although lines are lent"),
                Words(f"次のいずれか: {listed}", f"one of {listed}"),
            )


def _line_plans_without_prices(telephony: Telephony) -> Iterator[Misfit]:
    for index, card in enumerate(telephony.metering.rate_cards):
        key = ("metering", "rate_cards", index, "line_plans")
        for name in card.line_plans:
            if name not in telephony.numbers.line_plans:
                yield not_among((*key, name), telephony.numbers.line_plans)
        for name, line_plan in telephony.numbers.line_plans.items():
            if name not in card.line_plans:
                yield _unpriced((*key, name))
                continue
            for call_class in card.line_plans[name]:
                if call_class.startswith(f"{Origin.DESK}-") and not line_plan.desk_phones:
                    yield Misfit(
                        (*key, name, call_class),
                        Words(
                            "このプランには電話機がありません",
                            "prices a desk phone that this plan does not lend",
                        ),
                        Words(
                            f"この行を消すか numbers.line_plans.{name}.desk_phones = 1",
                            f"no such price, or numbers.line_plans.{name}.desk_phones = 1",
                        ),
                    )


def _classes_without_price(telephony: Telephony) -> Iterator[Misfit]:
    """Whatever may be a destination must have a price on every card."""
    for number_class in telephony.forwarding.destinations.classes:
        call_class = telephony.metering.call_class(Origin.FORWARD, number_class)
        if call_class is None:
            yield Misfit(
                ("metering", "counts_as", number_class),
                Words(
                    "転送先として使える種類の料金区分がありません",
                    "is missing for an allowed destination class",
                ),
                Words('"fixed", "mobile", "ip" のいずれか', 'one of "fixed", "mobile", "ip"'),
            )
            continue
        for index, card in enumerate(telephony.metering.rate_cards):
            for name, prices in card.line_plans.items():
                if call_class not in prices:
                    yield _unpriced(("metering", "rate_cards", index, "line_plans", name, call_class))


def _suspension_without_reason(billing: BillingProfile, telephony: Telephony) -> Iterator[Misfit]:
    suspends = billing.arrears.suspension_after_days is not None
    if suspends and UNPAID not in telephony.numbers.suspension_reasons:
        yield Misfit(
            ("numbers", "suspension_reasons", UNPAID),
            Words("未払いによる停止の理由がありません", "is missing although unpaid invoices suspend"),
            Words("キー ja, en を持つ表", "a table with the keys ja, en"),
        )


def _unpriced(key: tuple[str | int, ...]) -> Misfit:
    if isinstance(key[-1], CallClass):
        allowed = Words("unit_seconds と unit_price を持つ表", "a table with unit_seconds and unit_price")
    else:
        allowed = Words("通話種別ごとの料金の表", "a table of prices by call class")
    return Misfit(key, Words("料金がありません", "is missing: it has no price"), allowed)
