"""Coming and going, and what reception does about it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action, Refused
from app.simulate.actions.membership import linked_card
from app.simulate.actions.own_words import brand_name
from app.simulate.fields import TEXT, Field, integer, name_of, name_or_word, word
from app.simulate.scenario import ANYONE, STAFF_ROLES

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_MINUTES = 24 * 60
MOST_PEOPLE = 100
USUAL_PLANNED_MINUTES = 60
ENTRY, EXIT = "entry", "exit"
WAYS_IN = {
    "qr": None,
    "app": None,
    "entrance-code": "entrance-code",
    "member-qr": "member-qr",
    "card": "card",
    "my-number": "my-number",
}
"""What is shown at the entrance; None: what the operator tells members first."""
ACTORS = (*STAFF_ROLES, ANYONE)
EVENT = "door-event"
WAYS_TO_OPEN = ("app", "card", "qr", "my-number")
CARD_STATES = ("ok", "broken", "lost")
OWN, LENT = "ic-card", "drop-in-card"


def check_in(world: "World", step: "Step") -> str:
    """The member scans the code at the entrance, or reception the member's; with `by: card` a reader reads a card."""
    people = step.whole("people", 1)
    return _on_record(world, step, lambda: _pass(world, step, "check-in", people=people))


def check_out(world: "World", step: "Step") -> str:
    return _on_record(world, step, lambda: _pass(world, step, "check-out"))


def unlock(world: "World", step: "Step") -> str:
    """By the member's app; QR and card are read at the door."""
    return _on_record(world, step, lambda: _unlock(world, step))


def _on_record(world: "World", step: "Step", act: Callable[[], Any]) -> str:
    """The event that came of it. One that is refused is on record as well, and has the step's name there."""
    try:
        return str(act()["id"])
    except Refused:
        if step.as_ is not None:
            _name_refusal(world, step)
        raise


def _name_refusal(world: "World", step: "Step") -> None:
    member = world.member(step.text("member")).reference
    for event in world.all_pages("/api/door-events"):
        is_now = datetime.fromisoformat(event["at"]) == world.now
        if is_now and event["member_id"] == member and not event["allowed"]:
            world.references.enter(EVENT, world.label, str(event["id"]))


def _unlock(world: "World", step: "Step") -> Any:
    member = step.text("member")
    door = step.text("door") or _first_door(world)["name"]
    by = _own_card(world, member, step.text("by", "app"))
    if by == "app" or by not in WAYS_TO_OPEN:
        path = f"{_of(world, member)}/unlocks"
        return world.api("POST", path, {"door": door}, by=by if by not in WAYS_TO_OPEN else member)
    if by == "my-number":
        return _prove(world, member, door, "unlock")
    return _read(world, {"act": "unlock", "door": door, **_shown(world, member, by)})


def drop_in(world: "World", step: "Step") -> None:
    """By reception: the time is stated, paid by `pay_by`, and a card is lent where the operator lends cards."""
    member = step.text("member")
    body: dict[str, Any] = {
        "planned_minutes": step.whole("planned", USUAL_PLANNED_MINUTES),
        **_paid(world, step),
    }
    if _first_door(world)["lends_card"]:
        body["card"] = _next_card(world, member, LENT)
    if step.has("site"):
        body["site"] = step.text("site")
    if step.has("people"):
        body["people"] = step.whole("people", 1)
    world.api("POST", f"{_of(world, member)}/drop-ins", body, by=step.by or "reception")


def drop_in_exit(world: "World", step: "Step") -> None:
    """By reception: extra time is paid, the lent card comes back."""
    body: dict[str, Any] = {**_paid(world, step), "lent_card": step.text("card", "ok")}
    path = f"{_of(world, step.text('member'))}/drop-in-exits"
    world.api("POST", path, body, by=step.by or "reception")


def issue_card(world: "World", step: "Step") -> None:
    """By staff."""
    member = step.text("member")
    number = step.text("card") or _next_card(world, member, OWN)
    world.api("POST", f"{_of(world, member)}/access-cards", {"card": number}, by=step.by or "staff")


