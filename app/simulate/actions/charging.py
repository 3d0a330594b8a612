"""Actions by which members come to owe something beside their dues."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.fields import DAY, MOMENT, TEXT, Field, integer, name_of, word

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_YEN = 999_999_999
MOST_PAGES = 10_000
MOST_THINGS = 1_000
MOST_MINUTES = 24 * 60


def charge(world: "World", step: "Step") -> str | None:
    """Charge a fee; by billing staff. Returns the charge that came of it, if the step gives it a name."""
    member = world.member(step.text("member"))
    body: dict[str, Any] = {"what": step.text("what"), "note": step.text("note", world.label)}
    if step.has("amount"):
        body["amount"] = step.whole("amount", 0)
    if step.has("quantity"):
        body["quantity"] = step.whole("quantity", 1)
    service_on = step.day("service_on")
    if service_on is not None:
        body["service_on"] = service_on.isoformat()
    world.api("POST", f"/api/members/{member.reference}/charges", body, by=step.by or "billing")
    if step.as_ is None:
        return None
    found = [
        charge["id"]
        for charge in world.all_pages("/api/charges")
        if charge["member_id"] == member.reference and charge["what"] == body["what"]
    ]
    return str(max(found))


def print_pages(world: "World", step: "Step") -> None:
    """By the member."""
    name = step.text("member")
    body = {"black": step.whole("black", 0), "colour": step.whole("colour", 0)}
    path = f"/api/members/{world.member(name).reference}/prints"
    world.api("POST", path, body, by=step.by or name)


def record_use(world: "World", step: "Step") -> None:
    """Time at a seat or in a space (`minutes` from `from`, now if left out), or so many things; by staff."""
    member = world.member(step.text("member"))
    begins = step.fields.get("from")
    starts_at = world.instant(begins) if isinstance(begins, datetime) else world.now
    body: dict[str, Any] = {"purpose": step.text("what"), "starts_at": starts_at.isoformat()}
    if step.has("minutes"):
        body["ends_at"] = (starts_at + timedelta(minutes=step.whole("minutes", 0))).isoformat()
    if step.has("quantity"):
        body["quantity"] = step.whole("quantity", 1)
    world.api("POST", f"/api/members/{member.reference}/uses", body, by=step.by or "staff")


def hand_back(world: "World", step: "Step") -> None:
    """A lent item comes back, or does not; by staff."""
    member = world.member(step.text("member"))
    body = {"item": step.text("item"), "state": step.text("state", "ok")}
    world.api("POST", f"/api/members/{member.reference}/hand-backs", body, by=step.by or "staff")


def book_technician(world: "World", step: "Step") -> None:
    """By the member."""
    line = world.line(step.text("line"))
    visit_on = step.day("visit_on") or world.today
    path = f"/api/lines/{line.reference}/technician-visits"
    world.api("POST", path, {"visit_on": visit_on.isoformat()}, by=step.by or line.holder)


_MEMBER = Field(name_of("member"), required=True)

ACTIONS = (
    Action(
        "charge",
        charge,
        {
            "member": _MEMBER,
            "what": Field(TEXT, required=True),
            "amount": Field(integer(1, MOST_YEN)),
            "quantity": Field(integer(1, MOST_THINGS)),
            "service_on": Field(DAY),
            "note": Field(TEXT),
        },
        makes="charge",
    ),
    Action(
        "print-pages",
        print_pages,
        {
            "member": _MEMBER,
            "black": Field(integer(0, MOST_PAGES)),
            "colour": Field(integer(0, MOST_PAGES)),
        },
        one_of=("black", "colour"),
    ),
    Action(
        "record-use",
        record_use,
        {
            "member": _MEMBER,
            "what": Field(TEXT, required=True),
            "from": Field(MOMENT),
            "minutes": Field(integer(1, MOST_MINUTES)),
            "quantity": Field(integer(1, MOST_PAGES)),
        },
        one_of=("minutes", "quantity"),
    ),
    Action(
        "hand-back",
        hand_back,
        {
            "member": _MEMBER,
            "item": Field(word("ic-card", "locker-key", "drop-in-card"), required=True),
            "state": Field(word("ok", "broken", "lost")),
        },
    ),
    Action(
        "book-technician",
        book_technician,
        {"line": Field(name_of("line"), required=True), "visit_on": Field(DAY)},
    ),
)
