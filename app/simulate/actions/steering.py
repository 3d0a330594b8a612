"""Actions by which members steer a line: on the page, by keys from a phone, by text message; and calls from a line."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action, Refused
from app.simulate.errors import FailedRun
from app.simulate.fields import (
    BOOLEAN,
    DOCUMENT,
    SECONDS,
    TEXT,
    TEXTS,
    Field,
    integer,
    name_of,
    name_or_number,
    word,
)
from app.simulate.phones import DESK, UNNAMED_PHONE, Talk, keys_of

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import LineEntry, World

LONGEST_RING_SECONDS = 600
DEFAULT_ANSWERS_AFTER_SECONDS = 5
DEFAULT_TALKS_SECONDS = 60
PIN_DIGITS = 6
TOO_SIMPLE = "pin-too-simple"
ON_THE_PAGE = (
    "strategy",
    "press_one",
    "whisper",
    "shows",
    "withheld",
    "unanswered",
    "when_off",
    "outside_hours",
    "schedule",
)
"""What is set on the page only."""
INSTEAD = ("voicemail", "announcement", "hang-up")


def set_pin(world: "World", step: "Step") -> None:
    """The line's PIN, by the member, who shows the password."""
    _set_pin(world, world.line(step.text("line")), step.text("pin"), step.by)


def _set_pin(world: "World", line: "LineEntry", pin: str, by: str | None) -> None:
    body = {"pin": pin, "password": world.deployment.password}
    world.api("PUT", f"/api/lines/{line.reference}/pin", body, by=by or line.holder)
    world.pins[line.reference] = pin


def _pin(world: "World", step: "Step", line: "LineEntry") -> str:
    """The one that the step names, or the line's; where it has none its member sets one first."""
    if step.has("pin"):
        return step.text("pin")
    candidates = (f"{(482_915 + 7_919 * (line.reference + turn)) % 10**PIN_DIGITS:06d}" for turn in range(10))
    for candidate in candidates:
        if line.reference in world.pins:
            break
        try:
            _set_pin(world, line, candidate, None)
        except Refused as refused:
            if refused.code != TOO_SIMPLE:
                raise
    return world.pins[line.reference]


def _phone(world: "World", step: "Step", line: "LineEntry", otherwise: str | None = None) -> str:
    """The phone that the step names, or the first that is registered on the line."""
    if step.has("from"):
        return step.text("from")
    registered: list[str] = world.pages(f"/api/lines/{line.reference}")["registered_phones"]
    return registered[0] if registered else otherwise or UNNAMED_PHONE


def set_forwarding(world: "World", step: "Step") -> str | None:
    """Change what the step names and leave the rest of the setting as it is. By phone it is a call."""
    line = world.line(step.text("line"))
    via = step.text("via", "web")
    if via == "web":
        _set_on_the_page(world, step, line)
        call = None
    else:
        _require_steerable(world, step, () if via == "ivr" else ("ring_seconds",))
        pin, phone = _pin(world, step, line), _phone(world, step, line)
        if via == "ivr":
            call = world.telephones.steer(line, phone, _keys(world, step, line, pin))
        else:
            call = None
            for command in _commands(world, step, line):
                world.telephones.text(line, phone, f"{pin} {command}")
    world.forwarded.add(line.reference)
    return call


def _set_on_the_page(world: "World", step: "Step", line: "LineEntry") -> None:
    path = f"/api/lines/{line.reference}/forwarding"
    setting: dict[str, Any] = {name: step.fields[name] for name in ("on", *ON_THE_PAGE) if step.has(name)}
    if step.has("to"):
        setting["to"] = [{"number": world.number(to)} for to in step.texts("to")]
        # The first destinations of a line are set in order to be used.
        if line.reference not in world.forwarded:
            setting.setdefault("on", True)
    if step.has("ring_seconds"):
        present = setting.get("to") or world.pages(path)["to"]
        setting["to"] = [{**to, "ring_seconds": step.fields["ring_seconds"]} for to in present]
    world.api("PUT", path, setting, by=step.by or line.holder)


def _require_steerable(world: "World", step: "Step", also: tuple[str, ...]) -> None:
    """By telephone there is one destination, on, off and, with keys, how long it rings."""
    beyond = [name for name in (*ON_THE_PAGE, *also) if step.has(name)]
    if len(step.texts("to")) > 1:
        beyond.append("to")
    if beyond:
        raise FailedRun(world.place, "not-by-telephone", fields=", ".join(beyond), via=step.text("via"))


