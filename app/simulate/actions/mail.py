"""Mail: what the postman brings, what members want done with it, what the counter does.

An item is nobody's until somebody assigns it. Where a scenario leaves that out, whoever takes the item up next assigns
it first: to the member it was addressed to, by a name that one member only has.
"""

import io
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from PIL import Image

from app.simulate.actions.declaration import Action, Refused
from app.simulate.fields import BOOLEAN, DOCUMENT, FLAG, TEXT, TEXTS, Field, integer, name_of, word
from app.simulate.scenario import STAFF_ROLES

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_GRAMS: Final = 30_000
MOST_YEN: Final = 999_999
BLANK_SIZE: Final = (320, 240)
"""Pixels."""
USUAL_POSTAGE: Final = 430
"""Yen, where a step does not say what the carrier took."""
CHOICES: Final = ("keep", "scan", "forward", "bundle", "dispose", "return", "pick-up")
WORDS_FOR_CHOICE: Final = ("choice", "instruction", "what", "to", "action")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def mail_arrives(world: "World", step: "Step") -> str:
    """Staff take an item in. A step that is about a refusal names the member at once."""
    to = step.text("to") if step.has("to") else None
    body: dict[str, Any] = {"kind": step.text("kind", "letter")}
    if to is not None:
        body["addressee"] = _printed_name(world, to)
        if step.refused is not None and to in world.references.names("member"):
            body["member_id"] = world.member(to).reference
    for field, key in (("from", "sender"), ("tracking_number", "tracking_number"), ("location", "location")):
        if step.has(field):
            body[key] = step.text(field)
    body |= _site(world, step)
    if step.has("weight_g"):
        body["weight_g"] = step.whole("weight_g", 0)
    if step.has("contents"):
        body["contents"] = list(step.texts("contents"))
    item = str(world.api("POST", "/api/mail", body, by=step.by or "staff")["id"])
    if step.has("photo"):
        picture = world.send_file("/api/mail-pictures", _blank_picture(), by=step.by or "staff")["picture"]
        world.api("PUT", f"/api/mail/{item}/pictures/{picture['id']}", None, by=step.by or "staff")
    if to is not None:
        world.mail_addressees[item] = to
    return item


def assign_mail(world: "World", step: "Step") -> None:
    """By staff, who scan it as well where the member has said so for such mail."""
    item = _item(world, step)
    body = {"member_id": world.member(step.text("member")).reference}
    _post(world, step, f"/api/mail/{item}/assign", body, by="staff")
    if world.pages(f"/api/mail/{item}")["instruction"] == "scan":
        _scan(world, item, STAFF_ROLES[0])


def not_mine(world: "World", step: "Step") -> None:
    """By the member who has it."""
    item = _assigned(world, _item(world, step))
    _post(world, step, f"/api/mail/{item}/not-mine", None, by=_holder(world, item))


def instruct(world: "World", step: "Step") -> None:
    """By the member. A disposal is confirmed as well, unless the step says `confirmed: false`; what is to be scanned
    staff scan, unless it says `scanned: false`."""
    choice = next((step.text(field) for field in WORDS_FOR_CHOICE if step.has(field)), "")
    choice = choice or next((each for each in CHOICES if step.fields.get(each) is True), "keep")
    item = _assigned(world, _item(world, step))
    by = _holder(world, item)
    _post(world, step, f"/api/mail/{item}/instruction", {"choice": choice}, by=by)
    if choice == "dispose" and step.fields.get("confirmed", True):
        _post(world, step, f"/api/mail/{item}/confirm-disposal", None, by=by)
    if choice == "scan" and step.flag("scanned", True):
        _scan(world, item, STAFF_ROLES[0])


def confirm_disposal(world: "World", step: "Step") -> None:
    """By the member."""
    item = _assigned(world, _item(world, step))
    _post(world, step, f"/api/mail/{item}/confirm-disposal", None, by=_holder(world, item))


