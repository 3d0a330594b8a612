"""When the office answers, as people write it: "月〜金 10:00–18:30"."""

from __future__ import annotations

from collections.abc import Sequence

from babel.dates import get_day_names

from app.operators import OperatorInForce
from coworking.kit.errors import Language
from coworking.membership.profile import OfficeHours


def spoken_hours(hours: OfficeHours, language: Language) -> str:
    """The weekdays and the times of one row of office hours."""
    days = _spoken_days(sorted(weekday.number for weekday in hours.weekdays), language)
    return f"{days} {hours.opens_at:%H:%M}–{hours.closes_at:%H:%M}"


def staffed_hours(operator: OperatorInForce, language: Language) -> list[tuple[str, bool]]:
    """Each row of hours in which staff are there, in words, and whether it holds on national holidays."""
    return [
        (spoken_hours(hours, language), hours.on_holidays)
        for hours in operator.profile.membership.office_hours
        if hours.staffed
    ]


def _spoken_days(numbers: Sequence[int], language: Language) -> str:
    names = get_day_names("abbreviated", locale=language)
    run = numbers[-1] - numbers[0] + 1 == len(numbers)
    if run and len(numbers) > 2:
        return f"{names[numbers[0]]}{'〜' if language == 'ja' else '–'}{names[numbers[-1]]}"
    return ("・" if language == "ja" else ", ").join(names[number] for number in numbers)
