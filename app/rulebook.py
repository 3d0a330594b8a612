"""An operator's profile as readable rules, in Japanese or English: what `operators show` prints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.profiles import Profile
from app.rulebook_control import control_rules
from app.rulebook_metering import use_rules
from app.rulebook_words import (
    AREA_CODE_CHOICES,
    FEE_UNITS,
    INSTEAD,
    KINDS,
    MEANS,
    NUMBER_CLASSES,
    RATE_CLASSES,
    RECEPTION,
    SHIFTS,
    SHOWS,
    STRATEGIES,
    WEEKDAYS,
    WITHHELD,
    YES_OR_NO,
    ZONE_CHECKS,
    call_class_words,
    month_words,
    percent,
    yen_words,
)
from coworking.billing.profile import DayOfMonth, DayRule, DaysAfter, FixedFee
from coworking.kit.profile_fields import Bilingual, Words
from telephony.metering.profile import CallClass, CallPrice
from telephony.numbers.profile import FixedCount, Proration


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


def rulebook(profile: Profile, language: str) -> tuple[Section, ...]:
    """The profile's rules by subject; `language` is "ja" or "en"."""
    return _Reader(profile, language).sections()


class _Reader:
    def __init__(self, profile: Profile, language: str) -> None:
        self._profile = profile
        self._language = language

    def sections(self) -> tuple[Section, ...]:
        return (
            self._section("会員とオフィス", "Members and offices", self._membership()),
            self._section("料金と支払い", "Prices and payment", self._billing()),
            self._section("回線", "Lines", self._numbers()),
            self._section("通話料", "Call charges", self._metering()),
            self._section("転送", "Forwarding", self._forwarding()),
        )

    def _section(self, ja: str, en: str, rows: Iterable[Row]) -> Section:
        return Section(self._say(Words(ja, en)), tuple(rows))

    def _row(self, key: str, label: Words | Bilingual, value: Words | Bilingual | str) -> Row:
        text = value if isinstance(value, str) else self._say(value)
        return Row(self._say(label), text, self._profile.rules_at(key))

    def _say(self, words: Words | Bilingual) -> str:
        return words.spoken(self._language)

    def _listed(self, words: Iterable[Words | Bilingual]) -> str:
        return ("、" if self._language == "ja" else ", ").join(self._say(each) for each in words)

    def _yen(self, amount: Decimal) -> str:
        return self._say(yen_words(amount, self._profile.billing.tax_mode))

    def _plans(self, names: Iterable[str]) -> str:
        return self._listed(self._profile.membership.plans[name].title for name in names) or self._say(
            Words("全プラン", "every plan")
        )

    def _membership(self) -> Iterator[Row]:
        membership = self._profile.membership
        for name, plan in membership.plans.items():
            lines = [
                self._profile.numbers.line_plans[line] for line in self._profile.numbers.line_plans_for(name)
            ]
            offered = self._listed(line.title for line in lines) or self._say(Words("回線なし", "no line"))
            kinds = self._listed(KINDS[kind] for kind in plan.kinds)
            yield self._row(f"membership.plans.{name}", plan.title, f"{kinds} / {offered}")
        for name, office in membership.offices.items():
            yield self._row(f"membership.offices.{name}", office.place, office.area_code)
        closed = self._listed(WEEKDAYS[day] for day in membership.calendar.closed_weekdays)
        days = ", ".join(day.isoformat() for day in membership.calendar.closing_days)
        holidays = self._say(Words("祝日", "national holidays"))
        yield self._row(
            "membership.calendar",
            Words("休業日", "Closed"),
            " / ".join(part for part in (closed, holidays, days) if part),
        )
        for hours in membership.office_hours:
            weekdays = self._listed(WEEKDAYS[day] for day in hours.weekdays)
            times = f"{hours.opens_at:%H:%M}-{hours.closes_at:%H:%M}"
            yield self._row(
                "membership.office_hours", Words("受付時間", "Office hours"), f"{weekdays} {times}"
            )
        for name, act in membership.prohibited_acts.items():
            yield self._row(f"membership.prohibited_acts.{name}", Words("禁止事項", "Prohibited"), act)
        for terms in membership.terms:
            label = Words(f"利用約款 {terms.valid_from}", f"Terms of {terms.valid_from}")
            yield self._row("membership.terms", label, terms.changes)

    def _billing(self) -> Iterator[Row]:
        billing = self._profile.billing
        for rate in billing.tax_rates:
            label = Words(f"消費税率（{rate.valid_from}から）", f"Consumption tax from {rate.valid_from}")
            yield self._row("billing.tax_rates", label, percent(rate.rate))
        for step in billing.first_payment.monthly_fees:
            yield self._row(
                "billing.first_payment",
                Words(
                    f"初回の月額（{step.from_day}日以降の開始）",
                    f"First payment, start on day {step.from_day} or later",
                ),
                Words(f"初期費用と{step.months}か月分", f"set-up fee and {step.months} monthly fees"),
            )
        yield self._row(
            "billing.first_payment",
            Words("初回の支払期限", "First payment due"),
            self._day(billing.first_payment.due),
        )
        for schedule in billing.schedules:
            what = ", ".join(schedule.purposes) or self._say(Words("その他の料金", "all other charges"))
            plans = self._plans(schedule.member_plans)
            label = Words(f"支払期限 {what}（{plans}）", f"Due: {what} ({plans})")
            yield self._row("billing.schedules", label, self._day(schedule.due))
        means = self._listed(MEANS[choice.means] for choice in billing.payment_choices)
        yield self._row("billing.payment_choices", Words("支払方法", "Means of payment"), means)
        yield from self._arrears()
        for purpose, fee in billing.fees.items():
            amount = (
                self._yen(fee.amount) if isinstance(fee, FixedFee) else self._say(Words("実費", "at cost"))
            )
            value = f"{amount} / {self._plans(fee.member_plans)}"
            yield self._row(f"billing.fees.{purpose}", fee.title, value)

    def _arrears(self) -> Iterator[Row]:
        arrears = self._profile.billing.arrears
        days = arrears.reminder_after_days
        yield self._row(
            "billing.arrears",
            Words("督促", "Reminder"),
            Words(f"期限から{days}日後", f"{days} days after the due date"),
        )
        days_or_none = arrears.suspension_after_days
        suspension = (
            Words("担当者の判断", "by staff")
            if days_or_none is None
            else Words(f"期限から{days_or_none}日後", f"{days_or_none} days after the due date")
        )
        yield self._row("billing.arrears", Words("未払いによる停止", "Suspension for debt"), suspension)
        claimed = YES_OR_NO[arrears.late_interest.claimed]
        yield self._row("billing.arrears.late_interest", Words("延滞利息の請求", "Late interest"), claimed)

    def _day(self, rule: DayRule) -> str:
        if isinstance(rule, DaysAfter):
            words = Words(f"請求から{rule.days}日後", f"{rule.days} days after the charge")
        elif isinstance(rule, DayOfMonth):
            month = month_words(rule.months)
            words = Words(f"{month.ja}{rule.day}日", f"day {rule.day} of {month.en}")
        else:
            month = month_words(rule.months)
            words = Words(f"{month.ja}末日", f"the last day of {month.en}")
        return self._say(words) + self._say(SHIFTS[rule.shift])

    def _numbers(self) -> Iterator[Row]:
        numbers = self._profile.numbers
        for name, plan in numbers.line_plans.items():
            key = f"numbers.line_plans.{name}"
            title = plan.title
            yield self._row(
                f"{key}.area_codes", _part(title, "市外局番", "area codes"), " ".join(plan.area_codes)
            )
            yield self._row(
                f"{key}.member_plans", _part(title, "選べる会員", "for"), self._plans(plan.member_plans)
            )
            yield self._row(
                f"{key}.setup_fee", _part(title, "初期費用", "set-up fee"), self._yen(plan.setup_fee)
            )
            unit = self._say(FEE_UNITS[plan.monthly_fee_per])
            fee = f"{self._yen(plan.monthly_fee)} / {unit}"
            yield self._row(f"{key}.monthly_fee", _part(title, "月額", "monthly fee"), fee)
        for name, quota in numbers.quotas.items():
            most = (
                str(quota.most)
                if isinstance(quota, FixedCount)
                else self._say(Words("定員数", "the capacity"))
            )
            least = (
                Words(f"（最低{quota.least}）", f" (at least {quota.least})")
                if quota.least
                else Words("", "")
            )
            label = Words(f"回線数の上限 {self._plans([name])}", f"Most lines, {self._plans([name])}")
            yield self._row(f"numbers.quotas.{name}", label, most + self._say(least))
        yield from self._line_rules()

    def _line_rules(self) -> Iterator[Row]:
        numbers = self._profile.numbers
        yield self._row(
            "numbers.assignment", Words("番号の指定", "Choice of a number"), Words("不可", "none")
        )
        choices = AREA_CODE_CHOICES[numbers.assignment.area_codes]
        yield self._row("numbers.assignment", Words("選べる市外局番", "Choice of an area code"), choices)
        zone_check = ZONE_CHECKS[numbers.number_zone_check]
        yield self._row("numbers.number_zone_check", Words("番号区画の確認", "Number area check"), zone_check)
        start = numbers.start
        words = Words(
            f"利用開始月の1日 {start.on_business_day_at:%H:%M}。休業日なら翌営業日 {start.after_closed_day_at:%H:%M}",
            f"the 1st of the start month, {start.on_business_day_at:%H:%M};"
            f" on a closed day the next business day, {start.after_closed_day_at:%H:%M}",
        )
        yield self._row("numbers.start", Words("利用開始", "Start"), words)
        end = numbers.end
        before = end.closed_day == "business-day-before"
        words = Words(
            f"解約申出の{end.months}か月後の末日 {end.ends_at:%H:%M}{'。休業日なら前営業日' if before else ''}",
            f"the last day of the month, {end.months} after that of the notice, {end.ends_at:%H:%M}"
            f"{'; on a closed day the business day before' if before else ''}",
        )
        yield self._row("numbers.end", Words("利用終了", "End"), words)
        kept = self._plans(numbers.last_line_required) if numbers.last_line_required else "-"
        yield self._row(
            "numbers.last_line_required", Words("最後の1回線を解約できない会員", "Last line cannot end"), kept
        )
        prorated = YES_OR_NO[numbers.proration is Proration.BY_DAY]
        yield self._row("numbers.proration", Words("月額の日割り", "Prorated by day"), prorated)
        phones = numbers.registered_phones
        classes = self._listed(NUMBER_CLASSES[each] for each in phones.classes)
        yield self._row(
            "numbers.registered_phones", Words("登録電話", "Registered phones"), f"{phones.limit} / {classes}"
        )
        days = Words(f"{numbers.quarantine_days}日", f"{numbers.quarantine_days} days")
        yield self._row(
            "numbers.quarantine_days", Words("番号の再利用まで", "Until a number is lent again"), days
        )
        transfer = YES_OR_NO[numbers.transferable]
        yield self._row("numbers.transferable", Words("第三者への譲渡を許可", "Transferable"), transfer)
        removal = YES_OR_NO[numbers.number_removal_confirmed]
        label = Words("番号の削除の確認", "Removal of the number is confirmed")
        yield self._row("numbers.number_removal_confirmed", label, removal)
        for name, reason in numbers.refusal_reasons.items():
            yield self._row(f"numbers.refusal_reasons.{name}", Words("申込を断る理由", "Refused for"), reason)
        for name, reason in numbers.suspension_reasons.items():
            yield self._row(
                f"numbers.suspension_reasons.{name}", Words("停止の理由", "Suspended for"), reason
            )
        most = f"{numbers.purchase.most_per_purchase} / {numbers.purchase.most_per_month}"
        label = Words("番号の購入（一度に / 1か月に）", "Numbers bought at a time / a month")
        yield self._row("numbers.purchase", label, most)

    def _metering(self) -> Iterator[Row]:
        metering = self._profile.metering
        for number_class, rate_class in metering.counts_as.items():
            label = Words("料金区分", "Counts as")
            counted = f"{self._say(NUMBER_CLASSES.get(number_class, Words(number_class, number_class)))}"
            yield self._row("metering.counts_as", label, f"{counted} → {self._say(RATE_CLASSES[rate_class])}")
        for card in metering.rate_cards:
            label = Words("料金表の適用開始", "Rate card from")
            yield self._row("metering.rate_cards", label, card.valid_from.isoformat())
            for name, prices in card.line_plans.items():
                title = self._profile.numbers.line_plans[name].title
                for call_class, price in prices.items():
                    part = call_class_words(call_class)
                    rule = card.control_rule if call_class is CallClass.CONTROL else card.rule
                    row = self._row("", _part(title, part.ja, part.en), self._price(price))
                    yield Row(row.label, row.value, () if rule is None else (rule,))
            free = YES_OR_NO[card.control_free_from_desk_phone]
            free_label = Words("操作通話を電話機から無料に", "Control calls from the desk phone are free")
            row = self._row("", free_label, free)
            yield Row(row.label, row.value, () if card.control_rule is None else (card.control_rule,))
        reception = RECEPTION[metering.reception_to_desk_phone]
        yield self._row(
            "metering.reception_to_desk_phone", Words("受付機からの呼出し", "Reception calls"), reception
        )
        for key, use_label, value in use_rules(metering, self._profile.billing.tax_mode):
            yield self._row(key, use_label, value)

    def _price(self, price: CallPrice) -> str:
        seconds = price.unit_seconds
        unit = Words(f"{seconds}秒", f"{seconds} s")
        if seconds % 60 == 0:
            unit = Words(f"{seconds // 60}分", f"{seconds // 60} min")
        text = self._say(unit) + ("ごとに " if self._language == "ja" else ": ") + self._yen(price.unit_price)
        if price.minimum_units:
            text += self._say(
                Words(f"、最低{price.minimum_units}単位", f", at least {price.minimum_units} units")
            )
        if price.free_units:
            text += self._say(
                Words(f"、毎月{price.free_units}単位無料", f", {price.free_units} units a month free")
            )
        if price.night is not None:
            times = f"{price.night.starts_at:%H:%M}-{price.night.ends_at:%H:%M}"
            text += f" / {times} {self._yen(price.night.unit_price)}"
        return text

    def _forwarding(self) -> Iterator[Row]:
        forwarding = self._profile.forwarding
        classes = self._listed(NUMBER_CLASSES[each] for each in forwarding.destinations.classes)
        limit = str(forwarding.destinations.limit)
        yield self._row("forwarding.destinations.limit", Words("転送先の数", "Destinations at most"), limit)
        yield self._row(
            "forwarding.destinations.classes", Words("転送先にできる番号", "Allowed destinations"), classes
        )
        ringing = forwarding.ringing
        yield self._row(
            "forwarding.ringing",
            Words("呼出秒数", "Ringing"),
            Words(
                f"{ringing.default_seconds}秒（{ringing.least_seconds}から{ringing.most_seconds}）",
                f"{ringing.default_seconds} s ({ringing.least_seconds} to {ringing.most_seconds})",
            ),
        )
        defaults = forwarding.defaults
        key = "forwarding.defaults"
        yield self._row(key, Words("初期設定 呼び出し方", "Default strategy"), STRATEGIES[defaults.strategy])
        yield self._row(
            key, Words("初期設定 1を押して応答", "Default press 1"), YES_OR_NO[defaults.press_one]
        )
        for title, value in (
            (Words("初期設定 相手への読み上げ", "Default whisper"), YES_OR_NO[defaults.whisper]),
            (Words("初期設定 表示する番号", "Default number shown"), SHOWS[defaults.shows]),
            (Words("初期設定 応答がないとき", "Default, unanswered"), INSTEAD[defaults.unanswered]),
            (Words("初期設定 転送停止中", "Default, switched off"), INSTEAD[defaults.when_off]),
            (Words("初期設定 時間外", "Default, outside hours"), INSTEAD[defaults.outside_hours]),
            (Words("初期設定 非通知", "Default, withheld"), WITHHELD[defaults.withheld_caller]),
        ):
            yield self._row(key, title, value)
        longest = forwarding.limits.call_seconds
        yield self._row(
            "forwarding.limits", Words("通話の上限", "Longest call"), Words(f"{longest}秒", f"{longest} s")
        )
        yield from self._voicemail()
        for control_key, label, value in control_rules(forwarding):
            yield self._row(control_key, label, value)
        reception = (
            self._plans(forwarding.reception.member_plans) if forwarding.reception.member_plans else "-"
        )
        yield self._row(
            "forwarding.reception", Words("受付機からの呼出し先", "Reception phone rings"), reception
        )
        if forwarding.desk_phones is not None:
            yield self._row(
                "forwarding.desk_phones",
                Words("固定電話機のSIPドメイン", "SIP domain of desk phones"),
                forwarding.desk_phones.sip_domain,
            )
        for name, reason in forwarding.interruption_reasons.items():
            yield self._row(
                f"forwarding.interruption_reasons.{name}",
                Words("サービス中止の理由", "Interrupted for"),
                reason,
            )

    def _voicemail(self) -> Iterator[Row]:
        voicemail = self._profile.forwarding.voicemail
        kept = Words(
            f"{voicemail.longest_seconds}秒まで、{voicemail.kept_days}日間保存",
            f"up to {voicemail.longest_seconds} s, kept for {voicemail.kept_days} days",
        )
        yield self._row("forwarding.voicemail", Words("伝言", "Messages"), kept)
        yield self._row(
            "forwarding.voicemail",
            Words("初期設定 不在着信のメール", "Default mails of missed calls"),
            YES_OR_NO[voicemail.mails_missed],
        )
        yield self._row(
            "forwarding.voicemail",
            Words("初期設定 録音のメール添付", "Default mails with the recording"),
            YES_OR_NO[voicemail.mails_recording],
        )


def _part(title: Bilingual, ja: str, en: str) -> Words:
    return Words(f"{title.ja} {ja}", f"{title.en}, {en}")
