"""The voice menu by which a line is steered. Pure: where the dialogue stands and what was pressed in, where it goes
out.

The digits are those of the telephone companies' own forwarding service: 1 starts, 0 stops, 2 changes where calls go, 3
how long it rings, 8 tells the setting, 9 calls out, # goes back, * changes the language. The PIN comes first, whoever
calls (R14).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from coworking.kit.errors import Language
from coworking.kit.profile_fields import Words
from telephony.forwarding.control import prompts

State = Literal["pin", "line", "menu", "destination", "confirm", "seconds", "callee", "calling", "ended"]

MOST_SECONDS_DIGITS = 3
OVER: frozenset[State] = frozenset({"calling", "ended"})
"""Where nothing is asked any more."""
OTHER: dict[Language, Language] = {"ja": "en", "en": "ja"}


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Where a control call stands. `failures` are wrong inputs in a row, `pending` is the number that waits to be
    confirmed or is called, `said` is what is said before the next question."""

    state: State = "pin"
    language: Language = "ja"
    failures: int = 0
    pending: str | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a caller pressed until # or until nothing more came. `back`: # alone."""

    digits: str = ""
    back: bool = False

    @classmethod
    def read(cls, digits: str | None, finished_on: str) -> Pressed:
        if digits in (None, ""):
            return cls(back=finished_on == "#")
        return cls(back=True) if digits == "#" else cls(digits or "")


@dataclass(frozen=True, slots=True)
class EnterPin:
    pin: str


@dataclass(frozen=True, slots=True)
class ChooseLine:
    """The line with this index among those that the PIN opened."""

    index: int


@dataclass(frozen=True, slots=True)
class Switch:
    on: bool


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Whether calls may go to this number; nothing is changed yet."""

    number: str


@dataclass(frozen=True, slots=True)
class SendTo:
    number: str


@dataclass(frozen=True, slots=True)
class RingFor:
    seconds: int


@dataclass(frozen=True, slots=True)
class Describe:
    pass


@dataclass(frozen=True, slots=True)
class CallOut:
    number: str


Wish = EnterPin | ChooseLine | Switch | ReadBack | SendTo | RingFor | Describe | CallOut


@dataclass(frozen=True, slots=True)
class Move:
    """Where a press leads. With a `wish`, `then` stands when it was granted and `refused` when it was not."""

    then: Dialogue
    wish: Wish | None = None
    refused: Dialogue | None = None


def press(dialogue: Dialogue, pressed: Pressed, most_failures: int) -> Move:
    """What a caller's keys lead to. After `most_failures` wrong or missing inputs in a row the call ends."""
    if dialogue.state in OVER:
        return Move(dialogue)
    if pressed.digits.startswith("*"):
        dialogue = replace(dialogue, language=OTHER[dialogue.language], said=None)
        pressed = Pressed(pressed.digits.lstrip("*"))
        if not pressed.digits:
            return Move(dialogue)
    fresh = replace(dialogue, said=None)
    if not pressed.digits and not pressed.back:
        return Move(failed(fresh, prompts.NOTHING_HEARD, most_failures))
    if pressed.back and dialogue.state in BACK:
        return Move(replace(fresh, state=BACK[dialogue.state], pending=None, failures=0))
    move = ANSWERS[dialogue.state](fresh, pressed.digits)
    if move is None:
        return Move(failed(fresh, prompts.NOT_A_CHOICE, most_failures))
    if move.wish is None:
        return Move(replace(move.then, failures=0))
    refused = failed(move.refused or fresh, None, most_failures)
    return Move(replace(move.then, failures=0), move.wish, refused)


def failed(dialogue: Dialogue, why: Words | None, most_failures: int) -> Dialogue:
    """After one more wrong input, `why` said: the same question again, or the end of the call."""
    said = why.spoken(dialogue.language) if why else dialogue.said
    failures = dialogue.failures + 1
    state: State = "ended" if failures >= most_failures else dialogue.state
    return replace(dialogue, state=state, failures=failures, said=said)


BACK: dict[State, State] = {
    "line": "line",
    "menu": "menu",
    "destination": "menu",
    "confirm": "destination",
    "seconds": "menu",
    "callee": "menu",
}
"""Where # leads."""


def _pin(dialogue: Dialogue, digits: str) -> Move | None:
    # Whatever was pressed is tried, so that every wrong PIN sounds alike.
    return Move(replace(dialogue, state="menu"), EnterPin(digits))


def _line(dialogue: Dialogue, digits: str) -> Move | None:
    if not _is_number(digits) or digits == "0":
        return None
    return Move(replace(dialogue, state="menu"), ChooseLine(int(digits) - 1))


def _menu(dialogue: Dialogue, digits: str) -> Move | None:
    match digits:
        case "1" | "0":
            return Move(dialogue, Switch(on=digits == "1"))
        case "2":
            return Move(replace(dialogue, state="destination"))
        case "3":
            return Move(replace(dialogue, state="seconds"))
        case "8":
            return Move(dialogue, Describe())
        case "9":
            return Move(replace(dialogue, state="callee"))
        case _:
            return None


def _destination(dialogue: Dialogue, digits: str) -> Move | None:
    return Move(replace(dialogue, state="confirm"), ReadBack(digits)) if _is_number(digits) else None


def _confirm(dialogue: Dialogue, digits: str) -> Move | None:
    if digits != "1" or dialogue.pending is None:
        return None
    menu = replace(dialogue, state="menu", pending=None)
    return Move(menu, SendTo(dialogue.pending), refused=replace(menu, state="destination"))


def _seconds(dialogue: Dialogue, digits: str) -> Move | None:
    if not _is_number(digits) or len(digits) > MOST_SECONDS_DIGITS:
        return None
    return Move(replace(dialogue, state="menu"), RingFor(int(digits)))


def _callee(dialogue: Dialogue, digits: str) -> Move | None:
    return Move(replace(dialogue, state="calling"), CallOut(digits)) if _is_number(digits) else None


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit()


ANSWERS: dict[State, Callable[[Dialogue, str], Move | None]] = {
    "pin": _pin,
    "line": _line,
    "menu": _menu,
    "destination": _destination,
    "confirm": _confirm,
    "seconds": _seconds,
    "callee": _callee,
}