def standing_instruction(world: "World", step: "Step") -> None:
    """By the member. `rule` is a choice for everything, or a table: choice (or then, do), from, kind, weekday,
    after_days, before_storage."""
    member = step.text("member")
    path = f"/api/members/{world.member(member).reference}/standing-instructions"
    _post(world, step, path, _rule(step.fields.get("rule", "keep")), by=member)


def scan_mail(world: "World", step: "Step") -> None:
    """By staff, on the member's instruction: one blank page."""
    _scan(world, _assigned(world, _item(world, step)), step.by or STAFF_ROLES[0])


def _scan(world: "World", item: str, by: str) -> None:
    world.send_file(f"/api/mail/{item}/scan-pages", _blank_picture(), by=by)
    world.api("POST", f"/api/mail/{item}/scan", None, by=by)


def hand_over(world: "World", step: "Step") -> None:
    """By staff, to the item's member unless the step says to whom; on a document, or with `proof: code` on a code that
    the member makes."""
    item = _assigned(world, _item(world, step))
    to = step.text("to") if step.has("to") else _holder(world, item)
    member = world.member(to).reference
    body: dict[str, Any] = {"member_id": member, "item_ids": [int(item)]}
    if step.text("proof", "document") == "code":
        made = world.api("POST", "/api/mail-codes", {"member_id": member}, by=to)
        body["code"] = made["code"]
    else:
        body |= {"recipient": to, "document": "driving-licence"}
    _post(world, step, "/api/mail-hand-overs", body, by="staff")


def distribute(world: "World", step: "Step") -> None:
    """By staff: what waits at the place goes into the pigeonholes."""
    for item in list(world.mail_addressees):
        with suppress(Refused):  # who has no mail here gets none, and what came stays in the queue
            _assigned(world, item)
    _post(world, step, "/api/mail-distributions", _site(world, step), by="staff")


def forward_batch(world: "World", step: "Step") -> None:
    """By staff: what the member wants forwarded is sent."""
    member = step.text("member")
    body: dict[str, Any] = {
        "member_id": world.member(member).reference,
        "postage": step.whole("postage", USUAL_POSTAGE),
        "address": step.text("address", f"address of {member}"),
    }
    for field in ("way", "tracking_number"):
        if step.has(field):
            body[field] = step.text(field)
    _post(world, step, "/api/mail-batches", body, by="staff")


def dispose(world: "World", step: "Step") -> None:
    """By staff, as soon as the waiting time is over: the clock goes on until then."""
    item = _assigned(world, _item(world, step))
    disposable_on = world.pages(f"/api/mail/{item}")["disposable_on"]
    if step.refused is None and disposable_on is not None:
        world.advance_to(max(world.now, world.instant(datetime.fromisoformat(disposable_on))))
    _post(world, step, f"/api/mail/{item}/dispose", None, by="staff")


def return_mail(world: "World", step: "Step") -> None:
    """By staff; what is nobody's goes back as it is."""
    _post(world, step, f"/api/mail/{_item(world, step)}/return", None, by="staff")


def move_mail(world: "World", step: "Step") -> None:
    """By staff."""
    body = {"location": step.text("location")}
    _post(world, step, f"/api/mail/{_item(world, step)}/move", body, by="staff")


def _post(world: "World", step: "Step", path: str, body: dict[str, Any] | None, *, by: str) -> None:
    world.api("POST", path, body, by=step.by or by)


def _site(world: "World", step: "Step") -> dict[str, Any]:
    """The place that the step names. Of an operator with one place it is that one, whatever the step calls it, unless
    the step is about a refusal."""
    if not step.has("site"):
        return {}
    places = list(world.deployment.area_codes)
    return {"site": places[0] if len(places) == 1 and step.refused is None else step.text("site")}


def _item(world: "World", step: "Step") -> str:
    return world.references.reference("mail", step.text("item")) or "0"


