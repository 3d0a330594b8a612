"""Actions that make members, or do not."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.actions.identity import check_identity
from app.simulate.actions.own_words import listed_or_last
from app.simulate.fields import DAY, OFFICE, TEXT, TEXTS, Field, integer, name_of, word, words

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_SEATS = 1000
OF_AGE = "1990-04-01"
PARTS = (
    "registration",
    "confirmation",
    "terms",
    "declarations",
    "identity",
    "evidence",
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
        _verify(world, step, member)
    world.paying.begin(step, member)
    return member


def apply(world: "World", step: "Step") -> str | None:
    """Somebody with an account applies on their own page; who has none comes with everything in writing, and staff
    enter it."""
    if step.has("member"):
        return _apply_on_page(world, step)
    member = _entered(world, step, "/api/applications")
    _verify(world, step, member)
    return member


def approve(world: "World", step: "Step") -> None:
    member = world.member(step.text("member"))
    world.api("POST", f"/api/members/{member.reference}/approve", None, by=step.by or "staff")


def refuse(world: "World", step: "Step") -> None:
    """Refuse an application for a reason of the operator's; by staff."""
    member = world.member(step.text("member"))
    reasons = world.deployment.refusal_reasons
    body = {"reason": listed_or_last(step, "reason", reasons, "reason-unknown")}
    world.api("POST", f"/api/members/{member.reference}/refuse", body, by=step.by or "staff")


def link_card(world: "World", step: "Step") -> None:
    """By the member, with the reference that an app read from the card."""
    name = step.text("member")
    body = {"card": step.text("card", linked_card(name))}
    path = f"/api/members/{world.member(name).reference}/linked-card"
    world.api("PUT", path, body, by=step.by or name)


def remove_employee(world: "World", step: "Step") -> None:
    """By the company that the member belongs to."""
    reference = world.member(step.text("member")).reference
    shown = world.pages(f"/api/members/{reference}")
    company = world.references.name("member", str(shown["company_id"]))
    by = step.by or (company if company in world.references.names("member") else "staff")
    world.api("POST", f"/api/members/{reference}/leave-company", None, by=by)


def rename_company(world: "World", step: "Step") -> None:
    """By the member."""
    name = step.text("member")
    path = f"/api/members/{world.member(name).reference}/details"
    world.api("PATCH", path, {"company_name": step.text("name")}, by=step.by or name)


def _apply_on_page(world: "World", step: "Step") -> str | None:
    name = step.text("member")
    member = world.member(name)
    body = _particulars(world, step, kind=step.text("kind", "person"))
    if step.has("plan"):
        body["plan"] = step.text("plan")
    if step.text("plan") in world.deployment.company_plans and not step.has("company_code"):
        body["company_name"] = step.text("name", name)
    path = f"/api/members/{member.reference}/applications"
    created = world.api("POST", path, body, by=step.by or name)
    if step.text("plan") in world.deployment.evidence_plans and "evidence" not in step.texts("without"):
        shown = {"evidence": "seen by staff"}
        world.api("POST", f"/api/members/{member.reference}/evidence", shown, by="staff")
    return world.enter_member(created, world.label) if step.as_ is not None else None


def _entered(world: "World", step: "Step", path: str) -> str:
    left_out = step.texts("without")
    office = step.fields.get("office", {"place": world.deployment.default_office})
    assert isinstance(office, dict)
    label, plan = world.label, step.text("plan")
    kind = step.text("kind", _usual_kind(world, step))
    body: dict[str, Any] = {
        **_particulars(world, step, kind=kind),
        "plan": plan,
        "kind": kind,
        "name": step.text("name", label),
        "email": step.text("email", f"{label}@example.jp"),
        "office": office["place"],
    }
    if "registration" not in left_out:
        body["password"] = world.deployment.password
    if plan in world.deployment.evidence_plans and "evidence" not in left_out:
        body["evidence"] = "seen by staff"
    if _needs_card(world, step, kind) and "card" not in left_out:
        body["card"] = linked_card(label)
    capacity = step.fields.get("capacity", office.get("capacity"))
    if capacity is not None:
        body["capacity"] = capacity
    if kind == "company":
        body["representative"] = f"{label} representative"
    return world.enter_member(world.api("POST", path, body, by=step.by or "staff"), label)


def _particulars(world: "World", step: "Step", *, kind: str) -> dict[str, Any]:
    left_out = step.texts("without")
    declared = step.texts("declarations") if step.has("declarations") else world.deployment.declarations
    starts_on = step.day("starts_on") or world.today
    body: dict[str, Any] = {
        "starts_on": starts_on.isoformat(),
        "options": list(step.texts("options")),
        "declarations": [] if "declarations" in left_out else list(declared),
        "accepts_terms": "terms" not in left_out,
    }
    if kind == "person":
        body["birth_date"] = str(step.day("birth_date") or OF_AGE)
    if step.has("pay_by"):
        body["pay_by"] = step.text("pay_by")
    if step.has("brand"):
        body["brand"] = step.text("brand")
    if step.has("company_code"):
        body.update(_company(world, step.text("company_code")))
    return body


def _company(world: "World", code: str) -> dict[str, Any]:
    """The code as it stands, or what a member of that name gives its people: its code, or its place on the list."""
    if code not in world.references.names("member"):
        return {"company_code": code}
    shown = world.pages(f"/api/members/{world.member(code).reference}")
    if shown["contract_code"] is not None:
        return {"company_code": shown["contract_code"]}
    return {"company_id": shown["id"]}


def _usual_kind(world: "World", step: "Step") -> str:
    of_company = step.text("plan") in world.deployment.company_plans and not step.has("company_code")
    return "company" if of_company else "person"


def _needs_card(world: "World", step: "Step", kind: str) -> bool:
    joins = step.has("company_code") and bool(world.deployment.card_plans)
    return kind == "person" and (joins or step.text("plan") in world.deployment.card_plans)


def linked_card(name: str) -> str:
    """What an app reads from the My Number Card of somebody of that name."""
    return f"card of {name}"


def _verify(world: "World", step: "Step", member: str) -> None:
    check_identity(world, member, by=step.by or "staff")


_MEMBER = Field(name_of("member"), required=True)
_PERSON = {
    "kind": Field(word("person", "company")),
    "name": Field(TEXT),
    "email": Field(TEXT),
    "birth_date": Field(DAY),
    "starts_on": Field(DAY),
    "options": Field(TEXTS),
    "pay_by": Field(TEXT),
    "brand": Field(TEXT),
    "company_code": Field(TEXT),
    "declarations": Field(TEXTS),
    "office": Field(OFFICE),
    "capacity": Field(integer(1, MOST_SEATS)),
    "without": Field(words(*PARTS)),
}

ACTIONS = (
    Action(
        "join",
        join,
        {
            "plan": Field(TEXT, required=True),
            "pays": Field(word("by-means", "never", "by-hand")),
            **_PERSON,
        },
        makes="member",
    ),
    Action(
        "apply",
        apply,
        {"member": Field(name_of("member")), "plan": Field(TEXT), **_PERSON},
        makes="member",
        one_of=("plan", "company_code"),
    ),
    Action("approve", approve, {"member": _MEMBER}),
    Action("refuse", refuse, {"member": _MEMBER, "reason": Field(TEXT)}),
    Action("link-card", link_card, {"member": _MEMBER, "card": Field(TEXT)}),
    Action("remove-employee", remove_employee, {"member": _MEMBER}),
    Action("rename-company", rename_company, {"member": _MEMBER, "name": Field(TEXT, required=True)}),
)