def _keys(world: "World", step: "Step", line: "LineEntry", pin: str) -> list[str]:
    """The answers to the questions of a control call, one after the other."""
    keys = [f"{pin}#"]
    for to in step.texts("to"):
        keys += ["2", f"{keys_of(world.number(to))}#", "1"]
    if step.has("ring_seconds"):
        keys += ["3", f"{step.whole('ring_seconds', 0)}#"]
    if _switches(world, step, line):
        keys.append("1" if step.flag("on", True) else "0")
    return keys if len(keys) > 1 else [*keys, "8"]


def _commands(world: "World", step: "Step", line: "LineEntry") -> list[str]:
    """A text message for each change."""
    commands = [f"転送 {keys_of(world.number(to))}" for to in step.texts("to")]
    if _switches(world, step, line):
        commands.append("開始" if step.flag("on", True) else "停止")
    return commands or ["状態"]


def _switches(world: "World", step: "Step", line: "LineEntry") -> bool:
    return step.has("on") or (step.has("to") and line.reference not in world.forwarded)


def call_out(world: "World", step: "Step") -> str:
    """The line's member calls somebody, who sees the rented number: with a registered phone by the control number, or
    with the line's desk phone."""
    line = world.line(step.text("line"))
    talk = Talk(
        answered_by=step.text("to") if step.flag("answers", True) else None,
        after_seconds=step.whole("after", DEFAULT_ANSWERS_AFTER_SECONDS),
        seconds=step.whole("talks", DEFAULT_TALKS_SECONDS),
        callee_hangs_up=step.text("hangs_up", "caller") == "callee",
    )
    phone = _phone(world, step, line, otherwise=DESK)
    if phone == DESK or phone == step.text("line"):
        return world.telephones.call_from_desk(line, step.text("to"), talk)
    pin = _pin(world, step, line)
    keys = [f"{pin}#", "9", f"{keys_of(world.number(step.text('to')))}#"]
    return world.telephones.steer(line, phone, keys, talk)


def reception_call(world: "World", step: "Step") -> str:
    """A visitor at the reception asks for a member. Whoever the member's line rings picks up, unless the step says
    otherwise."""
    name = step.text("member")
    talk = Talk(
        answered_by=_rung(world, step, name) if step.flag("answers", True) else None,
        after_seconds=step.whole("after", DEFAULT_ANSWERS_AFTER_SECONDS),
        seconds=step.whole("talks", DEFAULT_TALKS_SECONDS),
        callee_hangs_up=step.text("hangs_up", "caller") == "callee",
    )
    by = step.by or "reception"
    return world.telephones.call_from_reception(world.member(name).reference, talk, by=by)


def _rung(world: "World", step: "Step", member: str) -> str | None:
    """The phone that picks up: the first destination of the member's line, or its desk phone."""
    answered_by = step.text("answered_by") or None
    if answered_by not in (None, DESK):
        return answered_by
    for line in world.lines_of(member):
        forwarding = world.pages(f"/api/lines/{line.reference}/forwarding")
        if answered_by is None and forwarding["on"] and forwarding["to"]:
            return str(forwarding["to"][0]["number"])
        return world.telephones.desk_address(line)
    return None


_LINE = Field(name_of("line"), required=True)
_FROM = Field(name_or_number("line", DESK))
_TALK = {
    "after": Field(SECONDS),
    "talks": Field(SECONDS),
    "hangs_up": Field(word("caller", "callee")),
    "answers": Field(BOOLEAN),
}

ACTIONS = (
    Action("set-pin", set_pin, {"line": _LINE, "pin": Field(TEXT, required=True)}),
    Action(
        "set-forwarding",
        set_forwarding,
        {
            "line": _LINE,
            "via": Field(word("web", "ivr", "sms")),
            "from": _FROM,
            "pin": Field(TEXT),
            "on": Field(BOOLEAN),
            "to": Field(TEXTS),
            "strategy": Field(word("in-turn", "at-once")),
            "ring_seconds": Field(integer(1, LONGEST_RING_SECONDS)),
            "press_one": Field(BOOLEAN),
            "whisper": Field(BOOLEAN),
            "shows": Field(word("line", "caller")),
            "withheld": Field(word("forward", "voicemail", "announcement")),
            "unanswered": Field(word(*INSTEAD)),
            "when_off": Field(word(*INSTEAD)),
            "outside_hours": Field(word(*INSTEAD)),
            "schedule": Field(DOCUMENT),
        },
        makes="call",
    ),
    Action(
        "call-out",
        call_out,
        {
            "line": _LINE,
            "from": _FROM,
            "pin": Field(TEXT),
            "to": Field(name_or_number("line"), required=True),
            **_TALK,
        },
        makes="call",
    ),
    Action(
        "reception-call",
        reception_call,
        {
            "member": Field(name_of("member"), required=True),
            "answered_by": Field(name_or_number("line", DESK)),
            **_TALK,
        },
        makes="call",
    ),
)
