from coworking.kit.errors import UserError


class PaymentMethodNotAllowed(UserError):
    code = "payment-method-not-allowed"
    ja = "この会員は「{means}」では支払えません。選べる支払い方法: {allowed}"
    en = "This member cannot pay by “{means}”. Choose one of: {allowed}"


class MonthClosed(UserError):
    code = "month-closed"
    status = 409
    ja = "{month}は締められています。締められていない月の日付で記録してください。"
    en = "{month} is closed. Record it with a day of a month that is open."


class BrandRequired(UserError):
    code = "brand-required"
    ja = "「{means}」のブランドを選んでください。選べるもの: {allowed}"
    en = "Say which brand of {means} it was. You can choose: {allowed}"


class InvoiceNotOpen(UserError):
    code = "invoice-not-open"
    status = 409
    ja = "請求書{number}は支払い済みか取り消し済みです。別の請求書を選んでください。"
    en = "Invoice {number} is paid or credited. Choose another."


class ReceivedLater(UserError):
    code = "received-later"
    ja = "受領日は今日までの日付にしてください。"
    en = "The day on which the money came in cannot be later than today."


class KeyUsedOtherwise(UserError):
    code = "key-used-otherwise"
    status = 409
    ja = "このキーは別の入金に使われています。新しいキーで送ってください。"
    en = "This key belongs to another payment. Send it with a new key."


class AlreadyReversed(UserError):
    code = "already-reversed"
    status = 409
    ja = "この入金はすでに取り消されています。"
    en = "This payment is reversed already."


class NotReversible(UserError):
    code = "not-reversible"
    status = 409
    ja = "取り消しや返金の記録は取り消せません。改めて入金を記録してください。"
    en = "A reversal or a refund is not reversed. Record a new payment."


class PaymentRefunded(UserError):
    code = "payment-refunded"
    status = 409
    ja = "この入金は返金されているため取り消せません。"
    en = "This payment was paid back and cannot be reversed."


class NotRefundable(UserError):
    code = "not-refundable"
    ja = "お支払いいただいた料金は返金できません。規約をご確認ください。"
    en = "What was paid is not refunded. See the terms."


class NothingPaid(UserError):
    code = "not-refundable"
    status = 409
    ja = "請求書{number}には返金できる入金がありません。"
    en = "Nothing was paid on invoice {number} that could be paid back."


class RefundTooLarge(UserError):
    code = "refund-too-large"
    ja = "返金できるのは{most}円までです。"
    en = "At most {most} yen can be paid back."


class PaymentMethodOfficeOnly(UserError):
    code = "office-only"
    status = 403
    ja = "支払い方法の変更は、届出により事務局が行います。事務局にお申し込みください。"
    en = "The office changes the means of payment on request. Ask the office."
