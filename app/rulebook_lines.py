"""How an operator's rules about lines read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row, part
from app.rulebook_words import AREA_CODE_CHOICES, FEE_UNITS, NUMBER_CLASSES, YES_OR_NO, ZONE_CHECKS
from coworking.kit.profile_fields import Words
from telephony.numbers.profile import FixedCount, Proration


def line_rows(reader: Reader) -> Iterator[Row]:
    numbers = reader.profile.numbers
    for name, plan in numbers.line_plans.items():
        key = f"numbers.line_plans.{name}"
        title = plan.title
        yield reader.row(
            f"{key}.area_codes", part(title, "市外局番", "area codes"), " ".join(plan.area_codes)
        )
        yield reader.row(
            f"{key}.member_plans", part(title, "選べる会員", "for"), reader.plans(plan.member_plans)
        )
        yield reader.row(
            f"{key}.setup_fee", part(title, "初期費用", "set-up fee"), reader.yen(plan.setup_fee)
        )
        unit = reader.say(FEE_UNITS[plan.monthly_fee_per])
        fee = f"{reader.yen(plan.monthly_fee)} / {unit}"
        yield reader.row(f"{key}.monthly_fee", part(title, "月額", "monthly fee"), fee)
    for name, quota in numbers.quotas.items():
        most = (
            str(quota.most) if isinstance(quota, FixedCount) else reader.say(Words("定員数", "the capacity"))
        )
        least = (
            Words(f"（最低{quota.least}）", f" (at least {quota.least})") if quota.least else Words("", "")
        )
        label = Words(f"回線数の上限 {reader.plans([name])}", f"Most lines, {reader.plans([name])}")
        yield reader.row(f"numbers.quotas.{name}", label, most + reader.say(least))
    yield from _line_rules(reader)


def _line_rules(reader: Reader) -> Iterator[Row]:
    numbers = reader.profile.numbers
    yield reader.row("numbers.assignment", Words("番号の指定", "Choice of a number"), Words("不可", "none"))
    choices = AREA_CODE_CHOICES[numbers.assignment.area_codes]
    yield reader.row("numbers.assignment", Words("選べる市外局番", "Choice of an area code"), choices)
    zone_check = ZONE_CHECKS[numbers.number_zone_check]
    yield reader.row("numbers.number_zone_check", Words("番号区画の確認", "Number area check"), zone_check)
    start = numbers.start
    words = Words(
        f"利用開始月の1日 {start.on_business_day_at:%H:%M}。休業日なら翌営業日 {start.after_closed_day_at:%H:%M}",
        f"the 1st of the start month, {start.on_business_day_at:%H:%M};"
        f" on a closed day the next business day, {start.after_closed_day_at:%H:%M}",
    )
    yield reader.row("numbers.start", Words("利用開始", "Start"), words)
    end = numbers.end
    before = end.closed_day == "business-day-before"
    words = Words(
        f"解約申出の{end.months}か月後の末日 {end.ends_at:%H:%M}{'。休業日なら前営業日' if before else ''}",
        f"the last day of the month, {end.months} after that of the notice, {end.ends_at:%H:%M}"
        f"{'; on a closed day the business day before' if before else ''}",
    )
    yield reader.row("numbers.end", Words("利用終了", "End"), words)
    kept = reader.plans(numbers.last_line_required) if numbers.last_line_required else "-"
    yield reader.row(
        "numbers.last_line_required", Words("最後の1回線を解約できない会員", "Last line cannot end"), kept
    )
    prorated = YES_OR_NO[numbers.proration is Proration.BY_DAY]
    yield reader.row("numbers.proration", Words("月額の日割り", "Prorated by day"), prorated)
    phones = numbers.registered_phones
    classes = reader.listed(NUMBER_CLASSES[each] for each in phones.classes)
    yield reader.row(
        "numbers.registered_phones", Words("登録電話", "Registered phones"), f"{phones.limit} / {classes}"
    )
    days = Words(f"{numbers.quarantine_days}日", f"{numbers.quarantine_days} days")
    yield reader.row(
        "numbers.quarantine_days", Words("番号の再利用まで", "Until a number is lent again"), days
    )
    transfer = YES_OR_NO[numbers.transferable]
    yield reader.row("numbers.transferable", Words("第三者への譲渡を許可", "Transferable"), transfer)
    removal = YES_OR_NO[numbers.number_removal_confirmed]
    label = Words("番号の削除の確認", "Removal of the number is confirmed")
    yield reader.row("numbers.number_removal_confirmed", label, removal)
    for name, reason in numbers.suspension_reasons.items():
        yield reader.row(f"numbers.suspension_reasons.{name}", Words("停止の理由", "Suspended for"), reason)
    most = f"{numbers.purchase.most_per_purchase} / {numbers.purchase.most_per_month}"
    label = Words("番号の購入（一度に / 1か月に）", "Numbers bought at a time / a month")
    yield reader.row("numbers.purchase", label, most)
