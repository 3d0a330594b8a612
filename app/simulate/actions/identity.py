"""Actions on the identity of members."""

from typing import TYPE_CHECKING

from app.simulate.actions.declaration import Action
from app.simulate.fields import TEXT, Field, name_of

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

DEFAULT_METHOD = "in-person"


def verify_identity(world: "World", step: "Step") -> None:
    """Staff record that the member's identity was confirmed."""
    member = world.member(step.text("member"))
    world.api(
        "POST",
        f"/api/members/{member.reference}/identity-records",
        {"method": step.text("method", DEFAULT_METHOD)},
        by=step.by or "staff",
    )


ACTIONS = (
    Action(
        "verify-identity",
        verify_identity,
        {"member": Field(name_of("member"), required=True), "method": Field(TEXT), "document": Field(TEXT)},
    ),
)
