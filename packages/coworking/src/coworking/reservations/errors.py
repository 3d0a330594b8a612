"""What members and staff are told when a space cannot be reserved."""

from __future__ import annotations

from coworking.kit.errors import UserError


class ReservationsNotOffered(UserError):
    code = "reservations-not-offered"
    status = 404
    ja = "この施設には予約できるスペースがありません。"
    en = "There are no spaces to reserve here."


class SpaceNotForPlan(UserError):
    code = "plan-not-allowed"
    ja = "「{space}」は会員プラン「{plan}」では予約できません。ほかのスペースを選んでください。"
    en = "“{space}” cannot be reserved by members on “{plan}”. Choose another space."


class HeadCountWrong(UserError):
    code = "validation-failed"
    ja = "「{space}」は {least} 人から {most} 人までで予約してください。"
    en = "Reserve “{space}” for {least} to {most} people."


class TimesWrong(UserError):
    code = "validation-failed"
    ja = "予約は、これから始まる {most_minutes} 分以内の時間を、{step_minutes} 分単位で指定してください。"
    en = "Reserve a time to come, {most_minutes} minutes long at most, in steps of {step_minutes} minutes."


class ViaNotOffered(UserError):
    code = "validation-failed"
    ja = "「{space}」の予約方法は次のいずれかです: {allowed}"
    en = "“{space}” is reserved by one of these ways: {allowed}"


class ViaNotUnstaffed(UserError):
    code = "unstaffed-hours"
    status = 409
    ja = "無人の時間帯のご利用は、次の方法で予約してください: {allowed}"
    en = "A time in unstaffed hours is reserved by one of these ways: {allowed}"


class TooFarAhead(UserError):
    code = "too-far-ahead"
    status = 409
    ja = "予約できるのは {last_day} までです。"
    en = "Reservations are taken up to {last_day}."


class SiteClosedThen(UserError):
    code = "closed"
    status = 409
    ja = "その時間は営業していません。営業時間内の時間を選んでください。"
    en = "The place is closed in that time. Choose a time within its opening hours."


class NotInPlanHours(UserError):
    code = "outside-plan-hours"
    status = 409
    ja = "プランの利用時間外です。利用時間内の時間を選んでください。"
    en = "That is outside the hours of the plan. Choose a time within them."


class HoursUsedUp(UserError):
    code = "hours-used-up"
    status = 409
    ja = "プランの今月の残りは {minutes_left} 分です。時間を短くするか、別の月を選んでください。"
    en = "{minutes_left} minutes of the plan's month are left. Reserve less, or in another month."


class CardNeeded(UserError):
    code = "card-required"
    status = 409
    ja = "この時間の予約は登録カードで前払いします。先にカードを登録してください。"
    en = "This time is paid ahead by a registered card. Register a card first."


class MeansNotAllowed(UserError):
    code = "payment-method-not-allowed"
    ja = "この予約は「{means}」では支払えません。選べる支払方法: {allowed}"
    en = "This reservation cannot be paid by “{means}”. You can choose: {allowed}"


class SlotTaken(UserError):
    code = "slot-taken"
    status = 409
    ja = "その時間はすでに予約されています。空いている時間を選んでください。"
    en = "That time is taken. Choose one that is free."


class SameDayChange(UserError):
    code = "same-day-change"
    status = 409
    ja = "変更と取り消しは利用日の {days} 日前までです。この予約は変えられません。"
    en = "A reservation is changed or cancelled {days} days before its day at the latest. This one stands."


class ReservationOver(UserError):
    code = "reservation-over"
    status = 409
    ja = "この予約はすでに始まったか、取り消されています。"
    en = "This reservation has begun, or was cancelled or released."
