"""Pieces of what the published API answers."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from app.published.amounts import Amount
from coworking.kit.money import plain
from coworking.kit.profile_fields import Bilingual
from coworking.membership.texts import BilingualText

YEN = "Decimal text in yen, by `tax_mode`."


class PublishedText(BaseModel):
    ja: str
    en: str


def text_of(text: Bilingual | BilingualText) -> PublishedText:
    return PublishedText(ja=text.ja, en=text.en)


def with_tax(amount: Amount) -> str:
    return plain(Decimal(amount.with_tax))
