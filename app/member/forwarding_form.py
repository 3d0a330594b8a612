"""The form of the forwarding page: what it holds, what a pressed button changes, where a refusal belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from app.member.notes import Note
from coworking.kit.errors import UserError
from coworking.kit.phone import InvalidPhoneNumber, parse_phone
from coworking.kit.web.forms import Form
from telephony.forwarding import Change, WantedDestination
from telephony.forwarding.card import Instead, Shows, Strategy, Withheld
from telephony.forwarding.destinations import Forwarding
from telephony.forwarding.errors import DestinationNotAllowed

MOST_ROWS = 10
LONGEST_LABEL = 40
LONGEST_SHOWN = 40
"""Of a number that a refusal repeats."""
CHOICES: Mapping[str, Sequence[str]] = {
    "strategy": get_args(Strategy),
    "shows": get_args(Shows),
    "withheld": get_args(Withheld),
    "unanswered": get_args(Instead),
    "when_off": get_args(Instead),
    "outside_hours": get_args(Instead),
}
SWITCHES = ("press_one", "whisper")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks for. `added` says that the last destination is the one just typed in."""

    destinations: tuple[WantedDestination, ...]
    settings: Mapping[str, Any]
    added: bool
    note: Note
    focus: str

    def change(self) -> Change:
        return Change(destinations=self.destinations, **self.settings)


def wanted_now(forwarding: Forwarding) -> tuple[WantedDestination, ...]:
    return tuple(
        WantedDestination(one.number, one.ring_seconds, one.label) for one in forwarding.destinations
    )


def read_wanted(form: Form) -> Wanted:
    """Everything that the form holds, with what the pressed button does to it."""
    rows = [_row(form, index) for index in range(1, MOST_ROWS + 1) if f"number{index}" in form]
    rows, note, focus = _pressed(form, rows)
    new_number = form.get("new_number", "").strip()
    if new_number:
        rows = [*rows, WantedDestination(new_number, None, _label(form.get("new_label", "")))]
        note, focus = Note("destination-added"), f"to{len(rows)}"
    settings: dict[str, Any] = {name: name in form for name in SWITCHES}
    settings |= {name: form[name] for name, among in CHOICES.items() if form.get(name) in among}
    return Wanted(tuple(rows), settings, bool(new_number), note, focus)


def _pressed(form: Form, rows: list[WantedDestination]) -> tuple[list[WantedDestination], Note, str]:
    place = next(
        (
            (press, int(form[press]) - 1)
            for press in ("up", "down", "remove")
            if form.get(press, "").isdecimal()
        ),
        None,
    )
    if place is None or not 0 <= place[1] < len(rows):
        return rows, Note("saved"), ""
    press, index = place
    if press == "remove":
        return [*rows[:index], *rows[index + 1 :]], Note("destination-removed"), "to"
    other = index - 1 if press == "up" else index + 1
    if not 0 <= other < len(rows):
        return rows, Note("saved"), ""
    rows = list(rows)
    rows[index], rows[other] = rows[other], rows[index]
    return rows, Note("moved", other + 1), f"{press}{other + 1}"


def _row(form: Form, index: int) -> WantedDestination:
    seconds = form.get(f"ring{index}", "")
    return WantedDestination(
        form[f"number{index}"].strip(),
        int(seconds) if seconds.isdecimal() and len(seconds) <= 4 else 0,
        _label(form.get(f"label{index}", "")),
    )


def _label(text: str) -> str | None:
    return text.strip()[:LONGEST_LABEL] or None


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A refusal and where on the page it belongs: "new", the index of a row from 1 as text, or "list"."""

    place: str
    sentence: str


def place_of(error: UserError, wanted: Wanted, sentence: str) -> Misplaced:
    rows = wanted.destinations
    if isinstance(error, DestinationNotAllowed):
        refused = str(error.facts.get("number", ""))
        for index, row in enumerate(rows, start=1):
            if row.number[:LONGEST_SHOWN] == refused:
                is_new = wanted.added and index == len(rows)
                return Misplaced("new" if is_new else str(index), sentence)
    return Misplaced("new" if wanted.added else "list", sentence)


def e164_of(text: str) -> str | None:
    try:
        return parse_phone(text).e164
    except InvalidPhoneNumber:
        return None


def without_added(wanted: Wanted) -> Wanted:
    """The rows alone, for showing the form again with the new number still in its field."""
    return replace(wanted, destinations=wanted.destinations[:-1]) if wanted.added else wanted
