from coworking.kit.errors import UserError


class DirectDebitNotOffered(UserError):
    code = "direct-debit-not-offered"
    ja = "口座振替の設定がありません。運営設定の billing.direct_debit に委託者の情報を登録してください。"
    en = "Direct debit is not set up. Enter the collector under billing.direct_debit of the profile."


class HolderRefused(UserError):
    code = "account-holder-refused"
    ja = (
        "「{field}」は銀行の形式（カナ・英大文字・数字で{most}文字以内）で書けません。"
        "通帳のカナ表記で入力してください。"
    )
    en = (
        "“{field}” cannot be written as banks do ({most} characters of kana, capitals and digits). "
        "Enter it in kana as in the passbook."
    )


class MandateExists(UserError):
    code = "mandate-exists"
    status = 409
    ja = "この会員には手続き中の口座振替依頼があります。先にその結果を記録してください。"
    en = "The member has a mandate that waits for the bank. Record what became of that one first."


class MandateState(UserError):
    code = "mandate-not-in-this-state"
    status = 409
    ja = "この口座振替依頼は「{state}」のため、変更できません。"
    en = "This mandate is {state} and cannot be changed so."


class MandateFileRefused(UserError):
    code = "mandate-file-refused"
    ja = "取り込めません（{row}行目、{field}）。直して、もう一度ファイル全体を送ってください。"
    en = "This cannot be taken in (row {row}, {field}). Mend it and send the whole file again."


class NoBankDay(UserError):
    code = "not-a-bank-day"
    ja = "{debit_on}は銀行の営業日ではありません。営業日を指定してください。"
    en = "Banks are closed on {debit_on}. Choose a bank business day."


class DebitDayPassed(UserError):
    code = "debit-day-passed"
    ja = "{debit_on}は過ぎています。今日以降の日付を指定してください。"
    en = "{debit_on} has passed. Choose today or a later day."


class DebitDayAhead(UserError):
    code = "debit-day-ahead"
    status = 409
    ja = "振替日（{debit_on}）より前に結果は取り込めません。"
    en = "The results of {debit_on} cannot be read before that day."


class BatchNotOpen(UserError):
    code = "debit-not-open"
    status = 409
    ja = "この口座振替は結果を取り込んだか、取りやめたため、変更できません。"
    en = "This direct debit has its results or was cancelled, and cannot be changed."


class ResultsDiffer(UserError):
    code = "results-already-read"
    status = 409
    ja = "この口座振替の結果は、別の内容ですでに取り込まれています。銀行に確かめてください。"
    en = "Other results of this direct debit have been read before. Ask the bank which are right."
