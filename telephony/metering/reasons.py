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


def why(reason: dict[str, Any] | None, language: Language) -> str:
    """Seconds, units, price per unit and where the price stands, from what `Rated.reason` kept."""
    if reason is None:
        return NOTHING_OWED[language]
    parts = reason.get("legs") or [reason]
    return " + ".join(_part(part, language) for part in parts)


def _part(part: dict[str, Any], language: Language) -> str:
    price = Decimal(part["unit_price"])
    amount = plain(price * part["units"])
    source = "、".join([*part["rules"]]) if language == "ja" else ", ".join(part["rules"])
    if language == "ja":
        text = f"{part['seconds']}秒 → {part['unit_seconds']}秒単位で{part['units']} × {plain(price)}円 = {amount}円"
        return f"{text}（{part['rate_card']}の料金表{'、' + source if source else ''}）"
    text = f"{part['seconds']} s = {part['units']} × {part['unit_seconds']} s at {plain(price)} yen = {amount} yen"
    return f"{text} (rate card of {part['rate_card']}{', ' + source if source else ''})"
