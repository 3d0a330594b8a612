from coworking.kit.errors import UserError


class MonthNotBegun(UserError):
    code = "month-not-begun"
    ja = "この月はまだ始まっていません。"
    en = "This month has not begun."


class CaseClosed(UserError):
    code = "case-closed"
    ja = "この相違はすでに処理済みです。"
    en = "This case is closed already."


class RateCardDoesNotFit(UserError):
    code = "rate-card-does-not-fit"
    ja = "料金表を確かめてください: {where}"
    en = "Check the rate card: {where}"
