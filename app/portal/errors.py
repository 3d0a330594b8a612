"""What can go wrong at the door."""

from __future__ import annotations

from coworking.kit.errors import UserError


class StepOver(UserError):
    code = "step-over"
    status = 401
    ja = "時間がたちました。もう一度サインインしてください。"
    en = "That took too long. Sign in again."


class CodeAsked(UserError):
    """The pair was right, and a code has to follow; `step` stands for the pair."""

    code = "second-factor-required"
    status = 403
    ja = "認証アプリのコードを入力してください。"
    en = "Enter the code of your authenticator app."

    def __init__(self, step: str) -> None:
        super().__init__()
        self.step = step


class AddressNeeded(UserError):
    code = "mail-address-needed"
    ja = "メールアドレスを入力してください。"
    en = "Enter a mail address."


class WrongPair(UserError):
    """One sentence for a wrong password and for an unknown address: it tells nobody which accounts exist (R15)."""

    code = "wrong-address-or-password"
    ja = "メールアドレスかパスワードが違います。もう一度入力してください。"
    en = "The mail address or the password is not right. Enter them again."
