"""What the operator's office does with lines: interruptions, suspensions, transfers, checks of the month."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.fields import MONTH, TEXT, Field, name_of, names_of

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

ALL = "all"
HALTS = ("interruptions", "restrictions")
NONE_THERE = 0
"""The reference of what is not there, so that the service says so."""


def interrupt(world: "World", step: "Step") -> None:
    """Interrupt the service on all lines or some; by staff."""
    reason = step.text("reason") or world.deployment.interruption_reasons[0]
    body = {"lines": _references(world, step.texts("lines")), "reason": reason}
    world.api("POST", "/api/interruptions", body, by=step.by or "staff")


def restrict(world: "World", step: "Step") -> None:
    """From now on serve priority lines only, which are those that the step names; by staff."""
    for field in ("lines", "priority"):
        for name in step.texts(field):
            if name != ALL:
                path = f"/api/lines/{world.line(name).reference}/priority"
                world.api("PUT", path, {"is_priority": True}, by=step.by or "staff")
    world.api("POST", "/api/restrictions", {"lines": ALL}, by=step.by or "staff")


def resume(world: "World", step: "Step") -> None:
    """End every interruption and restriction that lasts; by staff."""
    lasting = [
        f"/api/{kind}/{halt['id']}/end"
        for kind in HALTS
        for halt in world.all_pages(f"/api/{kind}")
        if halt["ended_at"] is None
    ]
    for path in lasting or [f"/api/{HALTS[0]}/{NONE_THERE}/end"]:
        world.api("POST", path, None, by=step.by or "staff")


def confirm_number_removed(world: "World", step: "Step") -> None:
    """The number is off web pages and papers; by the member."""
    line = world.line(step.text("line"))
    path = f"/api/lines/{line.reference}/confirm-number-removed"
    world.api("POST", path, None, by=step.by or line.holder)


def transfer_line(world: "World", step: "Step") -> None:
    """Hand a number to another member; by the member who has it."""
    line, to = world.line(step.text("line")), world.member(step.text("to"))
    path = f"/api/lines/{line.reference}/transfer"
    world.api("POST", path, {"member_id": to.reference}, by=step.by or line.holder)


def suspend_line(world: "World", step: "Step") -> None:
    """Suspend a line; by staff. A breach that was reported on the line is the ground where the reason is one."""
    line = world.line(step.text("line"))
    reason = step.text("reason") or world.deployment.suspension_reasons[0]
    body: dict[str, Any] = {"reason": reason}
    if reason == "prohibited-act" and line.reference in world.breaches:
        body["prohibited_act_id"] = world.breaches[line.reference]
    world.api("POST", f"/api/lines/{line.reference}/suspend", body, by=step.by or "staff")


def lift_suspension(world: "World", step: "Step") -> None:
    line = world.line(step.text("line"))
    world.api("POST", f"/api/lines/{line.reference}/lift-suspension", None, by=step.by or "staff")


def reconcile(world: "World", step: "Step") -> None:
    """Compare a month with the carrier's own records; by billing staff."""
    body = {"month": step.text("month", world.month)}
    world.api("POST", "/api/reconciliations", body, by=step.by or "billing")


def _references(world: "World", names: tuple[str, ...]) -> list[int] | str:
    if not names or ALL in names:
        return ALL
    return [world.line(name).reference for name in names]


_LINE = Field(name_of("line"), required=True)
_LINES = Field(names_of("line", ALL))

ACTIONS = (
    Action("interrupt", interrupt, {"lines": _LINES, "reason": Field(TEXT)}),
    Action("restrict", restrict, {"lines": _LINES, "priority": _LINES}),
    Action("resume", resume, {}),
    Action("confirm-number-removed", confirm_number_removed, {"line": _LINE}),
    Action("transfer-line", transfer_line, {"line": _LINE, "to": Field(name_of("member"), required=True)}),
    Action("suspend-line", suspend_line, {"line": _LINE, "reason": Field(TEXT)}),
    Action("lift-suspension", lift_suspension, {"line": _LINE}),
    Action("reconcile", reconcile, {"month": Field(MONTH)}),
)
