"""Reserving spaces, and closing a place in an emergency."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.fields import MOMENT, TEXT, Field, integer, name_of, word

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_PEOPLE = 1000
VIAS = ("site", "app", "phone", "form")
ENTERED_BY_STAFF = ("phone", "form")


def reserve(world: "World", step: "Step") -> str:
    """By the member; staff enter what comes by phone or form."""
    name = step.text("member")
    via = step.text("via", VIAS[0])
    body = {"space": step.text("space"), "via": via, **_times(world, step)}
    if step.has("people"):
        body["people"] = step.whole("people", 1)
    if step.has("pay_by"):
        body["pay_by"] = step.text("pay_by")
    path = f"/api/members/{world.member(name).reference}/reservations"
    usual = "staff" if via in ENTERED_BY_STAFF else name
    return str(world.api("POST", path, body, by=step.by or usual)["id"])


def change_reservation(world: "World", step: "Step") -> None:
    """By the member; of a time that is left out the other end moves along."""
    reservation, holder = _reservation(world, step)
    body: dict[str, Any] = _times(world, step)
    if len(body) == 1:
        _keep_length(world, reservation, body)
    if step.has("people"):
        body["people"] = step.whole("people", 1)
    world.api("POST", f"/api/reservations/{reservation}/change", body, by=step.by or holder)


def cancel_reservation(world: "World", step: "Step") -> None:
    """By the member."""
    reservation, holder = _reservation(world, step)
    world.api("POST", f"/api/reservations/{reservation}/cancel", None, by=step.by or holder)


def close_site(world: "World", step: "Step") -> None:
    """By staff."""
    site = step.text("site", world.deployment.default_office)
    body = {"reason": step.text("reason", world.label or "emergency")}
    world.api("POST", f"/api/sites/{site}/close", body, by=step.by or "staff")


def open_site(world: "World", step: "Step") -> None:
    """By staff."""
    site = step.text("site", world.deployment.default_office)
    world.api("POST", f"/api/sites/{site}/open", None, by=step.by or "staff")


def lend_thing(world: "World", step: "Step") -> str:
    """By staff."""
    member = world.member(step.text("member"))
    body = {"thing": step.text("thing")}
    path = f"/api/members/{member.reference}/lent-things"
    return str(world.api("POST", path, body, by=step.by or "staff")["id"])


def return_thing(world: "World", step: "Step") -> None:
    """To staff."""
    lent = world.references.reference("lent-thing", step.text("lent_thing"))
    world.api("POST", f"/api/lent-things/{lent}/return", None, by=step.by or "staff")


def _times(world: "World", step: "Step") -> dict[str, Any]:
    return {
        key: world.instant(at).isoformat()
        for key, field in (("starts_at", "from"), ("ends_at", "to"))
        if isinstance(at := step.fields.get(field), datetime)
    }


def _keep_length(world: "World", reservation: str, body: dict[str, Any]) -> None:
    shown = world.pages(f"/api/reservations/{reservation}")
    before = {key: datetime.fromisoformat(shown[key]) for key in ("starts_at", "ends_at")}
    length = before["ends_at"] - before["starts_at"]
    if "starts_at" in body:
        body["ends_at"] = (datetime.fromisoformat(body["starts_at"]) + length).isoformat()
    else:
        body["starts_at"] = shown["starts_at"]


def _reservation(world: "World", step: "Step") -> tuple[str, str]:
    """Its reference, and the name of who made it."""
    name = step.text("reservation")
    reference = world.references.reference("reservation", name) or name
    shown = world.pages(f"/api/reservations/{reference}")
    return reference, world.references.name("member", str(shown["member_id"]))


_MEMBER = Field(name_of("member"), required=True)
_RESERVATION = Field(name_of("reservation"), required=True)
_PEOPLE = Field(integer(1, MOST_PEOPLE))

ACTIONS = (
    Action(
        "reserve",
        reserve,
        {
            "member": _MEMBER,
            "space": Field(TEXT, required=True),
            "from": Field(MOMENT, required=True),
            "to": Field(MOMENT, required=True),
            "people": _PEOPLE,
            "via": Field(word(*VIAS)),
            "pay_by": Field(TEXT),
        },
        makes="reservation",
    ),
    Action(
        "change-reservation",
        change_reservation,
        {"reservation": _RESERVATION, "from": Field(MOMENT), "to": Field(MOMENT), "people": _PEOPLE},
        one_of=("from", "to"),
    ),
    Action("cancel-reservation", cancel_reservation, {"reservation": _RESERVATION}),
    Action("close-site", close_site, {"site": Field(TEXT), "reason": Field(TEXT)}),
    Action("open-site", open_site, {"site": Field(TEXT)}),
    Action(
        "lend-thing", lend_thing, {"member": _MEMBER, "thing": Field(TEXT, required=True)}, makes="lent-thing"
    ),
    Action("return-thing", return_thing, {"lent_thing": Field(name_of("lent-thing"), required=True)}),
)
