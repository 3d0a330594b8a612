"""What every part of the rulebook reads a profile with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.profiles import Profile
from app.rulebook_words import SHIFTS, WEEKDAYS, month_words, yen_words
from coworking.billing.day_rules import DayOfMonth, DayRule, DaysAfter
from coworking.kit.profile_fields import Bilingual, Weekday, Words


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """A profile in one language, "ja" or "en"."""

    profile: Profile
    language: str

    def section(self, ja: str, en: str, rows: Iterable[Row]) -> Section:
        return Section(self.say(Words(ja, en)), tuple(rows))

    def row(self, key: str, label: Words | Bilingual, value: Words | Bilingual | str) -> Row:
        text = value if isinstance(value, str) else self.say(value)
        return Row(self.say(label), text, self.profile.rules_at(key))

    def say(self, words: Words | Bilingual) -> str:
        return words.spoken(self.language)

    def listed(self, words: Iterable[Words | Bilingual]) -> str:
        return ("、" if self.language == "ja" else ", ").join(self.say(each) for each in words)

    def yen(self, amount: Decimal) -> str:
        return self.say(yen_words(amount, self.profile.billing.tax_mode))

    def plans(self, names: Iterable[str]) -> str:
        return self.listed(self.profile.membership.plans[name].title for name in names) or self.say(
            Words("全プラン", "every plan")
        )

    def options(self, names: Iterable[str]) -> str:
        return self.listed(self.profile.membership.options[name].title for name in names)

    def weekdays(self, days: Iterable[Weekday]) -> str:
        return self.listed(WEEKDAYS[day] for day in days)

    def day(self, rule: DayRule) -> str:
        if isinstance(rule, DaysAfter) and rule.days == 0:
            words = Words("請求の当日", "the day of the charge")
        elif isinstance(rule, DaysAfter):
            words = Words(f"請求から{rule.days}日後", f"{rule.days} days after the charge")
        elif isinstance(rule, DayOfMonth):
            month = month_words(rule.months)
            words = Words(f"{month.ja}{rule.day}日", f"day {rule.day} of {month.en}")
        else:
            month = month_words(rule.months)
            words = Words(f"{month.ja}末日", f"the last day of {month.en}")
        return self.say(words) + self.say(SHIFTS[rule.shift])


def part(title: Bilingual, ja: str, en: str) -> Words:
    """The label of one thing about what has a title of its own."""
    return Words(f"{title.ja} {ja}", f"{title.en}, {en}")
