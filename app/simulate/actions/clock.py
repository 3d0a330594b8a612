"""Actions on the clock and on the result."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.simulate.actions.declaration import Action
from app.simulate.fields import MOMENT, TEXTS, Field, integer, number

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_DAYS = 36_500


def wait(world: "World", step: "Step") -> None:
    """Move the clock on; everything that is due on the way is done."""
    until = step.fields.get("until")
    if isinstance(until, datetime):
        world.advance_to(world.instant(until))
    if step.has("days") or step.has("hours"):
        days, hours = step.whole("days", 0), step.amount("hours")
        world.advance_to(world.now + timedelta(days=days, hours=float(hours)))


def expect(world: "World", step: "Step") -> None:
    """Hold what the step says against the result so far."""
    world.check(step.expectations)


ACTIONS = (
    Action(
        "wait",
        wait,
        {
            "until": Field(MOMENT),
            "days": Field(integer(0, MOST_DAYS)),
            "hours": Field(number(MOST_DAYS * 24)),
        },
        one_of=("until", "days", "hours"),
    ),
    Action("expect", expect, {"that": Field(TEXTS, required=True)}),
)
