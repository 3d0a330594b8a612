"""Actions that make members, or do not."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.actions.identity import DEFAULT_METHOD
from app.simulate.fields import DAY, OFFICE, TEXT, TEXTS, Field, integer, name_of, word, words

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_SEATS = 1000
PARTS = (
    "registration",
    "confirmation",
    "terms",
    "declarations",
    "identity",
    "base-address",
    "card",
    "approval",
    "payment",
)
"""What `without` may leave out of a joining."""


def join(world: "World", step: "Step") -> str:
    """Everything that the operator's rules ask of a new member, as staff enter it at the counter."""
    left_out = step.texts("without")
    path = "/api/members" if "approval" not in left_out else "/api/applications"
    member = _entered(world, step, path)
    if "identity" not in left_out:
        world.api(
            "POST",
            f"/api/members/{member}/identity-records",
            {"method": DEFAULT_METHOD},
            by=step.by or "staff",
        )
    return member


def apply(world: "World", step: "Step") -> str:
    """Somebody wants to be a member; staff enter what came in writing, with the identity record that came with it."""
    member = _entered(world, step, "/api/applications")
    path = f"/api/members/{member}/identity-records"
    world.api("POST", path, {"method": DEFAULT_METHOD}, by=step.by or "staff")
    return member


def approve(world: "World", step: "Step") -> None:
    member = world.member(step.text("member"))
    world.api("POST", f"/api/members/{member.reference}/approve", None, by=step.by or "staff")


def refuse(world: "World", step: "Step") -> None:
    """Refuse an application for a reason of the operator's; by staff."""
    member = world.member(step.text("member"))
    body = {"reason": step.text("reason")}
    world.api("POST", f"/api/members/{member.reference}/refuse", body, by=step.by or "staff")


def _entered(world: "World", step: "Step", path: str) -> str:
    office = step.fields.get("office", {"place": world.deployment.default_office})
    assert isinstance(office, dict)
    kind = step.text("kind", "person")
    label = world.label
    starts_on = step.day("starts_on") or world.today
    body: dict[str, Any] = {
        "plan": step.text("plan"),
        "kind": kind,
        "name": step.text("name", label),
        "email": step.text("email", f"{label}@example.jp"),
        "office": office["place"],
        "starts_on": starts_on.isoformat(),
        "password": world.deployment.password,
    }
    capacity = step.fields.get("capacity", office.get("capacity"))
    if capacity is not None:
        body["capacity"] = capacity
    if kind == "company":
        body["representative"] = f"{label} representative"
    return world.enter_member(world.api("POST", path, body, by=step.by or "staff"), label)


_MEMBER = Field(name_of("member"), required=True)
_PERSON = {
    "plan": Field(TEXT, required=True),
    "kind": Field(word("person", "company")),
    "name": Field(TEXT),
    "email": Field(TEXT),
    "starts_on": Field(DAY),
    "options": Field(TEXTS),
    "pay_by": Field(TEXT),
    "office": Field(OFFICE),
    "capacity": Field(integer(1, MOST_SEATS)),
}

ACTIONS = (
    Action(
        "join",
        join,
        {**_PERSON, "pays": Field(word("by-means", "never", "by-hand")), "without": Field(words(*PARTS))},
        makes="member",
    ),
    Action("apply", apply, _PERSON, makes="member"),
    Action("approve", approve, {"member": _MEMBER}),
    Action("refuse", refuse, {"member": _MEMBER, "reason": Field(TEXT, required=True)}),
)
