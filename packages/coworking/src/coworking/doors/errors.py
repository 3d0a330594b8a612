"""Why somebody is not let in, and what else people can mend at a door. One class for each sentence; several share a
code where a program need not tell them apart."""

from __future__ import annotations

from coworking.kit.errors import UserError


class EntryRefused(UserError):
    """The decision of a door; the refusal is on record."""

    status = 409


class NotActive(EntryRefused):
    code = "membership-not-active"
    ja = "会員資格が有効でないため、入室できません。マイページで契約を確かめるか、担当者にお問い合わせください。"
    en = "Your membership is not active, so you cannot come in. Check your contract or ask the office."


class UseLimited(EntryRefused):
    code = "membership-not-active"
    ja = "ご利用が制限されています。担当者にお問い合わせください。"
    en = "Your use is limited. Ask the office."


class PausedNow(EntryRefused):
    code = "membership-not-active"
    ja = "休会中のため入室できません。復会の手続きをしてからご利用ください。"
    en = "Your membership is suspended. Return from the suspension first."


class SiteClosedNow(EntryRefused):
    code = "closed"
    ja = "緊急のため閉館しています。お知らせをお待ちください。"
    en = "The place is closed in an emergency. Wait for our notice."


class OutsideOpeningHours(EntryRefused):
    code = "closed"
    ja = "営業時間外です。営業時間にお越しください。"
    en = "The place is closed at this time. Come in its opening hours."


class OutsidePlanHours(EntryRefused):
    code = "outside-plan-hours"
    ja = "スタッフのいないプラン時間外は、カードでは開きません。予約のうえ、アプリで解錠してください。"
    en = "Outside your plan's hours, with no staff there, a card opens nothing. Reserve, then unlock from the app."


class ReservationRequired(EntryRefused):
    code = "reservation-required"
    ja = "この時間のご利用には予約が必要です。サイトかアプリで予約してください。"
    en = "You need a reservation to come at this time. Reserve on the site or in the app."


class ReservationUnpaid(EntryRefused):
    code = "reservation-unpaid"
    ja = "予約の前払いがまだ済んでいません。登録したカードを確かめるか、担当者にお問い合わせください。"
    en = (
        "The payment for your reservation has not gone through. Check your registered card or ask the office."
    )


class PaymentCardRequired(EntryRefused):
    code = "card-required"
    ja = "スタッフのいない時間のご利用には、登録したクレジットカードが必要です。カードを登録してください。"
    en = "While no staff are there you need a registered payment card. Register one first."


class AlreadyInside(EntryRefused):
    code = "already-inside"
    ja = "すでに入室済みです。退室の記録を忘れた場合は、先に退室用のQRを読み取ってください。"
    en = "You are checked in already. If you forgot to check out, scan the exit code first."


class NotCheckedIn(EntryRefused):
    code = "not-checked-in"
    ja = "先に入室用のQRを読み取ってください。"
    en = "Check in with the entrance code first."


class MeansNotOffered(EntryRefused):
    code = "means-not-offered"
    ja = "この方法では開きません。使える方法: {allowed}"
    en = "This does not open here. What does: {allowed}"


class QrInvalid(EntryRefused):
    code = "qr-invalid"
    ja = "このQRコードは使えません。マイページで新しいQRコードを表示してください。"
    en = "This QR code is not valid here. Show a new one from your page."


class QrExpired(EntryRefused):
    code = "qr-expired"
    ja = "QRコードの有効時間が過ぎました。新しいQRコードを表示してください。"
    en = "This QR code has run out. Show a new one."


class QrUsed(EntryRefused):
    code = "qr-used"
    ja = "このQRコードは使用済みです。新しいQRコードを表示してください。"
    en = "This QR code was used already. Show a new one."


class CardUnknown(EntryRefused):
    code = "card-unknown"
    ja = "このカードは登録されていません。受付にお申し出ください。"
    en = "This card is not known here. Ask at reception."


class CardBlocked(EntryRefused):
    code = "card-blocked"
    ja = "このカードは紛失または返却済みとして止められています。受付にお申し出ください。"
    en = "This card was reported lost or given back. Ask at reception."


class CardInUse(UserError):
    code = "card-in-use"
    status = 409
    ja = "このカードは貸出中です。先に返却を記録するか、別のカードを使ってください。"
    en = "This card is in somebody's hands. Record its return first, or take another one."


class CardsAllIssued(UserError):
    code = "cards-all-issued"
    status = 409
    ja = "このプランの会員が持てるカードは {most} 枚です。先に返却または紛失を記録してください。"
    en = "A member on this plan holds {most} at most. Record the return or the loss of one first."


class DropInOnly(UserError):
    code = "plan-not-allowed"
    status = 409
    ja = "会員プラン「{plan}」はドロップインの対象ではありません。そのまま入室できます。"
    en = "Members on “{plan}” do not come as drop-ins. They just check in."


class ReceptionUnstaffed(UserError):
    code = "unstaffed-hours"
    status = 409
    ja = "受付にスタッフのいない時間です。サイトかアプリで予約してください。"
    en = "No staff are at reception now. Reserve on the site or in the app."


class NotInside(UserError):
    code = "not-checked-in"
    status = 409
    ja = "入室の記録がありません。会員と日時を確かめてください。"
    en = "There is no entry on record. Check the member and the time."


class NoVoucher(UserError):
    code = "no-voucher"
    status = 409
    ja = "この利用時間では駐車券は出せません。最短の利用時間は {least} 分です。"
    en = "There is no voucher for this time of use. The shortest is {least} minutes."


class VouchersNotOffered(UserError):
    code = "vouchers-not-offered"
    ja = "この施設では駐車券を扱っていません。"
    en = "There are no car-park vouchers at this place."


class VoucherIssued(UserError):
    code = "voucher-issued"
    status = 409
    ja = "この利用の駐車券は発行済みです。"
    en = "A voucher was issued for this visit already."