def report_card_lost(world: "World", step: "Step") -> None:
    """By the member: it opens nothing any more, and nothing is charged yet."""
    member = step.text("member")
    card = _cards(world, member)[-1]["id"]
    world.api("POST", f"/api/access-cards/{card}/report-lost", None, by=step.by or member)


def issue_voucher(world: "World", step: "Step") -> str:
    """By reception, for the minutes of use that are named, or the member's visit of today."""
    body: dict[str, Any] = {}
    if step.has("member"):
        body["member_id"] = world.member(step.text("member")).reference
    if step.has("minutes"):
        body["used_minutes"] = step.whole("minutes", 0)
    voucher = world.api("POST", "/api/parking-vouchers", body, by=step.by or "reception")
    return str(voucher["id"])


def record_incident(world: "World", step: "Step") -> None:
    """Staff saw that somebody was let in along, or that an account or card was lent."""
    body = {"what": step.text("what"), "evidence": step.text("evidence", world.label)}
    path = f"{_of(world, step.text('member'))}/door-incidents"
    world.api("POST", path, body, by=step.by or "staff")


def _pass(world: "World", step: "Step", act: str, **more: Any) -> Any:
    member = step.text("member")
    by = step.text("by", "qr")
    who = member if by in WAYS_IN else by
    shown = _own_card(world, member, WAYS_IN.get(by) or _usual_way(world))
    if shown == "entrance-code":
        direction = ENTRY if act == "check-in" else EXIT
        site = step.text("site") or _first_door(world)["site"]
        code = _entrance_code(world, site, direction)
        return world.api("POST", f"{_of(world, member)}/{act}s", {"code": code, **more}, by=who)
    if shown == "my-number":
        return _prove(world, member, _first_door(world, step.text("site"))["name"], act, **more)
    body = {"act": act, **_shown(world, member, shown), **more}
    if step.has("site"):
        body["site"] = step.text("site")
    return _read(world, body)


def _prove(world: "World", member: str, door: str, act: str, **more: Any) -> Any:
    """The member's My Number Card signs at the door; one that is used for the first time is linked before."""
    cards = world.deployment.peoples_cards
    if not cards.has_card(member):
        challenge = world.api("POST", "/api/card-challenges", None, by=member)["challenge"]
        world.api("PUT", f"{_of(world, member)}/my-number-card", cards.answer(member, challenge), by=member)
    challenge = world.api("POST", "/api/card-challenges", None, by="reception")["challenge"]
    body = {"act": act, **more, **cards.answer(member, challenge)}
    return world.api("POST", f"/api/doors/{door}/card-proofs", body, by="reception")


def _own_card(world: "World", member: str, by: str) -> str:
    """The linked card of who has proven one is that one from then on."""
    if by != "card" or not world.deployment.peoples_cards.has_card(member):
        return by
    is_linked = world.pages(_of(world, member))["plan"] in world.deployment.card_plans
    return "my-number" if is_linked and not _cards(world, member) else by


def _usual_way(world: "World") -> str:
    """What the operator tells members first."""
    return "entrance-code" if _first_door(world)["checked_in_by"][0] == "entrance-code" else "member-qr"


def _shown(world: "World", member: str, by: str) -> dict[str, Any]:
    """What a reader reads. Who has no card of any kind is issued one before."""
    if by in ("qr", "member-qr"):
        return {"qr": world.api("POST", f"{_of(world, member)}/qr", None, by=member)["code"]}
    cards = _cards(world, member)
    if not cards and world.pages(_of(world, member))["plan"] in world.deployment.card_plans:
        return {"card": linked_card(member)}
    if not cards:
        body = {"card": _card_number(member, OWN, 0)}
        world.api("POST", f"{_of(world, member)}/access-cards", body, by="staff")
        return body
    shown = ([card for card in cards if card["ended_at"] is None] or cards)[-1]
    of_kind = [card["id"] for card in cards if card["kind"] == shown["kind"]]
    return {"card": _card_number(member, shown["kind"], of_kind.index(shown["id"]))}


