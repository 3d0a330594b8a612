"""What a member hears who calls out and cannot be connected, in both languages, by the reason."""

from __future__ import annotations

from coworking.kit.errors import Language
from telephony.carrier import CallStatus
from telephony.carrier import voice_document as xml
from telephony.forwarding.documents import SPOKEN

REFUSED: dict[str, dict[Language, str]] = {
    "destination-not-allowed": {
        "ja": "おかけになった番号には、この電話からはおつなぎできません。緊急通報は、ほかの電話からおかけください。",
        "en": "This number cannot be called from this phone. For an emergency, use another phone.",
    },
    "caller-id-always-shown": {
        "ja": "この電話からは、番号を非通知にしておかけいただけません。184をつけずにおかけ直しください。",
        "en": "Calls from this phone always show its number. Please call again without 184.",
    },
    "line-suspended": {
        "ja": "この回線は停止中のため、おつなぎできません。",
        "en": "This line is suspended. Your call cannot be connected.",
    },
    "line-ended": {
        "ja": "この回線は終了しています。",
        "en": "This line has ended.",
    },
    "line-not-started": {
        "ja": "この回線は、まだご利用いただけません。",
        "en": "This line is not in service yet.",
    },
    "service-interrupted": {
        "ja": "ただいま電話サービスを一時中止しております。",
        "en": "The telephone service is interrupted at the moment.",
    },
    "cap-reached": {
        "ja": "この回線の通話の上限に達しているため、おつなぎできません。",
        "en": "This line has reached its limit of calls.",
    },
    "desk-phone-unknown": {
        "ja": "この電話機はご利用いただけません。担当者にお問い合わせください。",
        "en": "This phone cannot be used. Please ask the office.",
    },
}
NOT_CONNECTED: dict[str, dict[Language, str]] = {
    "busy": {"ja": "お話し中です。", "en": "The line is busy."},
    "no-answer": {"ja": "お出になりません。", "en": "There is no answer."},
    "failed": {"ja": "おつなぎできませんでした。", "en": "Your call could not be connected."},
}


def refused(code: str, language: Language) -> bytes:
    """Say why nobody is called, and hang up."""
    return _said(REFUSED.get(code, NOT_CONNECTED["failed"])[language], language)


def not_connected(status: CallStatus | None, language: Language) -> bytes:
    """Say what came of ringing the callee, and hang up."""
    word = status.value if status is not None and status.value in NOT_CONNECTED else "failed"
    return _said(NOT_CONNECTED[word][language], language)


def _said(text: str, language: Language) -> bytes:
    return xml.document(xml.say(text, language=SPOKEN[language]), xml.hangup())
