"""What does not fit together between the tables of members and of money."""

from __future__ import annotations

from collections.abc import Iterator

from coworking.billing.price_fields import UnitPrice
from coworking.billing.profile import BillingProfile, PaymentMeans
from coworking.billing.titles import USUAL_TITLES
from coworking.kit.money import TaxMode
from coworking.kit.profile_fields import Misfit, Words, not_among
from coworking.membership.profile import MembershipProfile, Option

Key = tuple[str | int, ...]

WITH_BRANDS = (PaymentMeans.COUNTER_CARD, PaymentMeans.COUNTER_E_MONEY, PaymentMeans.COUNTER_QR)


def money_misfits(membership: MembershipProfile, billing: BillingProfile) -> Iterator[Misfit]:
    """Keys are of the whole profile."""
    yield from _unknown_plans(membership, billing)
    yield from _schedules_of_nothing(billing)
    yield from _dues_without_contract(membership, billing)
    yield from _options_without_price(membership, billing)
    yield from _options_out_of_reach(membership)
    yield from _uses_out_of_reach(billing)
    yield from _plans_without_payment(membership, billing)
    yield from _fees_without_amount(billing)
    yield from _papers_of_another_tax_mode(billing)


def _named_plans(billing: BillingProfile) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """Every list of member plans in the money of a profile, with its key."""
    for index, schedule in enumerate(billing.schedules):
        yield ("billing", "schedules", index, "member_plans"), schedule.member_plans
    for index, choice in enumerate(billing.payment_choices):
        yield ("billing", "payment_choices", index, "member_plans"), choice.member_plans
        yield ("billing", "payment_choices", index, "at_reception"), choice.at_reception
    for purpose, prices in billing.uses.items():
        for index, price in enumerate(prices):
            yield ("billing", "uses", purpose, index, "member_plans"), price.member_plans
    for purpose, fee in billing.fees.items():
        yield ("billing", "fees", purpose, "member_plans"), fee.member_plans


def _unknown_plans(membership: MembershipProfile, billing: BillingProfile) -> Iterator[Misfit]:
    for key, names in _named_plans(billing):
        for index, name in enumerate(names):
            if name not in membership.plans:
                yield not_among((*key, index), membership.plans)
    for name in billing.dues:
        if name not in membership.plans:
            yield not_among(("billing", "dues", name), membership.plans)


def _schedules_of_nothing(billing: BillingProfile) -> Iterator[Misfit]:
    """A schedule for a purpose that nothing is charged as would never match."""
    options = (f"option:{name}" for name in billing.options)
    charged = {*USUAL_TITLES, "option", *options, *billing.fees, *billing.uses}
    known = charged | {purpose.partition(":")[0] for purpose in charged}
    for index, schedule in enumerate(billing.schedules):
        for place, purpose in enumerate(schedule.purposes):
            if purpose not in known:
                yield not_among(("billing", "schedules", index, "purposes", place), sorted(known))


def _dues_without_contract(membership: MembershipProfile, billing: BillingProfile) -> Iterator[Misfit]:
    for name, dues in billing.dues.items():
        plan = membership.plans.get(name)
        if plan is None:
            continue
        if not plan.has_contract:
            yield Misfit(
                ("billing", "dues", name),
                Words("契約のないプランに会費があります", "are dues of a plan without a contract"),
                Words(
                    f"この行を消すか membership.plans.{name}.has_contract = true",
                    f"no such dues, or membership.plans.{name}.has_contract = true",
                ),
            )
        if dues.per == "year" and plan.can_pause:
            yield Misfit(
                ("membership", "plans", name, "can_pause"),
                Words("年会費のプランは休会できません", "is true although its dues are for a year"),
                Words(
                    f'false、または billing.dues.{name}.per = "month"',
                    f'false, or billing.dues.{name}.per = "month"',
                ),
            )


def _options_without_price(membership: MembershipProfile, billing: BillingProfile) -> Iterator[Misfit]:
    for name in membership.options:
        if name not in billing.options:
            yield Misfit(
                ("billing", "options", name),
                Words("オプションの料金がありません", "is missing: the option has no price"),
                Words("per, amount, part_month を持つ表", "a table with per, amount and part_month"),
            )
    for name in billing.options:
        if name not in membership.options:
            yield not_among(("billing", "options", name), membership.options)


