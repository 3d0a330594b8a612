"""Errors that a user can make: one small class each, with a stable code and a sentence in both languages.

They leave the service as problem details (RFC 9457). Everything that is not a `UserError` is a defect: it crashes, is
logged once and shows a person nothing of its inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

Language = Literal["ja", "en"]


class UserError(Exception):
    """Something a user can mend. `code` is stable; `ja` and `en` are `str.format` templates over the facts.

    Facts are shown to the user: never put in one what they may not see.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 422
    ja: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.code)

    def sentence(self, language: Language) -> str:
        """What happened and what to do, as one sentence."""
        return (self.ja if language == "ja" else self.en).format(**self.facts)

    @property
    def headers(self) -> dict[str, str]:
        """Of the answer that tells the error."""
        return {}

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class NotFound(UserError):
    code = "not-found"
    status = 404
    ja = "見つかりません。番号や名前を確かめてください。"
    en = "Nothing is there. Check the number or the name."


class NotPermitted(UserError):
    code = "not-permitted"
    status = 403
    ja = "この操作はできません。担当者にお問い合わせください。"
    en = "You may not do this. Ask the office."


class SignInRequired(UserError):
    code = "sign-in-required"
    status = 401
    ja = "サインインしてください。"
    en = "Sign in first."


class ValidationFailed(UserError):
    """The request does not have the shape that is described; `errors` says where."""

    code = "validation-failed"
    status = 422
    ja = "入力を確かめてください: {where}"
    en = "Check what you entered: {where}"

    def __init__(self, errors: Sequence[dict[str, str]]) -> None:
        self.errors = list(errors)
        super().__init__(where="; ".join(f"{e['field']}: {e['message']}" for e in self.errors))


class TryAgain(UserError):
    """The database or another part did not answer in time; nothing was changed."""

    code = "try-again"
    status = 503
    ja = "ただいま処理できません。何も変わっていません。少し待ってからもう一度お試しください。"
    en = "This cannot be done right now. Nothing was changed. Wait a moment and try again."


def problem(error: UserError, language: Language) -> dict[str, Any]:
    """The RFC 9457 body of an error; `code` repeats the last part of `type`."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.code,
        "status": error.status,
        "detail": error.sentence(language),
        "code": error.code,
    }
    if isinstance(error, ValidationFailed):
        body["errors"] = error.errors
    return body
