"""What staff can get wrong on their pages."""

from __future__ import annotations

from coworking.kit.errors import UserError


class ReasonMissing(UserError):
    code = "reason-missing"
    ja = "内容を書いてください。記録に残ります。"
    en = "Write down why. It is kept on record."


class DayMissing(UserError):
    code = "day-missing"
    ja = "日付を選んでください。"
    en = "Choose a day."


class FileMissing(UserError):
    code = "file-missing"
    ja = "CSV ファイルを選んでください。"
    en = "Choose a CSV file."


class LinesMissing(UserError):
    code = "lines-missing"
    ja = "対象の番号を 1 行に 1 つずつ、{most} 件まで入力してください。"
    en = "Enter the numbers that it covers, one in each line, at most {most}."


class LineUnknown(UserError):
    code = "line-unknown"
    ja = "「{number}」は貸し出している番号ではありません。番号を確かめてください。"
    en = "“{number}” is no number that is lent. Check the number."


class NotSeen(UserError):
    code = "not-seen"
    ja = "内容を確かめて、チェックを入れてください。"
    en = "Look at it, then tick the box."


class CountOfInvoicesWrong(UserError):
    code = "count-of-invoices-wrong"
    status = 409
    ja = "発行する請求書は{count}通です。内容をもう一度確かめて、通数を入力してください。"
    en = "There are {count} invoices to issue. Look again and enter that number."
