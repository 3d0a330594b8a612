"""How an operator's rules about payment, arrears and invoices read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row
from app.rulebook_words import CHANGED_BY, ISSUES, KINDS, MEANS, YES_OR_NO, percent
from coworking.billing.profile import PaymentChoice, Schedule
from coworking.kit.profile_fields import Words
from coworking.membership.profile import MemberKind


def money_rows(reader: Reader) -> Iterator[Row]:
    billing = reader.profile.billing
    yield from _first_payment(reader)
    for schedule in billing.schedules:
        yield _schedule(reader, schedule)
    for choice in billing.payment_choices:
        yield reader.row(
            "billing.payment_choices", Words("支払方法", "Means of payment"), _choice(reader, choice)
        )
    yield reader.row(
        "billing.payment_changed_by",
        Words("支払方法の変更", "Means are changed"),
        CHANGED_BY[billing.payment_changed_by],
    )
    yield reader.row("billing.refunds", Words("返金", "Refunds"), YES_OR_NO[billing.refunds])


def arrears_rows(reader: Reader) -> Iterator[Row]:
    arrears = reader.profile.billing.arrears
    key, interest = "billing.arrears", arrears.late_interest
    for field, label, days in (
        ("reminder_after_days", Words("督促", "Reminder"), arrears.reminder_after_days),
        (
            "suspension_after_days",
            Words("未払いによる停止", "Suspension for debt"),
            arrears.suspension_after_days,
        ),
        (
            "forced_end_after_days",
            Words("未払いによる強制退会", "Forced end for debt"),
            arrears.forced_end_after_days,
        ),
    ):
        by_staff = Words("担当者の判断", "by staff")
        after = by_staff if days is None else Words(f"期限から{days}日後", f"{days} days after the due date")
        yield reader.row(f"{key}.{field}", label, after)
    claimed = YES_OR_NO[interest.claimed]
    yield reader.row(f"{key}.late_interest", Words("延滞利息の請求", "Late interest"), claimed)
    for rate in interest.rates:
        label = Words(
            f"延滞利息の年率（{rate.valid_from}から）", f"Yearly rate of interest from {rate.valid_from}"
        )
        yield reader.row(f"{key}.late_interest.rates", label, percent(rate.rate))
    if interest.claimed:
        floor = reader.yen(interest.interest_floor)
        days_in_year = interest.days_in_year
        value = Words(
            f"1年{days_in_year}日、{floor}未満は請求しない",
            f"on {days_in_year} days; none below {floor}",
        )
        yield reader.row(f"{key}.late_interest", Words("延滞利息の計算", "How interest counts"), value)


def paper_rows(reader: Reader) -> Iterator[Row]:
    billing = reader.profile.billing
    papers, issuer = billing.papers, billing.papers.issuer
    opens = f"{reader.day(billing.runs.opens)} / {reader.say(ISSUES[billing.runs.issues])}"
    label = Words(
        "請求の処理（「利用月」は支払期限の月）", "Invoice run (the month of service is that of the due date)"
    )
    yield reader.row("billing.runs", label, opens)
    yield reader.row(
        "billing.papers.series", Words("請求書の番号", "Invoice numbers"), f"{papers.series}-000001"
    )
    yield reader.row(
        "billing.papers.issuer",
        Words("発行者", "Issuer"),
        f"{reader.say(issuer.name)} / {reader.say(issuer.address)} / {issuer.phone}".removesuffix(" / "),
    )
    number = issuer.registration_number or reader.say(Words("なし", "none"))
    label = Words("適格請求書発行事業者の登録番号", "Registration number of qualified invoices")
    yield reader.row("billing.papers.issuer.registration_number", label, number)
    if papers.outside_tax_words is not None:
        label = Words("消費税についての記載", "On consumption tax")
        yield reader.row("billing.papers.outside_tax_words", label, papers.outside_tax_words)
    account = issuer.bank_account
    if account is not None:
        kind = Words("普通", "ordinary") if account.kind == "ordinary" else Words("当座", "current")
        text = f"{reader.say(account.bank)} {reader.say(account.branch)} {reader.say(kind)} {account.number}"
        label = Words("振込先", "Bank account")
        # A holder's name is kana only, which an English rulebook does not show.
        value = Words(f"{text} {account.holder_kana}", text)
        yield reader.row("billing.papers.issuer.bank_account", label, value)


def _first_payment(reader: Reader) -> Iterator[Row]:
    billing = reader.profile.billing
    first, fees = billing.first_payment, billing.fees
    by_year = bool(billing.dues) and all(dues.per == "year" for dues in billing.dues.values())
    for step in first.monthly_fees:
        due = reader.day(step.due or first.due)
        months = Words(f"{step.months}か月分", f"{step.months} monthly fees")
        what = Words("その年の会費", "the dues of that year") if by_year and step.months else months
        yield reader.row(
            "billing.first_payment",
            Words(
                f"初回の月額（{step.from_day}日以降の開始）",
                f"First payment, start on day {step.from_day} or later",
            ),
            Words(f"{what.ja}、期限は{due}", f"{what.en}, due {due}"),
        )
    if first.fees:
        listed = reader.listed(fees[purpose].title for purpose in first.fees)
        yield reader.row("billing.first_payment", Words("初回の手数料", "First payment, fees"), listed)


def _schedule(reader: Reader, schedule: Schedule) -> Row:
    what = ", ".join(schedule.purposes) or reader.say(Words("その他の料金", "all other charges"))
    who = reader.plans(schedule.member_plans)
    if schedule.means:
        who += " / " + reader.listed(MEANS[means] for means in schedule.means)
    closes, due = reader.day(schedule.closes), reader.day(schedule.due)
    return reader.row(
        "billing.schedules",
        Words(f"締めと支払期限 {what}（{who}）", f"Closing and due: {what} ({who})"),
        Words(f"締め {closes}、期限 {due}", f"closes {closes}; due {due}"),
    )


def _choice(reader: Reader, choice: PaymentChoice) -> str:
    text = f"{reader.say(MEANS[choice.means])} / {reader.plans(choice.member_plans)}"
    if choice.at_reception:
        only = Words("受付での支払いのみ", "at reception only")
        text += f" / {reader.say(only)}: {reader.plans(choice.at_reception)}"
    if choice.kinds:
        text += " / " + reader.listed(KINDS[MemberKind(kind)] for kind in choice.kinds)
    return f"{text} / {', '.join(choice.brands)}" if choice.brands else text
