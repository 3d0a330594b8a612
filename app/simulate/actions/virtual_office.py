"""Actions on the operator's address: registrations, certificates, what is seen to at the end, misuse."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.fields import BOOLEAN, TEXT, Field, name_of
from app.simulate.scenario import ANYONE

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World


def request_certificate(world: "World", step: "Step") -> str:
    """By the member; `kind` is a use of the address, or a word for one."""
    name = step.text("member")
    use = _use(world, step) if step.has("kind") else None
    body = {} if use is None else {"use": use}
    path = f"/api/members/{world.member(name).reference}/address-certificates"
    return str(world.api("POST", path, body, by=step.by or name)["id"])


def _use(world: "World", step: "Step") -> str | None:
    """The use that `kind` names, or the one that shares most words with it; None where none does, which leaves it to
    the service. A step that is about just that is left as it is."""
    word, uses = step.text("kind"), world.deployment.address_uses
    if word in uses or not uses or step.refused == "validation-failed":
        return word
    said = set(word.split("-"))
    shared = {name: len(said & {kind, *name.split("-")}) for name, kind in uses.items()}
    nearest = max(shared, key=lambda name: shared[name])
    return nearest if shared[nearest] else None


def check_certificate(world: "World", step: "Step") -> None:
    """By anybody who holds the paper."""
    reference = world.references.reference("certificate", step.text("certificate"))
    code = world.pages(f"/api/address-certificates/{reference}")["code"]
    path = f"/api/published/{world.deployment.operator}/address-certificates/{code}"
    world.api("GET", path, None, by=step.by or ANYONE)


def declare_registration(world: "World", step: "Step") -> str:
    """By the member, beforehand; of the company of that name."""
    name = step.text("member")
    body: dict[str, Any] = {}
    if step.has("company"):
        body["registered_name"] = step.text("company")
    if step.has("use"):
        body["use"] = step.text("use")
    path = f"/api/members/{world.member(name).reference}/address-registrations"
    return str(world.api("POST", path, body, by=step.by or name)["id"])


def prove_registration(world: "World", step: "Step") -> None:
    """Staff have seen the registry's extract."""
    body = {"proof": step.text("proof", "certificate of registered matters")}
    path = f"/api/members/{world.member(step.text('member')).reference}/prove-registration"
    world.api("POST", path, body, by=step.by or "staff")


def settle_exit_step(world: "World", step: "Step") -> None:
    """Staff have seen that a step of the member's exit is done."""
    reference = world.member(step.text("member")).reference
    found = world.pages("/api/exit-cases", member_id=str(reference), limit="200")["items"]
    case = found[-1]["id"] if found else 0
    body = {"evidence": step.text("evidence", "seen by staff")}
    world.api("POST", f"/api/exit-cases/{case}/steps/{step.text('step')}", body, by=step.by or "staff")


def record_misuse(world: "World", step: "Step") -> str:
    """Staff found the address where the service is not had."""
    body: dict[str, Any] = {
        "name": step.text("name", step.text("member") or world.label),
        "where_found": step.text("where", "https://example.jp"),
        "charges": step.flag("charges", False),
    }
    if step.has("member"):
        body["member_id"] = world.member(step.text("member")).reference
    return str(world.api("POST", "/api/address-misuses", body, by=step.by or "staff")["id"])


_MEMBER = Field(name_of("member"), required=True)

ACTIONS = (
    Action(
        "request-certificate",
        request_certificate,
        {"member": _MEMBER, "kind": Field(TEXT)},
        makes="certificate",
    ),
    Action(
        "check-certificate",
        check_certificate,
        {"certificate": Field(name_of("certificate"), required=True)},
    ),
    Action(
        "declare-registration",
        declare_registration,
        {"member": _MEMBER, "company": Field(TEXT), "use": Field(TEXT)},
        makes="registration",
    ),
    Action("prove-registration", prove_registration, {"member": _MEMBER, "proof": Field(TEXT)}),
    Action(
        "settle-exit-step",
        settle_exit_step,
        {"member": _MEMBER, "step": Field(TEXT, required=True), "evidence": Field(TEXT)},
    ),
    Action(
        "record-misuse",
        record_misuse,
        {
            "member": Field(name_of("member")),
            "name": Field(TEXT),
            "where": Field(TEXT),
            "charges": Field(BOOLEAN),
        },
        makes="misuse",
    ),
)
