from coworking.kit.errors import UserError


class DepositDecided(UserError):
    code = "deposit-already-decided"
    status = 409
    ja = "この入金はすでに処理されています。直すときは、先に取り消してください。"
    en = "This deposit is already assigned or ignored. To change that, undo it first."


class DepositUndecided(UserError):
    code = "deposit-not-decided"
    status = 409
    ja = "この入金には取り消す処理がありません。"
    en = "Nothing was decided about this deposit that could be undone."
