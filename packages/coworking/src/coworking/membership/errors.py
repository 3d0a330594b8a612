from coworking.kit.errors import UserError


class SignInRefused(UserError):
    code = "sign-in-refused"
    status = 401
    ja = "メールアドレスかパスワードが違います。もう一度入力してください。"
    en = "The mail address or the password is not right. Enter them again."


class PasswordWrong(UserError):
    code = "password-wrong"
    ja = "パスワードが違います。もう一度入力してください。"
    en = "The password is not right. Enter it again."


class TooManyAttempts(UserError):
    """`seconds` is how long to wait; it stands in the header `Retry-After`, too."""

    code = "too-many-attempts"
    status = 429
    ja = "パスワードの間違いが続きました。{seconds}秒ほど待ってからもう一度入力してください。"
    en = "There were too many wrong passwords. Wait {seconds} seconds, then enter it again."

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.facts["seconds"])}


class SecondFactorNeeded(UserError):
    """The password was right; a code has to follow, or for staff a second factor has to be set up."""

    code = "second-factor-required"
    status = 403
    ja = "二段階認証のコードが必要です。認証アプリのコードを入力するか、パスキーでサインインしてください。"
    en = "A second factor is needed. Enter the code of your authenticator app, or sign in with a passkey."


class MailNotConfirmed(UserError):
    code = "mail-not-confirmed"
    status = 403
    ja = "メールアドレスの確認がまだ済んでいません。お送りしたメールのリンクを開いてください。"
    en = "The mail address is not confirmed yet. Open the link in the mail that we sent."


class SignInNameTaken(UserError):
    code = "sign-in-name-taken"
    status = 409
    ja = "このメールアドレスはすでに使われています。別のアドレスを入力してください。"
    en = "This mail address is already in use. Enter another."


class PlanUnknown(UserError):
    code = "plan-not-allowed"
    ja = "「{plan}」というプランはありません。選べるプラン: {allowed}"
    en = "There is no plan called “{plan}”. You can choose: {allowed}"


class OfficeUnknown(UserError):
    code = "office-unknown"
    ja = "「{office}」というオフィスはありません。選べるオフィス: {allowed}"
    en = "There is no office called “{office}”. You can choose: {allowed}"


class MembershipNotActive(UserError):
    code = "membership-not-active"
    status = 409
    ja = "会員契約が有効ではありません。担当者にお問い合わせください。"
    en = "This membership is not active. Ask the office."


class IdentityNotVerified(UserError):
    code = "identity-not-verified"
    status = 409
    ja = "本人確認がまだ済んでいません。確認が済むとご利用いただけます。"
    en = "The identity check is not complete. Service starts when it is."


class AlreadyApproved(UserError):
    code = "already-approved"
    status = 409
    ja = "この申し込みはすでに承認されています。会員の画面を確かめてください。"
    en = "This application is approved already. Look at the member's page."


class NotApplied(UserError):
    code = "not-applied"
    status = 409
    ja = "この申し込みはもう終わっています。改めて申し込みを受け付けてください。"
    en = "This application is over. Take a new one."


class RefusalReasonUnknown(UserError):
    code = "reason-unknown"
    ja = "「{reason}」という理由はありません。選べる理由: {allowed}"
    en = "There is no reason called “{reason}”. You can choose: {allowed}"


class IdempotencyKeyReused(UserError):
    code = "idempotency-key-reused"
    status = 409
    ja = "この Idempotency-Key は別の内容で使われています。新しいキーで送ってください。"
    en = "This Idempotency-Key came with another request before. Send this one with a new key."
