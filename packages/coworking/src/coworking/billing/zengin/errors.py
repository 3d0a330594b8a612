from coworking.kit.errors import UserError


class BankFileRefused(UserError):
    code = "bank-file-refused"
    ja = "銀行のファイルとして読めません（{record}件目、{field}）。銀行から受け取ったままのファイルを選んでください。"
    en = "This cannot be read as a bank's file (record {record}, {field}). Choose the file as the bank gave it."


class BankFileTotalsWrong(UserError):
    code = "bank-file-totals-wrong"
    ja = "ファイルの合計（{said}）が明細の合計（{found}）と合いません。銀行からもう一度受け取ってください。"
    en = (
        "The file's total ({said}) differs from the sum of its records ({found}). Get it from the bank again."
    )


class ResultOfAnotherFile(UserError):
    code = "result-of-another-file"
    status = 409
    ja = "この結果ファイルは、{debit_on}の口座振替のものではありません。振替日と内容を確かめてください。"
    en = "This result does not belong to the direct debit of {debit_on}. Check its day and its contents."


class BankFileAlreadyRead(UserError):
    code = "bank-file-already-read"
    status = 409
    ja = "このファイルはすでに取り込まれています。"
    en = "This file has been read before. Choose the next one."


class NothingToDebit(UserError):
    code = "nothing-to-debit"
    status = 409
    ja = "{debit_on}に振り替える請求はありません。日付を確かめてください。"
    en = "There is nothing to debit on {debit_on}. Check the day."
