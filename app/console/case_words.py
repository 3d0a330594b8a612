"""Differences between our books and the carrier's records, as staff read them."""

from __future__ import annotations

from coworking.kit.web.translations import translatable

KINDS = {
    "missing": translatable("Not at the carrier"),
    "extra": translatable("Not in our books"),
    "duration": translatable("Other length"),
    "price": translatable("Other price"),
}
KIND_TONES = {"missing": "miss", "extra": "miss", "duration": "warn", "price": "warn"}
