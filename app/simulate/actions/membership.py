"""Actions that make members."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.actions.identity import DEFAULT_METHOD
from app.simulate.fields import DAY, OFFICE, TEXT, TEXTS, Field, integer, word, words

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

DEFAULT_OFFICE = "tokyo"
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
    office = step.fields.get("office", {"place": DEFAULT_OFFICE})
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
    created = world.api("POST", "/api/members", body, by=step.by or "staff")
    member = world.enter_member(created, label)
    if "identity" not in left_out:
        world.api(
            "POST",
            f"/api/members/{member}/identity-records",
            {"method": DEFAULT_METHOD},
            by=step.by or "staff",
        )
    return member


ACTIONS = (
    Action(
        "join",
        join,
        {
            "plan": Field(TEXT, required=True),
            "kind": Field(word("person", "company")),
            "name": Field(TEXT),
            "email": Field(TEXT),
            "starts_on": Field(DAY),
            "options": Field(TEXTS),
            "pay_by": Field(TEXT),
            "pays": Field(word("by-means", "never", "by-hand")),
            "office": Field(OFFICE),
            "capacity": Field(integer(1, MOST_SEATS)),
            "without": Field(words(*PARTS)),
        },
        makes="member",
    ),
)
