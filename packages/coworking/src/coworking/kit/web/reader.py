"""The person a page is written for: words, money, numbers and times in their language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from coworking.kit.errors import Language
from coworking.kit.phone import from_e164
from coworking.kit.web.translations import SOURCE_LANGUAGE

# "14 July", not "July 14": the house style for English. `format_date` needs a territory only for the names.
_BABEL_LOCALES = {"ja": "ja", "en": "en_GB"}
_DAY = {"ja": "M月d日（E）", "en": "EEE d MMMM"}
_DATE = {"ja": "y年M月d日", "en": "d MMMM y"}
_MONTH = {"ja": "y年M月", "en": "MMMM y"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Language and zone of one answer. `catalogue` holds the translations of every package with pages."""

    language: Language
    zone: ZoneInfo
    catalogue: NullTranslations

    def gettext(self, message: str, **facts: Any) -> str:
        """The message in the reader's language, `%(name)s` filled from the facts. Plain text: templates escape it."""
        text = self.catalogue.gettext(message)
        return text % facts if facts else text

    def ngettext(self, one: str, many: str, count: int, **facts: Any) -> str:
        """As `gettext`, the form chosen by `count`, which is also the fact `%(count)s`."""
        return self.catalogue.ngettext(one, many, count) % {"count": count, **facts}

    def pgettext(self, context: str, message: str, **facts: Any) -> str:
        """As `gettext`, for a word that means two things: the context tells them apart."""
        text = self.catalogue.pgettext(context, message)
        return text % facts if facts else text

    @property
    def other_language(self) -> Language:
        return "ja" if self.language == SOURCE_LANGUAGE else SOURCE_LANGUAGE

    def figure(self, amount: Decimal | int) -> str:
        """ "4,461", "14.3": grouped, at most three decimals, none that say nothing."""
        return format_decimal(amount, "#,##0.###", locale=_BABEL_LOCALES[self.language])

    def yen(self, amount: Decimal | int) -> str:
        """ "4,461円", "4,461 yen"."""
        figure = self.figure(amount)
        return f"{figure}円" if self.language == "ja" else f"{figure} yen"

    def phone(self, e164: str) -> str:
        """A stored number as people here write it, "03-1234-5678"; what is no E.164 number stays as it is."""
        return from_e164(e164).national if e164.startswith("+") else e164

    def clock_time(self, at: dt.datetime) -> str:
        """ "10:24:31" in the reader's zone."""
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    def day(self, on: dt.date) -> str:
        """ "7月14日（火）", "Tue 14 July"."""
        return format_date(on, _DAY[self.language], locale=_BABEL_LOCALES[self.language])

    def date(self, on: dt.date) -> str:
        """ "2026年7月14日", "14 July 2026"."""
        return format_date(on, _DATE[self.language], locale=_BABEL_LOCALES[self.language])

    def month(self, of: dt.date) -> str:
        """ "2026年7月", "July 2026"."""
        return format_date(of, _MONTH[self.language], locale=_BABEL_LOCALES[self.language])

    def moment(self, at: dt.datetime) -> str:
        """ "7月14日（火）13:08", "Tue 14 July, 13:08" in the reader's zone."""
        local = at.astimezone(self.zone)
        separator = "" if self.language == "ja" else ", "
        return f"{self.day(local.date())}{separator}{local:%H:%M}"

    def seconds(self, seconds: int) -> str:
        """ "61秒", "61 s"."""
        return f"{seconds}秒" if self.language == "ja" else f"{seconds} s"


def stopwatch(seconds: int) -> str:
    """ "0:12", "1:01", "1:02:03": how long something has lasted, the same in both languages."""
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
