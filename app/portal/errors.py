"""What can go wrong at the door."""

from __future__ import annotations

from coworking.kit.errors import UserError


class WrongPair(UserError):
    """One sentence for a wrong password and for an unknown address: it tells nobody which accounts exist (R15)."""

    code = "wrong-address-or-password"
    ja = "メールアドレスかパスワードが違います。もう一度入力してください。"
    en = "The mail address or the password is not right. Enter them again."
