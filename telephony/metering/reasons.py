"""The reason of a charge as a sentence: what billing staff and members read beside the amount."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from coworking.kit.errors import Language
from coworking.kit.money import plain

NOTHING_OWED = {
    "ja": "つながらなかった電話は0円です。",
    "en": "A call that nobody answered costs nothing.",
}

TAKEN_BACK = {
    "ja": "この通話の料金は取り消されています。",
    "en": "The charge of this call was taken back.",
}
FREE = {
    "control": {
        "ja": "貸し出している電話機からの操作は無料です。",
        "en": "Steering from the lent desk phone is free.",
    },
    "reception": {
        "ja": "受付から貸し出している電話機への呼び出しは無料です。",
        "en": "A call from the reception to the lent desk phone is free.",
    },
    "in": {
        "ja": "貸し出している電話機で受けた電話は無料です。",
        "en": "A call that was taken on the lent desk phone is free.",
    },
}
"""By the direction of a call that was connected and costs nothing."""


def why_free(direction: str, language: Language) -> str:
    """Why a call that was connected has no charge: it was free, or its charge was taken back."""
    return FREE[direction][language] if direction in FREE else TAKEN_BACK[language]


def why(reason: dict[str, Any] | None, language: Language) -> str:
    """Seconds, units, price per unit and where the price stands, from what `Rated.reason` kept."""
    if reason is None:
        return NOTHING_OWED[language]
    parts = reason.get("legs") or [reason]
    return " + ".join(_part(part, language) for part in parts)


def _part(part: dict[str, Any], language: Language) -> str:
    price = Decimal(part["unit_price"])
    free_units = part.get("free_units", 0)
    amount = plain(price * (part["units"] - free_units))
    source = "、".join([*part["rules"]]) if language == "ja" else ", ".join(part["rules"])
    if language == "ja":
        units = f"{part['units']}（うち無料{free_units}）" if free_units else part["units"]
        text = f"{part['seconds']}秒 → {part['unit_seconds']}秒単位で{units} × {plain(price)}円 = {amount}円"
        return f"{text}（{part['rate_card']}の料金表{'、' + source if source else ''}）"
    units = f"{part['units']} ({free_units} free)" if free_units else part["units"]
    text = f"{part['seconds']} s = {units} × {part['unit_seconds']} s at {plain(price)} yen = {amount} yen"
    return f"{text} (rate card of {part['rate_card']}{', ' + source if source else ''})"
