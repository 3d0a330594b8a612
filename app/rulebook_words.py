"""Words for the kinds that an operator's profile is made of, in Japanese and English."""

from decimal import Decimal

from coworking.billing.day_rules import DayShift
from coworking.billing.paper_fields import IssueMode
from coworking.billing.price_fields import DuesTitle, PartMonth
from coworking.billing.profile import PaymentMeans
from coworking.kit.money import TaxMode, plain
from coworking.kit.phone import NumberClass
from coworking.kit.profile_fields import Weekday, Words
from coworking.membership.profile import MemberKind
from telephony.forwarding.profile import Instead, Shows, Strategy, WithheldCaller
from telephony.metering.profile import CallClass, RateClass, ReceptionCalls
from telephony.numbers.profile import FeeUnit, NumberZoneCheck

YES_OR_NO = {True: Words("する", "yes"), False: Words("しない", "no")}
WEEKDAYS = {
    Weekday.MONDAY: Words("月", "Mon"),
    Weekday.TUESDAY: Words("火", "Tue"),
    Weekday.WEDNESDAY: Words("水", "Wed"),
    Weekday.THURSDAY: Words("木", "Thu"),
    Weekday.FRIDAY: Words("金", "Fri"),
    Weekday.SATURDAY: Words("土", "Sat"),
    Weekday.SUNDAY: Words("日", "Sun"),
}
KINDS = {MemberKind.PERSON: Words("個人", "person"), MemberKind.COMPANY: Words("法人", "company")}
TAX_MODES = {
    TaxMode.EXCLUDED: Words("税別", "before tax"),
    TaxMode.INCLUDED: Words("税込", "with tax"),
    TaxMode.OUTSIDE: Words("不課税", "outside consumption tax"),
}
MEANS = {
    PaymentMeans.CARD: Words("カード", "card"),
    PaymentMeans.BANK_TRANSFER: Words("銀行振込", "bank transfer"),
    PaymentMeans.DIRECT_DEBIT: Words("口座振替", "direct debit"),
    PaymentMeans.PAYMENT_SLIP: Words("払込票", "payment slip"),
    PaymentMeans.COUNTER_CASH: Words("窓口（現金）", "cash at the counter"),
    PaymentMeans.COUNTER_CARD: Words("窓口（カード）", "card at the counter"),
    PaymentMeans.COUNTER_E_MONEY: Words("窓口（電子マネー）", "e-money at the counter"),
    PaymentMeans.COUNTER_QR: Words("窓口（QRコード決済）", "QR payment at the counter"),
}
PART_MONTHS = {
    PartMonth.BY_DAY: Words("月の途中は日割り", "part of a month by day"),
    PartMonth.WHOLE: Words("日割りなし", "whole months"),
}
DUES_TITLES = {
    DuesTitle.DUES: Words("会費", "dues"),
    DuesTitle.CONTRIBUTION: Words("協賛金", "contribution"),
}
ISSUES = {
    IssueMode.BY_ITSELF: Words("そのまま発行", "issued by itself"),
    IssueMode.AFTER_REVIEW: Words("確認してから発行", "issued after review"),
}
CHANGED_BY = {
    "member": Words("会員が行う", "by the member"),
    "office": Words("申し出により担当者が行う", "by the office, on request"),
}
SHIFTS = {
    DayShift.NONE: Words("", ""),
    DayShift.NEXT_BUSINESS_DAY: Words("（休業日は翌営業日）", " (on a closed day, the next business day)"),
    DayShift.BUSINESS_DAY_BEFORE: Words(
        "（休業日は前営業日）", " (on a closed day, the business day before)"
    ),
    DayShift.NEXT_BANK_DAY: Words(
        "（銀行休業日は翌営業日）", " (on a bank holiday, the next bank business day)"
    ),
}
FEE_UNITS = {FeeUnit.LINE: Words("1回線", "a line"), FeeUnit.DESK_PHONE: Words("電話機1台", "a desk phone")}
NUMBER_CLASSES = {
    NumberClass.FIXED: Words("固定電話", "fixed"),
    NumberClass.MOBILE: Words("携帯電話", "mobile"),
    NumberClass.IP: Words("IP電話 (050)", "IP telephone (050)"),
}
RATE_CLASSES = {
    RateClass.FIXED: Words("固定", "fixed"),
    RateClass.MOBILE: Words("携帯", "mobile"),
    RateClass.IP: Words("IP電話", "IP telephone"),
}
ORIGINS = {
    "forward": Words("着信転送", "forwarded"),
    "desk": Words("発信 固定電話機", "desk phone"),
    "mobile": Words("発信 登録携帯", "registered mobile"),
    "fixed": Words("発信 登録固定", "registered fixed phone"),
}
ZONE_CHECKS = {
    NumberZoneCheck.OFFICE: Words("申込オフィスの所在地で足りる", "the office's place is enough"),
    NumberZoneCheck.BASE_ADDRESS: Words(
        "会員本人の拠点の証明が必要", "evidence of the member's own base is needed"
    ),
}
AREA_CODE_CHOICES = {
    "own-office": Words("会員のオフィスの所在地域のみ", "only that of the member's office"),
    "any-offered": Words("提供中のすべて", "any on offer"),
}
STRATEGIES = {
    Strategy.IN_TURN: Words("順番に呼び出す", "in turn"),
    Strategy.AT_ONCE: Words("同時に呼び出す", "at once"),
}
INSTEAD = {
    Instead.VOICEMAIL: Words("留守番電話で受ける", "voicemail"),
    Instead.ANNOUNCEMENT: Words("案内を流す", "an announcement"),
    Instead.HANG_UP: Words("切断する", "hang up"),
}
SHOWS = {
    Shows.LINE: Words("回線の番号", "the line's number"),
    Shows.CALLER: Words("かけてきた番号", "the caller's number"),
}
WITHHELD = {
    WithheldCaller.FORWARD: Words("転送する", "put through"),
    WithheldCaller.VOICEMAIL: Words("留守番電話で受ける", "voicemail"),
    WithheldCaller.ANNOUNCEMENT: Words("案内を流す", "an announcement"),
}
RECEPTION = {
    ReceptionCalls.FREE: Words("電話機への呼出しは無料", "free to a desk phone"),
    ReceptionCalls.AS_FORWARDED: Words("転送と同じ料金", "priced as forwarded"),
}


def call_class_words(call_class: CallClass) -> Words:
    if call_class is CallClass.CONTROL:
        return Words("操作通話", "control call")
    origin, _, rate_class = call_class.partition("-to-")
    to = RATE_CLASSES[RateClass(rate_class)]
    return Words(f"{ORIGINS[origin].ja}→{to.ja}", f"{ORIGINS[origin].en} → {to.en}")


def month_words(months: int) -> Words:
    """A month counted from the month of the service."""
    if months == 0:
        return Words("利用月の", "the month of service")
    count = abs(months)
    plural = "month" if count == 1 else "months"
    if months > 0:
        return Words(f"利用月の{count}か月後の", f"the month {count} {plural} after the month of service")
    return Words(f"利用月の{count}か月前の", f"the month {count} {plural} before the month of service")


def yen_words(amount: Decimal, tax_mode: TaxMode) -> Words:
    whole, _, fraction = plain(amount).partition(".")
    figures = f"{int(whole):,}" + (f".{fraction}" if fraction else "")
    tax = TAX_MODES[tax_mode]
    return Words(f"{figures}円（{tax.ja}）", f"{figures} yen {tax.en}")


def percent(rate: Decimal) -> str:
    return f"{plain(rate * 100)} %"
