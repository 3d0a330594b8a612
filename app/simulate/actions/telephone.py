"""Actions on lines and calls to them."""

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from app.simulate.actions.declaration import Action, Refused
from app.simulate.fields import (
    ANONYMOUS,
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
from app.simulate.phones import DESK, Talk

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.telephones import Order, Which
    from app.simulate.world import LineEntry, World

MOST_CARRIER_REPEATS = 100
DEFAULT_ANSWERS_AFTER_SECONDS = 5
DEFAULT_TALKS_SECONDS = 60
NO_FREE_NUMBER = "no-free-number"
WITHHELD = "withheld"
"""Says the same of a caller as `ANONYMOUS`, the carrier's word."""
NOT_CONNECTED = ("unanswered", "when_off", "outside_hours")
"""Settings of what callers get who reach nobody."""


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
    body = {"number": step.text("number"), "password": world.deployment.password}
    world.api("POST", f"/api/lines/{line.reference}/registered-phones", body, by=step.by or line.holder)


def unregister_phone(world: "World", step: "Step") -> None:
    line = world.line(step.text("line"))
    number = quote(step.text("number"), safe="")
    world.api(
        "DELETE", f"/api/lines/{line.reference}/registered-phones/{number}", None, by=step.by or line.holder
    )


def call(world: "World", step: "Step") -> str:
    """A call begins; what comes of it comes while the clock runs on."""
    message = step.fields.get("leaves_message")
    assert message is None or isinstance(message, int)
    if message is not None and world.is_line(step.text("to")):
        _offer_voicemail(world, world.line(step.text("to")))
    talk = Talk(
        answered_by=_answering(world, step),
        after_seconds=step.whole("after", DEFAULT_ANSWERS_AFTER_SECONDS),
        seconds=step.whole("talks", DEFAULT_TALKS_SECONDS),
        callee_hangs_up=step.text("hangs_up", "caller") == "callee",
        accepts=step.flag("accepts", True),
        message_seconds=message,
    )
    caller = step.text("from")
    if caller == WITHHELD and not world.is_line(caller):
        caller = ANONYMOUS
    return world.telephones.dial(caller=caller, to=step.text("to"), talk=talk)


def _offer_voicemail(world: "World", line: "LineEntry") -> None:
    """Who leaves a message found a line that takes one: its member sees to that, where no step has said what callers
    get."""
    path = f"/api/lines/{line.reference}/forwarding"
    present = world.pages(path)
    if all(present[case] == "announcement" for case in NOT_CONNECTED):
        world.api("PUT", path, dict.fromkeys(NOT_CONNECTED, "voicemail"), by=line.holder)
        world.catch_up()


def _answering(world: "World", step: "Step") -> str | None:
    """`desk` is the desk phone of the line that is called."""
    answered_by = step.text("answered_by") or None
    if answered_by == DESK and not world.is_line(DESK):
        return step.text("to")
    return answered_by


def carrier_repeats(world: "World", step: "Step") -> None:
    """The carrier sends again what it sent for a call."""
    world.telephones.repeat_webhooks(
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
        "call",
        call,
        {
            "from": Field(name_or_number("line", WITHHELD), required=True),
            "to": Field(name_or_number("line"), required=True),
            "answered_by": Field(name_or_number("line", DESK)),
            "after": Field(SECONDS),
            "talks": Field(SECONDS),
            "hangs_up": Field(word("caller", "callee")),
            "accepts": Field(BOOLEAN),
            "leaves_message": Field(SECONDS),
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
