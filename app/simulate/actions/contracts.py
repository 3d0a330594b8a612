"""What members agree to over time: plans, options, suspensions, leaving."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.fields import DAY, MONTH, TEXT, Field, integer, name_of

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_MONTHS = 24


def change_plan(world: "World", step: "Step") -> None:
    """By the member."""
    body = {"plan": step.text("plan")}
    if step.has("from_month"):
        body["from_month"] = step.text("from_month")
    if step.has("evidence"):
        body["evidence"] = step.text("evidence")
    _ask(world, step, "change-plan", body)


def add_option(world: "World", step: "Step") -> None:
    """By the member."""
    _ask(world, step, "options", {"option": step.text("option")})


def rent_locker(world: "World", step: "Step") -> None:
    """By the member; a locker of a size is an option."""
    _ask(world, step, "options", {"option": f"locker-{step.text('size')}"})


def drop_option(world: "World", step: "Step") -> None:
    """By the member."""
    _ask(world, step, "drop-option", {"option": step.text("option")})


def suspend(world: "World", step: "Step") -> None:
    """By the member."""
    _ask(world, step, "pause", {"months": step.whole("months", 1)})


def come_back(world: "World", step: "Step") -> None:
    """By the member."""
    on = step.day("on")
    _ask(world, step, "return", {"on": on.isoformat()} if on is not None else {})


def leave(world: "World", step: "Step") -> None:
    """By the member."""
    _ask(world, step, "leave", {"on_month": step.text("on_month")} if step.has("on_month") else {})


def address_moved(world: "World", step: "Step") -> None:
    """Staff record the proof."""
    member = world.member(step.text("member"))
    body = {"proof": step.text("proof", "certificate of registered matters")}
    world.api("POST", f"/api/members/{member.reference}/address-moved", body, by=step.by or "staff")


def _ask(world: "World", step: "Step", what: str, body: dict[str, Any]) -> None:
    name = step.text("member")
    world.api("POST", f"/api/members/{world.member(name).reference}/{what}", body, by=step.by or name)


_MEMBER = Field(name_of("member"), required=True)
_OPTION = {"member": _MEMBER, "option": Field(TEXT, required=True)}

ACTIONS = (
    Action(
        "change-plan",
        change_plan,
        {
            "member": _MEMBER,
            "plan": Field(TEXT, required=True),
            "from_month": Field(MONTH),
            "evidence": Field(TEXT),
        },
    ),
    Action("add-option", add_option, _OPTION),
    Action("drop-option", drop_option, _OPTION),
    Action("rent-locker", rent_locker, {"member": _MEMBER, "size": Field(TEXT, required=True)}),
    Action("suspend", suspend, {"member": _MEMBER, "months": Field(integer(1, MOST_MONTHS))}),
    Action("return", come_back, {"member": _MEMBER, "on": Field(DAY)}),
    Action("leave", leave, {"member": _MEMBER, "on_month": Field(MONTH)}),
    Action("address-moved", address_moved, {"member": _MEMBER, "proof": Field(TEXT)}),
)
