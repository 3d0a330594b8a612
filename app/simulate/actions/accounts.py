"""Actions of people on their accounts: registering, links in mails, passwords, representatives."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action, Refused
from app.simulate.fields import TEXT, Field, name_of, word
from app.simulate.scenario import ANYONE
from coworking.membership.signing_in.errors import PasswordNeeded

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World


def register(world: "World", step: "Step") -> str | None:
    """Somebody registers; a member where the operator has a plan without a contract. The answer does not tell whether
    the address was known, so the member is looked for in the list."""
    email = step.text("email", f"{world.label}@example.jp")
    kind = step.text("kind", "person")
    body: dict[str, Any] = {
        "operator": world.deployment.operator,
        "email": email,
        "name": step.text("name", world.label),
        "kind": kind,
        "password": world.deployment.password,
    }
    if kind == "company":
        body["representative"] = f"{world.label} representative"
    world.api("POST", "/api/registrations", body, by=step.by or ANYONE)
    found = [row for row in world.all_pages("/api/members") if row["email"] == email and row["kind"] == kind]
    return world.enter_member(found[-1], world.label) if found and step.as_ is not None else None


def confirm_email(world: "World", step: "Step") -> None:
    """Open the link of the latest mail that asks for it: that of a registration, whose password is chosen then where
    there is none, or of a new address."""
    email = _email(world, step)
    try:
        place, path = "confirm", "/api/confirmations"
        token = world.mailed_link(email, place)
    except Refused:
        place, path = "mail-address", "/api/mail-address-confirmations"
        token = world.mailed_link(email, place)
    try:
        world.api("POST", path, {"token": token}, by=step.by or ANYONE)
    except Refused as refused:
        if refused.code != PasswordNeeded.code:
            raise
        chosen = {"token": token, "password": world.deployment.password}
        world.api("POST", path, chosen, by=step.by or ANYONE)


def reset_password(world: "World", step: "Step") -> None:
    """Ask for the links by which the password of every account of the address can be chosen anew."""
    body = {"operator": world.deployment.operator, "email": _email(world, step)}
    world.api("POST", "/api/password-resets", body, by=step.by or ANYONE)


def replace_representative(world: "World", step: "Step") -> None:
    """The company hands its account on; the successor opens the link and chooses a password."""
    name = step.text("member")
    path = f"/api/members/{world.member(name).reference}"
    email = step.text("email", f"successor-{name}@example.jp")
    successor = {
        "email": email,
        "name": step.text("name", f"{name} successor"),
        "password": world.deployment.password,
    }
    answer = world.api("POST", f"{path}/representative", successor, by=step.by or name)
    chosen = {"token": world.mailed_link(email, "confirm"), "password": world.deployment.password}
    world.api("POST", "/api/confirmations", chosen, by=ANYONE)
    world.enter_member({**world.pages(path), **answer}, name)


def _email(world: "World", step: "Step") -> str:
    return step.text("email") if step.has("email") else world.member(step.text("member")).email


ACTIONS = (
    Action(
        "register",
        register,
        {"email": Field(TEXT), "name": Field(TEXT), "kind": Field(word("person", "company"))},
        makes="member",
    ),
    Action(
        "confirm-email",
        confirm_email,
        {"member": Field(name_of("member")), "email": Field(TEXT)},
        one_of=("member", "email"),
    ),
    Action(
        "reset-password",
        reset_password,
        {"member": Field(name_of("member")), "email": Field(TEXT)},
        one_of=("member", "email"),
    ),
    Action(
        "replace-representative",
        replace_representative,
        {"member": Field(name_of("member"), required=True), "email": Field(TEXT), "name": Field(TEXT)},
    ),
)
