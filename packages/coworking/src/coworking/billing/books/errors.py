from coworking.kit.errors import UserError


class MonthNotOver(UserError):
    code = "month-not-over"
    ja = "{month}はまだ終わっていません。翌月になってから締めてください。"
    en = "{month} is not over. Close it when the next month has begun."


class EarlierMonthOpen(UserError):
    code = "earlier-month-open"
    status = 409
    ja = "{month}がまだ締められていません。古い月から順に締めてください。"
    en = "{month} is still open. Close the older months first."


class BooksNotSound(UserError):
    code = "books-not-sound"
    status = 409
    ja = "帳簿に異常が{found}件あるため、締められません。直してから検査をやり直してください。"
    en = "The books have {found} faults and cannot be closed. Mend them and run the checks again."