def _cards(world: "World", member: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.pages(
        "/api/access-cards", member_id=str(world.member(member).reference)
    )["items"]
    return found


def _next_card(world: "World", member: str, kind: str) -> str:
    return _card_number(member, kind, sum(card["kind"] == kind for card in _cards(world, member)))


def _card_number(member: str, kind: str, index: int) -> str:
    return f"{kind} {index + 1} of {member}"


def _first_door(world: "World", site: str = "") -> dict[str, Any]:
    """Of a site, where one is named that has a door."""
    doors: list[dict[str, Any]] = world.pages("/api/doors")
    return next((door for door in doors if door["site"] == site), doors[0])


def _of(world: "World", member: str) -> str:
    return f"/api/members/{world.member(member).reference}"


def _entrance_code(world: "World", site: str, direction: str) -> str:
    """A place without such a code has none that is valid."""
    for one in world.pages("/api/entrance-codes"):
        if (one["site"], one["direction"]) == (site, direction):
            return str(one["code"])
    return "-"


def _read(world: "World", body: dict[str, Any]) -> Any:
    return world.api("POST", "/api/readings", body, by="reception")


def _paid(world: "World", step: "Step") -> dict[str, Any]:
    """By `pay_by`, or as the member usually pays, with a brand where the means has some."""
    path = f"{_of(world, step.text('member'))}/payment-method"
    way = world.api("GET", path, None, by="billing")
    means = step.text("pay_by") or str(way["means"])
    brands = way.get("brands", {}).get(means, ())
    body: dict[str, Any] = {"pay_by": means}
    if step.has("brand") or brands:
        body["brand"] = brand_name(step.text("brand")) or (
            way["brand"] if way.get("brand") in brands else brands[0]
        )
    return body


_MEMBER = Field(name_of("member"), required=True)
_WAY_IN = Field(name_or_word("member", *WAYS_IN, *ACTORS))
"""How, or who does it."""
_PAID = {"pay_by": Field(TEXT), "brand": Field(TEXT)}

ACTIONS = (
    Action(
        "check-in",
        check_in,
        {
            "member": _MEMBER,
            "site": Field(TEXT),
            "by": _WAY_IN,
            "people": Field(integer(1, MOST_PEOPLE)),
        },
        makes=EVENT,
    ),
    Action(
        "unlock",
        unlock,
        {
            "member": _MEMBER,
            "door": Field(TEXT),
            "by": Field(name_or_word("member", *WAYS_TO_OPEN, *ACTORS)),
        },
        makes=EVENT,
    ),
    Action("check-out", check_out, {"member": _MEMBER, "site": Field(TEXT), "by": _WAY_IN}, makes=EVENT),
    Action(
        "drop-in",
        drop_in,
        {
            "member": _MEMBER,
            "planned": Field(integer(1, MOST_MINUTES)),
            "site": Field(TEXT),
            "people": Field(integer(1, MOST_PEOPLE)),
            **_PAID,
        },
    ),
    Action("drop-in-exit", drop_in_exit, {"member": _MEMBER, "card": Field(word(*CARD_STATES)), **_PAID}),
    Action("issue-card", issue_card, {"member": _MEMBER, "card": Field(TEXT)}),
    Action("report-card-lost", report_card_lost, {"member": _MEMBER}),
    Action(
        "issue-voucher",
        issue_voucher,
        {"member": Field(name_of("member")), "minutes": Field(integer(0, MOST_MINUTES))},
        makes="voucher",
        one_of=("member", "minutes"),
    ),
    Action(
        "record-incident",
        record_incident,
        {
            "member": _MEMBER,
            "what": Field(word("lets-in-others", "lends-account"), required=True),
            "evidence": Field(TEXT),
        },
    ),
)