def _assigned(world: "World", item: str) -> str:
    """The item, which staff have assigned by now if it can be said whose it is."""
    to = world.mail_addressees.pop(item, None)
    if to is None or world.pages(f"/api/mail/{item}")["status"] != "unassigned":
        return item
    query = urlencode({"name": _printed_name(world, to)})
    found = world.api("GET", f"/api/mail/candidates?{query}", None, by=STAFF_ROLES[0])
    if len(found) == 1:
        try:
            world.api(
                "POST",
                f"/api/mail/{item}/assign",
                {"member_id": found[0]["member_id"]},
                by=STAFF_ROLES[0],
            )
        except Refused:
            world.mail_addressees[item] = to
            raise
    return item


def _holder(world: "World", item: str) -> str:
    """The scenario's name of the item's member; staff, where it is nobody's."""
    member_id = world.pages(f"/api/mail/{item}")["member_id"]
    return "staff" if member_id is None else world.references.name("member", str(member_id))


def _printed_name(world: "World", to: str) -> str:
    """What stands on an item for a member of the scenario: the name under which they are known."""
    if to not in world.references.names("member"):
        return to
    return str(world.pages(f"/api/members/{world.member(to).reference}")["name"])


def _blank_picture() -> bytes:
    """A small one: what is on it is not what a scenario is about."""
    png = io.BytesIO()
    Image.new("RGB", BLANK_SIZE, "white").save(png, "PNG")
    return png.getvalue()


def _rule(rule: object) -> dict[str, Any]:
    if not isinstance(rule, dict):
        return {"choice": str(rule)}
    body = dict(rule)
    for key, name in (("then", "choice"), ("do", "choice"), ("from", "sender")):
        if key in body:
            body[name] = body.pop(key)
    if body.get("weekday") in WEEKDAYS:
        body["weekday"] = WEEKDAYS.index(body["weekday"])
    return body


_ITEM = Field(name_of("mail"), required=True)
_MEMBER = Field(name_of("member"), required=True)

ACTIONS = (
    Action(
        "mail-arrives",
        mail_arrives,
        {
            "to": Field(TEXT),
            "kind": Field(word("letter", "parcel", "registered", "cod")),
            "from": Field(TEXT),
            "weight_g": Field(integer(1, MOST_GRAMS)),
            "photo": Field(TEXT),
            "tracking_number": Field(TEXT),
            "location": Field(TEXT),
            "site": Field(TEXT),
            "contents": Field(TEXTS),
        },
        makes="mail",
    ),
    Action("assign-mail", assign_mail, {"item": _ITEM, "member": _MEMBER}),
    Action("not-mine", not_mine, {"item": _ITEM}),
    Action(
        "instruct",
        instruct,
        {
            "item": _ITEM,
            "confirmed": Field(BOOLEAN),
            "scanned": Field(BOOLEAN),
            **{field: Field(word(*CHOICES)) for field in WORDS_FOR_CHOICE},
            **{choice: Field(FLAG) for choice in CHOICES},
        },
        one_of=(*WORDS_FOR_CHOICE, *CHOICES),
    ),
    Action("confirm-disposal", confirm_disposal, {"item": _ITEM}),
    Action("standing-instruction", standing_instruction, {"member": _MEMBER, "rule": Field(DOCUMENT)}),
    Action("scan-mail", scan_mail, {"item": _ITEM}),
    Action(
        "hand-over",
        hand_over,
        {"item": _ITEM, "to": Field(name_of("member")), "proof": Field(word("code", "document"))},
    ),
    Action("distribute", distribute, {"site": Field(TEXT)}),
    Action(
        "forward-batch",
        forward_batch,
        {
            "member": _MEMBER,
            "postage": Field(integer(0, MOST_YEN)),
            "way": Field(TEXT),
            "address": Field(TEXT),
            "tracking_number": Field(TEXT),
        },
    ),
    Action("dispose", dispose, {"item": _ITEM}),
    Action("return-mail", return_mail, {"item": _ITEM}),
    Action("move-mail", move_mail, {"item": _ITEM, "location": Field(TEXT, required=True)}),
)