def _options_out_of_reach(membership: MembershipProfile) -> Iterator[Misfit]:
    for name, option in membership.options.items():
        key = ("membership", "options", name, "member_plans")
        for index, plan_name in enumerate(option.member_plans):
            plan = membership.plans.get(plan_name)
            if plan is None:
                continue
            if name in plan.includes:
                yield Misfit(
                    (*key, index),
                    Words(
                        "このプランに含まれているオプションです",
                        "is a plan that has the option in it already",
                    ),
                    Words(
                        f"このプランを消すか membership.plans.{plan_name}.includes から消す",
                        f"no such plan here, or the option not in membership.plans.{plan_name}.includes",
                    ),
                )
            yield from _needs_out_of_reach(membership, option, plan_name, (*key, index))


def _needs_out_of_reach(
    membership: MembershipProfile, option: Option, plan_name: str, key: Key
) -> Iterator[Misfit]:
    for needed in option.needs:
        base = membership.options.get(needed)
        has_it = base is None or plan_name in base.member_plans
        if not has_it and needed not in membership.plans[plan_name].includes:
            yield Misfit(
                key,
                Words(
                    f"このプランでは前提のオプション {needed} を選べません",
                    f"is a plan that cannot take {needed}, which the option needs",
                ),
                Words(
                    f"membership.options.{needed}.member_plans にあるプラン",
                    f"a plan of membership.options.{needed}.member_plans",
                ),
            )


def _uses_out_of_reach(billing: BillingProfile) -> Iterator[Misfit]:
    """The first price that matches counts: whatever stands behind one for everybody is never read."""
    for purpose, prices in billing.uses.items():
        for index in _behind_everybody(prices):
            yield Misfit(
                ("billing", "uses", purpose, index),
                Words("前の行が全てのプランに当てはまります", "stands behind a price that is everybody's"),
                Words("member_plans のない行を最後に置く", "the price without member_plans as the last one"),
            )


def _behind_everybody(prices: tuple[UnitPrice, ...]) -> range:
    first = next((index for index, price in enumerate(prices) if not price.member_plans), len(prices))
    return range(first + 1, len(prices))


def _plans_without_payment(membership: MembershipProfile, billing: BillingProfile) -> Iterator[Misfit]:
    for name, plan in membership.plans.items():
        for kind in plan.kinds:
            if not billing.choices_for(name, kind.value):
                yield Misfit(
                    ("billing", "payment_choices"),
                    Words(
                        f"プラン {name}（{kind.value}）の支払方法がありません",
                        f"has no means of payment for {name} ({kind.value})",
                    ),
                    Words(
                        "どのプランと種別にも少なくとも一つの支払方法",
                        "at least one means for every plan and kind of member",
                    ),
                )
    for index, choice in enumerate(billing.payment_choices):
        if choice.brands and choice.means not in WITH_BRANDS:
            listed = ", ".join(means.value for means in WITH_BRANDS)
            yield Misfit(
                ("billing", "payment_choices", index, "brands"),
                Words("この支払方法にはブランドがありません", "stands at a means that has no brands"),
                Words(f"{listed} だけに書く", f"brands of {listed} only"),
            )


def _fees_without_amount(billing: BillingProfile) -> Iterator[Misfit]:
    for index, purpose in enumerate(billing.first_payment.fees):
        fee = billing.fees.get(purpose)
        if fee is not None and fee.kind != "fixed":
            yield Misfit(
                ("billing", "first_payment", "fees", index),
                Words(
                    "実費の項目は初回に請求できません", "is a fee at cost, which no first payment can hold"
                ),
                Words('kind = "fixed" の項目', 'a fee of the kind "fixed"'),
            )


def _papers_of_another_tax_mode(billing: BillingProfile) -> Iterator[Misfit]:
    outside, papers = billing.tax_mode is TaxMode.OUTSIDE, billing.papers
    if outside and papers.issuer.registration_number is not None:
        yield Misfit(
            ("billing", "papers", "issuer", "registration_number"),
            Words("消費税の対象外なのに登録番号があります", "is there although no price is taxed"),
            Words("このキーを消す", "no such key"),
        )
    if outside and papers.outside_tax_words is None:
        yield Misfit(
            ("billing", "papers", "outside_tax_words"),
            Words("消費税の対象外であることを示す文がありません", "is missing although no price is taxed"),
            Words("キー ja, en を持つ表", "a table with the keys ja, en"),
        )
    if not outside and papers.outside_tax_words is not None:
        yield Misfit(
            ("billing", "papers", "outside_tax_words"),
            Words("価格は課税なのに対象外の文があります", "is there although prices are taxed"),
            Words("このキーを消す", "no such key"),
        )
