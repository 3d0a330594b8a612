"""What staff chose to see of calls: from the address to a filter, and back into addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.console.call_classes import DIRECTIONS, OUTCOMES
from app.console.member_search import FoundMember, names_of, search_members
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.errors import ValidationFailed
from coworking.kit.money import LARGEST_YEN
from coworking.kit.phone import InvalidPhoneNumber, parse_phone
from telephony.forwarding.call_review import CallFilter
from telephony.metering.profile import CallClass
from telephony.numbers import line_of_number

LONGEST_TEXT = 60
LARGEST_SECONDS = 86_400
LARGEST_ID = 2**63 - 1
NAMES = (
    "month", "first", "last", "q", "member", "line", "class", "outcome", "direction",
    "least_yen", "most_yen", "least_seconds", "ending", "held",
)  # fmt: skip
MORE = frozenset(
    {"direction", "first", "last", "line", "least_yen", "most_yen", "least_seconds", "ending", "held"}
)
"""Those that stand behind "more"."""


@dataclass(frozen=True, slots=True)
class ChosenCalls:
    """A filter with the words that were typed. `also` are other members that the text may mean; `nobody`: it means
    none."""

    filter: CallFilter
    values: Mapping[str, str]
    month: str
    member_name: str | None = None
    also: Sequence[FoundMember] = ()
    nobody: bool = False

    @property
    def more_is_open(self) -> bool:
        return any(self.values.get(name) for name in MORE)

    def address(self, path: str, **changed: str) -> str:
        """The path with what is chosen; a changed value of "" drops it."""
        chosen = {**self.values, **changed}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{path}?{query}" if query else path


def choose_calls(
    session: Session, calendar: BusinessCalendar, query: Mapping[str, str], today: date
) -> ChosenCalls:
    """The calls that an address asks for; this month's where it names no days. Raises `ValidationFailed`,
    `DaysOutOfRange`."""
    values = {name: query[name].strip()[:LONGEST_TEXT] for name in NAMES if query.get(name, "").strip()}
    month = values.get("month", f"{today:%Y-%m}")
    first, last = _days(values, calendar, month)
    chosen = ChosenCalls(
        CallFilter(
            first_day=first,
            last_day=last,
            member_id=_number(values, "member", LARGEST_ID),
            line_id=_number(values, "line", LARGEST_ID),
            call_class=_one_of(values, "class", [one.value for one in CallClass]),
            outcome=_one_of(values, "outcome", OUTCOMES),
            direction=_one_of(values, "direction", DIRECTIONS),
            least_amount=_yen(values, "least_yen"),
            most_amount=_yen(values, "most_yen"),
            least_seconds=_number(values, "least_seconds", LARGEST_SECONDS),
            ending=_ending(values),
            held=True if values.get("held") else None,
        ),
        values,
        month,
    )
    return _with_text(session, chosen)


def _with_text(session: Session, chosen: ChosenCalls) -> ChosenCalls:
    """What the search field means: four last digits, a number, or a part of a member's name."""
    text, wanted = chosen.values.get("q", ""), chosen.filter
    if wanted.member_id is not None:
        name = names_of(session, [wanted.member_id]).get(wanted.member_id)
        return replace(chosen, member_name=name)
    if not text:
        return chosen
    digits = text.replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) == 4:
        return replace(chosen, filter=replace(wanted, ending=digits))
    try:
        number = parse_phone(text).e164
    except InvalidPhoneNumber:
        found = search_members(session, text)
        if not found:
            return replace(chosen, nobody=True)
        return replace(
            chosen, filter=replace(wanted, member_id=found[0].id), member_name=found[0].name, also=found[1:]
        )
    line = line_of_number(session, number)
    if line is not None:
        return replace(chosen, filter=replace(wanted, line_id=line.id))
    return replace(chosen, filter=replace(wanted, ending=number[-4:]))


def _days(values: Mapping[str, str], calendar: BusinessCalendar, month: str) -> tuple[date, date]:
    try:
        first = date.fromisoformat(f"{month}-01")
        last = calendar.month_end(first)
        if values.get("first") or values.get("last"):
            first = date.fromisoformat(values.get("first") or values["last"])
            last = date.fromisoformat(values.get("last") or values["first"])
    except (ValueError, KeyError) as error:
        raise _not_understood("month") from error
    return first, last


def _number(values: Mapping[str, str], name: str, most: int) -> int | None:
    text = values.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise _not_understood(name)
    return int(text)


def _yen(values: Mapping[str, str], name: str) -> Decimal | None:
    text = values.get(name)
    if text is None:
        return None
    try:
        amount = Decimal(text)
        if not 0 <= amount <= LARGEST_YEN or amount != round(amount, 3):
            raise _not_understood(name)
    except InvalidOperation as error:
        raise _not_understood(name) from error
    return amount


def _one_of(values: Mapping[str, str], name: str, known: Sequence[str] | Mapping[str, str]) -> str | None:
    text = values.get(name)
    if text is not None and text not in known:
        raise _not_understood(name)
    return text


def _ending(values: Mapping[str, str]) -> str | None:
    text = values.get("ending")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) == 4):
        raise _not_understood("ending")
    return text


def _not_understood(name: str) -> ValidationFailed:
    return ValidationFailed([{"field": name, "message": "not understood"}])
