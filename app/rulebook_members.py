"""How an operator's plans, offices, hours and house rules read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row, part
from app.rulebook_words import KINDS, YES_OR_NO
from coworking.kit.profile_fields import Words
from coworking.membership.profile import Option, Plan, UseHours


def member_rows(reader: Reader) -> Iterator[Row]:
    membership = reader.profile.membership
    for name, plan in membership.plans.items():
        yield from _plan(reader, name, plan)
    for name, option in membership.options.items():
        yield reader.row(f"membership.options.{name}", option.title, _option(reader, option))
    for name, office in membership.offices.items():
        yield reader.row(f"membership.offices.{name}", office.place, office.area_code or "-")
    yield from _days(reader)


def house_rows(reader: Reader) -> Iterator[Row]:
    membership = reader.profile.membership
    for name, act in membership.prohibited_acts.items():
        yield reader.row(f"membership.prohibited_acts.{name}", Words("禁止事項", "Prohibited"), act)
    for name, reason in membership.limit_reasons.items():
        label = Words("利用制限・登録抹消の理由", "Limited or struck for")
        yield reader.row(f"membership.limit_reasons.{name}", label, reason)
    if membership.house.free_talk:
        label = Words("自由に話せる時間", "Free talk")
        yield reader.row("membership.house", label, _hours(reader, membership.house.free_talk))
    for name, note in membership.house.notes.items():
        yield reader.row(f"membership.house.notes.{name}", Words("ご案内", "Note"), note)
    for name, thing in membership.house.lends.items():
        yield reader.row(f"membership.house.lends.{name}", Words("無料貸出", "Lent free of charge"), thing)
    months = membership.left_things.kept_months
    plural = "month" if months == 1 else "months"
    kept = Words(f"{months}か月保管", f"kept for {months} {plural}")
    yield reader.row("membership.left_things", Words("忘れ物・残置物", "Things left behind"), kept)
    for name, category in membership.inquiry_categories.items():
        label = Words("問い合わせの項目", "Inquiry about")
        yield reader.row(f"membership.inquiry_categories.{name}", label, category)
    for terms in membership.terms:
        label = Words(f"利用約款 {terms.valid_from}", f"Terms of {terms.valid_from}")
        yield reader.row("membership.terms", label, terms.changes)


def _plan(reader: Reader, name: str, plan: Plan) -> Iterator[Row]:
    key, profile = f"membership.plans.{name}", reader.profile
    value = reader.listed(KINDS[kind] for kind in plan.kinds)
    if profile.lends_lines:
        lines = [profile.numbers.line_plans[line] for line in profile.numbers.line_plans_for(name)]
        offered = reader.listed(line.title for line in lines) or reader.say(Words("回線なし", "no line"))
        value = f"{value} / {offered}"
    yield reader.row(f"{key}.kinds", plan.title, value)
    if plan.hours:
        yield reader.row(f"{key}.hours", part(plan.title, "利用時間", "hours"), _hours(reader, plan.hours))
    for field, label, words in _plan_facts(reader, plan):
        yield reader.row(f"{key}.{field}", part(plan.title, label.ja, label.en), words)


def _plan_facts(reader: Reader, plan: Plan) -> Iterator[tuple[str, Words, Words | str]]:
    """What is not so of every plan: key, label, value."""
    yes = YES_OR_NO[True]
    if not plan.has_contract:
        yield "has_contract", Words("契約", "contract"), Words("なし（利用の都度）", "none: pays by use")
    if plan.has_private_office:
        yield "has_private_office", Words("専用オフィス", "private office"), yes
    if plan.most_people > 1:
        most = plan.most_people
        yield "most_people", Words("利用人数", "people"), Words(f"{most}名まで", f"{most} at most")
    if plan.hours_a_month is not None:
        hours = plan.hours_a_month
        most_hours = Words(f"月{hours}時間まで", f"{hours} a month")
        yield "hours_a_month", Words("利用時間の上限", "hours at most"), most_hours
    if plan.free_space_hours:
        free = plan.free_space_hours
        label = Words("会議室などの無料時間", "free hours of spaces")
        yield "free_space_hours", label, Words(f"月{free}時間", f"{free} a month")
    if plan.evidence is not None:
        yield "evidence", Words("資格の証明", "evidence"), reader.say(plan.evidence)
    if plan.of_company is not None:
        yield "of_company", Words("所属する企業のプラン", "company on"), reader.plans(plan.of_company)
    if plan.includes:
        yield "includes", Words("含まれるもの", "in it"), reader.options(plan.includes)
    for field, is_so, label in (
        (
            "linked_card_required",
            plan.linked_card_required,
            Words("マイナンバーカードの連携が必要", "linked card needed"),
        ),
        ("can_pause", plan.can_pause, Words("休会", "can be suspended")),
        (
            "office_changes_only",
            plan.office_changes_only,
            Words("変更は事務局のみ", "changed by the office only"),
        ),
        ("listed_publicly", plan.listed_publicly, Words("一般に公開する", "listed publicly")),
    ):
        if is_so:
            yield field, label, yes


def _option(reader: Reader, option: Option) -> str:
    parts = [reader.plans(option.member_plans)]
    if option.needs:
        needs = reader.options(option.needs)
        parts.append(reader.say(Words(f"前提: {needs}", f"needs {needs}")))
    most, stock = option.most_per_member, option.stock
    parts.append(reader.say(Words(f"1会員{most}つまで", f"{most} a member at most")))
    if stock is not None:
        parts.append(reader.say(Words(f"全部で{stock}", f"{stock} in all")))
    return " / ".join(parts)


def _hours(reader: Reader, hours: tuple[UseHours, ...]) -> str:
    return ", ".join(
        f"{reader.weekdays(each.weekdays)} {each.from_at:%H:%M}-{each.until_at:%H:%M}" for each in hours
    )


def _days(reader: Reader) -> Iterator[Row]:
    membership = reader.profile.membership
    closed = reader.weekdays(membership.calendar.closed_weekdays)
    days = ", ".join(day.isoformat() for day in membership.calendar.closing_days)
    holidays = reader.say(Words("祝日", "national holidays"))
    yield reader.row(
        "membership.calendar",
        Words("休業日", "Closed")
        if reader.profile.lends_lines
        else Words("営業日でない日", "No business days"),
        " / ".join(part for part in (closed, holidays, days) if part),
    )
    for hours in membership.office_hours:
        times = f"{reader.weekdays(hours.weekdays)} {hours.opens_at:%H:%M}-{hours.closes_at:%H:%M}"
        label = (
            Words("受付時間", "Office hours")
            if hours.staffed
            else Words("無人営業時間", "Open without staff")
        )
        if hours.on_holidays:
            times += reader.say(Words("（祝日も）", " (holidays too)"))
        yield reader.row("membership.office_hours", label, times)
