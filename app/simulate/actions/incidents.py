"""What happens at the place and what the office does about it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.actions.own_words import listed_or_last
from app.simulate.fields import DAY, MOMENT, TEXT, Field, integer, name_of, word

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_YEN = 100_000_000
DEFAULT_REASON = "breach"


def report_breach(world: "World", step: "Step") -> None:
    """Record a prohibited act on a line, or on the first line of a member; of a member without one, on the member; by
    staff."""
    lines = world.lines_of(step.text("member")) if step.has("member") else []
    if step.has("line"):
        lines = [world.line(step.text("line"))]
    body = {
        "kind": listed_or_last(step, "kind", world.deployment.prohibited_acts, "prohibited-act-unknown"),
        "happened_on": (step.day("happened_on") or world.today).isoformat(),
        "evidence": step.text("evidence", step.text("kind")),
    }
    if not lines:
        member = world.member(step.text("member")).reference
        world.api("POST", f"/api/members/{member}/breaches", body, by=step.by or "staff")
        return
    line = lines[0].reference
    act = world.api("POST", f"/api/lines/{line}/prohibited-acts", body, by=step.by or "staff")
    world.breaches[line] = int(act["id"])


def limit(world: "World", step: "Step") -> None:
    """By staff."""
    _measure(world, step, "limit")


def lift_limit(world: "World", step: "Step") -> None:
    member = world.member(step.text("member")).reference
    world.api("POST", f"/api/members/{member}/lift-limit", None, by=step.by or "staff")


def strike(world: "World", step: "Step") -> None:
    """By staff."""
    _measure(world, step, "strike")


def refuse_service(world: "World", step: "Step") -> None:
    """By staff."""
    _measure(world, step, "service-refusals")


def record_activity(world: "World", step: "Step") -> None:
    """What staff saw a member do."""
    member = world.member(step.text("member")).reference
    body = {"note": step.text("note", world.label)}
    world.api("POST", f"/api/members/{member}/activity", body, by=step.by or "staff")


def leave_behind(world: "World", step: "Step") -> str:
    """A thing is left behind; staff find and enter it."""
    body: dict[str, Any] = {"thing": step.text("thing", world.label)}
    if step.has("member"):
        body["owner_id"] = world.member(step.text("member")).reference
    for field in ("place", "site"):
        if step.has(field):
            body["place"] = step.text(field)
    found_on = step.day("found_on")
    if found_on is not None:
        body["found_on"] = found_on.isoformat()
    return str(world.api("POST", "/api/lost-things", body, by=step.by or "staff")["id"])


def dispose_thing(world: "World", step: "Step") -> None:
    """By billing staff, for it may cost the member something."""
    path = f"/api/lost-things/{_reference(world, step)}/dispose"
    world.api("POST", path, {"cost": step.whole("cost", 0)}, by=step.by or "staff")


def collect_thing(world: "World", step: "Step") -> None:
    """The owner comes; by staff."""
    path = f"/api/lost-things/{_reference(world, step)}/hand-back"
    world.api("POST", path, None, by=step.by or "staff")


def report_damage(world: "World", step: "Step") -> None:
    """By the member; where the step names an amount, staff charge it."""
    member = step.text("member")
    body: dict[str, Any] = {
        "member_id": world.member(member).reference,
        "what": step.text("what", world.label),
    }
    damage = world.api("POST", "/api/damages", body, by=step.by or member)
    if step.has("amount"):
        path = f"/api/damages/{damage['id']}/charge"
        world.api("POST", path, {"amount": step.whole("amount", 0)}, by="staff")


def ask_office(world: "World", step: "Step") -> None:
    """By the member; where the step names an answer, staff give it."""
    member = step.text("member")
    body = {
        "member_id": world.member(member).reference,
        "category": step.text("category", "other"),
        "question": step.text("question", world.label),
    }
    inquiry = world.api("POST", "/api/inquiries", body, by=step.by or member)
    if step.has("answer"):
        path = f"/api/inquiries/{inquiry['id']}/answer"
        world.api("POST", path, {"answer": step.text("answer")}, by="staff")


def report_fault(world: "World", step: "Step") -> None:
    """By the member."""
    body = {
        "kind": step.text("kind", "fault"),
        "what": step.text("what", world.label),
        "place": step.text("place", "-"),
    }
    world.api("POST", "/api/fault-reports", body, by=step.by or step.text("member"))


def stop_service(world: "World", step: "Step") -> str:
    """Log a stop; by staff."""
    what, reason = step.text("what", world.label), step.text("reason", world.label)
    body: dict[str, Any] = {
        "what": {"ja": what, "en": what},
        "reason": {"ja": reason, "en": reason},
    }
    for field in ("starts_at", "ends_at"):
        moment = step.fields.get(field)
        if isinstance(moment, datetime):
            body[field] = world.instant(moment).isoformat()
    return str(world.api("POST", "/api/service-stops", body, by=step.by or "staff")["id"])


def end_stop(world: "World", step: "Step") -> None:
    reference = world.references.reference("service-stop", step.text("stop"))
    world.api("POST", f"/api/service-stops/{reference}/end", None, by=step.by or "staff")


def _measure(world: "World", step: "Step", path: str) -> None:
    member = world.member(step.text("member")).reference
    body = {"reason": step.text("reason", DEFAULT_REASON)}
    world.api("POST", f"/api/members/{member}/{path}", body, by=step.by or "staff")


def _reference(world: "World", step: "Step") -> str:
    return world.references.reference("lost-thing", step.text("thing")) or "0"


_MEMBER = Field(name_of("member"), required=True)
_REASONED = {"member": _MEMBER, "reason": Field(TEXT)}
_THING = Field(name_of("lost-thing"), required=True)

ACTIONS = (
    Action(
        "report-breach",
        report_breach,
        {
            "member": Field(name_of("member")),
            "line": Field(name_of("line")),
            "kind": Field(TEXT, required=True),
            "happened_on": Field(DAY),
            "evidence": Field(TEXT),
        },
        one_of=("member", "line"),
    ),
    Action("limit", limit, _REASONED),
    Action("lift-limit", lift_limit, {"member": _MEMBER}),
    Action("strike", strike, _REASONED),
    Action("refuse-service", refuse_service, _REASONED),
    Action("record-activity", record_activity, {"member": _MEMBER, "note": Field(TEXT)}),
    Action(
        "leave-behind",
        leave_behind,
        {
            "member": Field(name_of("member")),
            "thing": Field(TEXT),
            "place": Field(TEXT),
            "site": Field(TEXT),
            "found_on": Field(DAY),
        },
        makes="lost-thing",
    ),
    Action("dispose-thing", dispose_thing, {"thing": _THING, "cost": Field(integer(0, MOST_YEN))}),
    Action("collect-thing", collect_thing, {"thing": _THING}),
    Action(
        "report-damage",
        report_damage,
        {"member": _MEMBER, "what": Field(TEXT), "amount": Field(integer(1, MOST_YEN))},
    ),
    Action(
        "ask-office",
        ask_office,
        {"member": _MEMBER, "category": Field(TEXT), "question": Field(TEXT), "answer": Field(TEXT)},
    ),
    Action(
        "report-fault",
        report_fault,
        {
            "member": _MEMBER,
            "kind": Field(word("fault", "accident")),
            "what": Field(TEXT),
            "place": Field(TEXT),
        },
    ),
    Action(
        "stop-service",
        stop_service,
        {
            "what": Field(TEXT),
            "reason": Field(TEXT),
            "starts_at": Field(MOMENT),
            "ends_at": Field(MOMENT),
        },
        makes="service-stop",
    ),
    Action("end-stop", end_stop, {"stop": Field(name_of("service-stop"), required=True)}),
)
