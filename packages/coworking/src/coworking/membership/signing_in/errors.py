from coworking.kit.errors import UserError
from coworking.membership.errors import PasswordWrong


class LinkOver(UserError):
    code = "link-over"
    status = 410
    ja = "このリンクは期限が切れたか、すでに使われています。もう一度お申し込みください。"
    en = "This link is over or was used already. Ask for a new one."


class PasswordNeeded(UserError):
    code = "password-needed"
    ja = "パスワードを8文字以上で決めてください。"
    en = "Choose a password of at least 8 characters."


class TooManyMails(UserError):
    code = "too-many-requests"
    status = 429
    ja = "短い時間に申し込みが続きました。しばらく待ってからもう一度お試しください。"
    en = "There were too many requests in a short time. Wait a while and try again."


class StepUpNeeded(UserError):
    code = "step-up-required"
    status = 403
    ja = "ご本人の確認が必要です。パスワードを入力するか、もう一度サインインしてください。"
    en = "Show once more that it is you: enter your password, or sign in again."


class CodeWrong(PasswordWrong):
    """Counts as a wrong password does."""

    code = "code-wrong"
    status = 401
    ja = "コードが違います。認証アプリに今出ているコードか、まだ使っていない回復コードを入力してください。"
    en = "The code is not right. Enter the one that the app shows now, or a recovery code that is unused."


class SecondFactorStands(UserError):
    code = "second-factor-stands"
    status = 409
    ja = "二段階認証はすでに設定されています。設定し直すには、先に解除してください。"
    en = "A second factor is set up already. Take it off before you set up another."


class SecondFactorMissing(UserError):
    code = "second-factor-missing"
    status = 409
    ja = "二段階認証の設定が始まっていません。最初からやり直してください。"
    en = "No second factor is being set up. Begin again."


class PasskeyRefused(UserError):
    code = "passkey-refused"
    status = 401
    ja = "このパスキーではサインインできません。もう一度試すか、パスワードでサインインしてください。"
    en = "This passkey does not let you in. Try again, or sign in with your password."


class PasskeyNotTaken(UserError):
    code = "passkey-not-taken"
    ja = "パスキーを登録できませんでした。もう一度やり直してください。"
    en = "The passkey could not be registered. Try again."


class TooManyPasskeys(UserError):
    code = "too-many-passkeys"
    status = 409
    ja = "パスキーは{most}個まで登録できます。使わないものを削除してください。"
    en = "At most {most} passkeys can be registered. Remove one that you do not use."


class LastAdministrator(UserError):
    code = "last-administrator"
    status = 409
    ja = "最後の管理者は外せません。先にほかの人を管理者にしてください。"
    en = "The last administrator cannot be taken out. Make somebody else one first."


class NotACompany(UserError):
    code = "not-a-company"
    status = 409
    ja = "会社の会員ではないため、代表者はいません。"
    en = "This member is no company and has no representative."
