"""Actions on lines and calls."""

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from app.simulate.actions.declaration import Action, Refused
from app.simulate.fields import (
    BOOLEAN,
    MONTH,
    SECONDS,
    TEXT,
    TEXTS,
    Field,
    integer,
    name_of,
    name_or_number,
    word,
)

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import Order, Which, World

LONGEST_RING_SECONDS = 600
MOST_CARRIER_REPEATS = 100
DEFAULT_ANSWERS_AFTER_SECONDS = 5
DEFAULT_TALKS_SECONDS = 60
NO_FREE_NUMBER = "no-free-number"


def rent_line(world: "World", step: "Step") -> str:
    """Rent a line for the member; by the member."""
    member = world.member(step.text("member"))
    body: dict[str, Any] = {
        "member_id": member.reference,
        "line_plan": step.text("line_plan"),
    }
    fields = ("area_code", "starts_month", "base_address", "number")
    body |= {name: step.text(name) for name in fields if step.has(name)}
    actor = step.by or step.text("member")
    try:
        line = world.api("POST", "/api/lines", body, by=actor)
    except Refused as refused:
        # What is in stock is no subject of a scenario, unless it says so.
        if refused.code != NO_FREE_NUMBER or step.refused == NO_FREE_NUMBER:
            raise
        world.restock(step.text("area_code") or member.area_code)
        line = world.api("POST", "/api/lines", body, by=actor)
    return world.enter_line(line, world.label, step.text("member"))


def register_phone(world: "World", step: "Step") -> None:
    line = world.line(step.text("line"))
    body = {"number": step.text("number")}
    world.api("POST", f"/api/lines/{line.reference}/registered-phones", body, by=step.by or line.holder)


def unregister_phone(world: "World", step: "Step") -> None:
    line = world.line(step.text("line"))
    number = quote(step.text("number"), safe="")
    world.api(
        "DELETE", f"/api/lines/{line.reference}/registered-phones/{number}", None, by=step.by or line.holder
    )


def set_forwarding(world: "World", step: "Step") -> None:
    """Change what the step names and leave the rest of the setting as it is."""
    line = world.line(step.text("line"))
    path = f"/api/lines/{line.reference}/forwarding"
    setting: dict[str, Any] = {
        name: step.fields[name] for name in ("on", "strategy", "press_one") if step.has(name)
    }
    if step.has("to"):
        setting["to"] = [{"number": world.number(to)} for to in step.texts("to")]
        # The first destinations of a line are set in order to be used.
        if line.reference not in world.forwarded:
            setting.setdefault("on", True)
    if step.has("ring_seconds"):
        present = setting.get("to") or world.pages(path)["to"]
        setting["to"] = [{**to, "ring_seconds": step.fields["ring_seconds"]} for to in present]
    world.api("PUT", path, setting, by=step.by or line.holder)
    world.forwarded.add(line.reference)


def call(world: "World", step: "Step") -> str:
    """A call from outside begins; what comes of it comes while the clock runs on."""
    return world.dial(
        caller=step.text("from"),
        to=step.text("to"),
        answered_by=step.text("answered_by") or None,
        after_seconds=step.whole("after", DEFAULT_ANSWERS_AFTER_SECONDS),
        talks_seconds=step.whole("talks", DEFAULT_TALKS_SECONDS),
        callee_hangs_up=step.text("hangs_up", "caller") == "callee",
        accepts=step.flag("accepts", True),
    )


def carrier_repeats(world: "World", step: "Step") -> None:
    """The carrier sends again what it sent for a call."""
    world.repeat_webhooks(
        step.text("call"),
        which=cast("Which", step.text("which", "all")),
        times=step.whole("times", 1),
        order=cast("Order", step.text("order", "same")),
        drop=list(step.texts("drop")),
    )


def end_line(world: "World", step: "Step") -> None:
    """Notice to end the line; by the member."""
    line = world.line(step.text("line"))
    world.api("POST", f"/api/lines/{line.reference}/end", {}, by=step.by or line.holder)


_LINE = Field(name_of("line"), required=True)
_NUMBER = Field(TEXT, required=True)

ACTIONS = (
    Action(
        "rent-line",
        rent_line,
        {
            "member": Field(name_of("member"), required=True),
            "line_plan": Field(TEXT, required=True),
            "area_code": Field(TEXT),
            "starts_month": Field(MONTH),
            "base_address": Field(TEXT),
            "number": Field(TEXT),
        },
        makes="line",
    ),
    Action("register-phone", register_phone, {"line": _LINE, "number": _NUMBER}),
    Action("unregister-phone", unregister_phone, {"line": _LINE, "number": _NUMBER}),
    Action(
        "set-forwarding",
        set_forwarding,
        {
            "line": _LINE,
            "via": Field(word("web", later=("ivr", "sms"))),
            "on": Field(BOOLEAN),
            "to": Field(TEXTS),
            "strategy": Field(word("in-turn", "at-once")),
            "ring_seconds": Field(integer(1, LONGEST_RING_SECONDS)),
            "press_one": Field(BOOLEAN),
        },
    ),
    Action(
        "call",
        call,
        {
            "from": Field(name_or_number("line"), required=True),
            "to": Field(name_or_number("line"), required=True),
            "answered_by": Field(name_or_number("line")),
            "after": Field(SECONDS),
            "talks": Field(SECONDS),
            "hangs_up": Field(word("caller", "callee")),
            "accepts": Field(BOOLEAN),
        },
        makes="call",
    ),
    Action("end-line", end_line, {"line": _LINE}),
    Action(
        "carrier-repeats",
        carrier_repeats,
        {
            "call": Field(name_of("call"), required=True),
            "which": Field(word("all", "voice", "status")),
            "times": Field(integer(1, MOST_CARRIER_REPEATS)),
            "order": Field(word("same", "reversed", "shuffled")),
            "drop": Field(TEXTS),
        },
    ),
)
