"""Months as staff choose them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from babel.dates import format_date

from coworking.kit.errors import Language

MONTHS_OFFERED = 13
_PATTERNS = {"ja": "y年M月", "en": "MMMM y"}


def months_offered(today: date) -> list[str]:
    """This month and those before it, as "2026-07"."""
    months = []
    day = today.replace(day=1)
    for _ in range(MONTHS_OFFERED):
        months.append(f"{day:%Y-%m}")
        day = (day - timedelta(days=1)).replace(day=1)
    return months


def chosen_month(query: Mapping[str, str], today: date) -> str:
    """The month of an address, this one where it names none."""
    return query.get("month", "").strip()[:7] or f"{today:%Y-%m}"


def spoken_month(month: str, language: Language) -> str:
    """ "2026年7月", "July 2026"; what is no month stays as it is."""
    try:
        return format_date(date.fromisoformat(f"{month}-01"), _PATTERNS[language], locale=language)
    except ValueError:
        return month
