"""How an operator's prices read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row, part
from app.rulebook_words import DUES_TITLES, PART_MONTHS, percent
from coworking.billing.price_fields import Dues, FixedFee, MonthlyPrice, UnitPrice
from coworking.kit.profile_fields import Words


def price_rows(reader: Reader) -> Iterator[Row]:
    billing, membership = reader.profile.billing, reader.profile.membership
    for rate in billing.tax_rates:
        label = Words(f"消費税率（{rate.valid_from}から）", f"Consumption tax from {rate.valid_from}")
        yield reader.row("billing.tax_rates", label, percent(rate.rate))
    for name, dues in billing.dues.items():
        title = DUES_TITLES[dues.charged_as]
        label = part(membership.plans[name].title, title.ja, title.en)
        yield reader.row(f"billing.dues.{name}", label, _dues(reader, dues))
    for name, price in billing.options.items():
        label = part(membership.options[name].title, "月額", "a month")
        yield reader.row(f"billing.options.{name}", label, _monthly(reader, price))
    for purpose, prices in billing.uses.items():
        for use in prices:
            value = f"{_use(reader, use)} / {reader.plans(use.member_plans)}"
            yield reader.row(f"billing.uses.{purpose}", use.title, value)
    for purpose, fee in billing.fees.items():
        at_cost = Words("実費", "at cost")
        amount = reader.yen(fee.amount) if isinstance(fee, FixedFee) else reader.say(at_cost)
        value = f"{amount} / {reader.plans(fee.member_plans)}"
        yield reader.row(f"billing.fees.{purpose}", fee.title, value)


def _dues(reader: Reader, dues: Dues) -> str:
    if dues.per == "month":
        return _monthly(reader, dues)
    month = dues.starts_in_month
    year = Words(f"1年（{month}月から）", f"a year, from month {month}")
    return f"{reader.yen(dues.amount)} / {reader.say(year)}"


def _monthly(reader: Reader, price: MonthlyPrice) -> str:
    month = reader.say(Words("月", "month"))
    return f"{reader.yen(price.amount)} / {month} / {reader.say(PART_MONTHS[price.part_month])}"


def _use(reader: Reader, use: UnitPrice) -> str:
    text = reader.yen(use.amount)
    if use.unit_minutes is not None:
        minutes = use.unit_minutes
        text += reader.say(Words(f" / {minutes}分ごと", f" for each started {minutes} min"))
    if use.most_a_day is not None:
        most = reader.yen(use.most_a_day)
        text += reader.say(Words(f"、1日最大{most}", f", {most} a day at most"))
    if use.included_in:
        options = reader.options(use.included_in)
        text += reader.say(Words(f"、{options}があれば無料", f", free with {options}"))
    if use.staffed_only:
        plans = reader.plans(use.staffed_only)
        text += reader.say(Words(f"、{plans}は有人時間のみ", f", in staffed hours only for {plans}"))
    return text
