from coworking.kit.errors import UserError


class InvoicingStopped(UserError):
    code = "invoicing-stopped"
    status = 409
    ja = "帳簿に異常が{found}件あるため、請求書の発行を止めています。直してから検査をやり直してください。"
    en = "Invoicing has stopped: the books have {found} faults. Mend them and run the checks again."


class NoWayToPay(UserError):
    code = "no-way-to-pay"
    ja = "この会員が使える支払い方法がありません。運営設定の payment_choices を確かめてください。"
    en = "This member has no way to pay. Check payment_choices in the operator's profile."


class AddresseeMissing(UserError):
    code = "addressee-missing"
    ja = "請求書の送り先のメールアドレスがありません。会員の請求先を登録してください。"
    en = "There is no mail address to send the invoice to. Enter the member's invoice addressee."


class AccountParked(UserError):
    code = "account-parked"
    status = 409
    ja = "この会員の請求書は作成できませんでした（{reason}）。原因を直してから再試行してください。"
    en = "The invoice of this member could not be made ({reason}). Mend the cause and try again."


class RunNotOpen(UserError):
    code = "run-not-open"
    status = 409
    ja = "{period}の請求処理はまだ始まっていません。処理日以降に行ってください。"
    en = "The run of {period} has not opened yet. Come back on its day."


class NotAnInvoice(UserError):
    code = "not-an-invoice"
    ja = "{number}は返還請求書です。元の請求書を指定してください。"
    en = "{number} is a credit note. Name the invoice itself."


class CreditExceedsInvoice(UserError):
    code = "credit-exceeds-invoice"
    status = 409
    ja = "返還できるのは{most}円までです。金額を確かめてください。"
    en = "At most {most} yen can still be credited. Check the amount."


class TooManyRows(UserError):
    code = "too-many-rows"
    ja = "{found}件あります。一度に書き出せるのは{most}件までです。期間などで絞り込んでください。"
    en = "There are {found} rows, and at most {most} fit in a file. Narrow the search, for example by dates."
