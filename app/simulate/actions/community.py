"""Actions in the life of a membership: announcements, preferences, events, news, terms, data of members."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.fields import BOOLEAN, DAY, MOMENT, TEXT, TEXTS, Field, integer, name_of, word

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_YEN = 10_000_000
MOST_PLACES = 100_000
EVENT_IN_DAYS = 7
EVENT_HOURS = 2
TERMS_IN_DAYS = 30
MOST_LISTED = "200"
"""When events are, and terms begin, of which a step does not say it."""
DETAILS = (
    "name",
    "kana",
    "address",
    "phone",
    "email",
    "birth_date",
    "company_name",
    "company_kana",
    "company_address",
    "company_phone",
    "company_email",
)
OF_STAFF = frozenset({"email"})
"""What members cannot set without more: staff enter it at their word."""


def announce(world: "World", step: "Step") -> None:
    """To all members or to those of a group; by staff."""
    group = step.text("group")
    to = step.text("to", "group" if group else "all")
    if group:
        _open_group(world, group)
    subject = step.text("subject", world.label)
    body: dict[str, Any] = {
        "to": to,
        "kind": step.text("kind", "notice"),
        "important": step.flag("important", False),
        "subject": _in_both(subject),
        "body": _in_both(step.text("body", subject)),
    }
    if group:
        body["group"] = group
    world.api("POST", "/api/announcements", body, by=step.by or "staff")


def set_preferences(world: "World", step: "Step") -> None:
    """What the member wants to be sent, and the groups of interest; by the member."""
    name = step.text("member")
    body: dict[str, Any] = {
        field: step.flag(field, True) for field in ("newsletters", "postal_mailings") if step.has(field)
    }
    for field in ("newsletters", "postal_mailings"):
        if step.has(f"no_{field}"):
            body[field] = not step.flag(f"no_{field}", False)
    if step.has("groups"):
        for group in step.texts("groups"):
            _open_group(world, group)
        body["groups"] = list(step.texts("groups"))
    path = f"/api/members/{world.member(name).reference}/preferences"
    world.api("PUT", path, body, by=step.by or name)


def enter_event(world: "World", step: "Step") -> str:
    """An event, a week from now unless the step says when; by staff."""
    return _enter_event(world, step, step.text("title", world.label))


def sign_up(world: "World", step: "Step") -> None:
    """For an event that a step has entered, or else for one of that title, which staff enter first; by the member."""
    member, event = step.text("member"), step.text("event")
    reference = world.references.reference("event", event)
    if reference is None:
        reference = _enter_event(world, step, event)
        world.references.enter("event", event, reference)
    body = {"member_id": world.member(member).reference}
    world.api("POST", f"/api/events/{reference}/sign-ups", body, by=step.by or member)


def cancel_sign_up(world: "World", step: "Step") -> None:
    """By the member."""
    member = step.text("member")
    event = world.references.reference("event", step.text("event")) or "0"
    path = f"/api/events/{event}/sign-ups/{world.member(member).reference}"
    world.api("DELETE", path, None, by=step.by or member)


def call_off_event(world: "World", step: "Step") -> None:
    event = world.references.reference("event", step.text("event")) or "0"
    world.api("POST", f"/api/events/{event}/call-off", None, by=step.by or "staff")


def publish_news(world: "World", step: "Step") -> None:
    """By staff."""
    title = step.text("title", world.label)
    body = {"title": _in_both(title), "body": _in_both(step.text("body", title))}
    world.api("POST", "/api/news", body, by=step.by or "staff")


def publish_content(world: "World", step: "Step") -> None:
    """For members only; by staff."""
    title = step.text("title", world.label)
    body = {
        "kind": step.text("kind", "content"),
        "title": _in_both(title),
        "body": _in_both(step.text("body", title)),
    }
    world.api("POST", "/api/contents", body, by=step.by or "staff")


def read_contents(world: "World", step: "Step") -> None:
    """List and open what is for members only; by a member, or by anyone."""
    by = step.by or (step.text("member") if step.has("member") else "anyone")
    for item in world.api("GET", f"/api/contents?limit={MOST_LISTED}", None, by=by)["items"]:
        world.api("GET", f"/api/contents/{item['id']}", None, by=by)


def list_companies(world: "World", step: "Step") -> None:
    """Read the list of member companies; by a member, or by anyone."""
    by = step.by or (step.text("member") if step.has("member") else "anyone")
    world.api("GET", f"/api/member-companies?limit={MOST_LISTED}", None, by=by)


def publish_terms(world: "World", step: "Step") -> None:
    """A version that binds from a day to come; by staff."""
    valid_from = step.day("valid_from") or world.today + timedelta(days=TERMS_IN_DAYS)
    version = step.text("version")
    body = {
        "version": version,
        "valid_from": valid_from.isoformat(),
        "changes": _in_both(step.text("changes", version)),
    }
    world.api("POST", "/api/terms", body, by=step.by or "staff")


def accept_terms(world: "World", step: "Step") -> None:
    """By the member."""
    member = step.text("member")
    path = f"/api/members/{world.member(member).reference}/terms"
    world.api("POST", path, {"version": step.text("version")}, by=step.by or member)


def update_details(world: "World", step: "Step") -> None:
    """A member's data; by the member, but for what staff enter at the member's word."""
    member = step.text("member")
    body: dict[str, Any] = {
        field: step.text(field) for field in DETAILS if isinstance(step.fields.get(field), str)
    }
    birth_date = step.day("birth_date")
    if birth_date is not None:
        body["birth_date"] = birth_date.isoformat()
    path = f"/api/members/{world.member(member).reference}/details"
    own = {field: value for field, value in body.items() if step.by is not None or field not in OF_STAFF}
    if own:
        world.api("PATCH", path, own, by=step.by or member)
    if own != body:
        world.api("PATCH", path, {field: body[field] for field in body.keys() - own.keys()}, by="staff")


def set_invoice_addressee(world: "World", step: "Step") -> None:
    """Whom the invoices go to; by the member. Without a mail address it is left to the representative."""
    member = step.text("member")
    path = f"/api/members/{world.member(member).reference}/invoice-addressee"
    if not step.has("email"):
        world.api("DELETE", path, None, by=step.by or member)
        return
    body = {field: step.text(field) for field in ("email", "name", "address") if step.has(field)}
    world.api("PUT", path, body, by=step.by or member)


def _enter_event(world: "World", step: "Step", title: str) -> str:
    starts_at = step.fields.get("starts_at")
    begins = world.now + timedelta(days=EVENT_IN_DAYS)
    if isinstance(starts_at, datetime):
        begins = world.instant(starts_at)
    body: dict[str, Any] = {
        "title": _in_both(title),
        "details": _in_both(step.text("details", title)),
        "place": step.text("place", title),
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=EVENT_HOURS)).isoformat(),
        "price": step.whole("price", 0),
    }
    if step.has("capacity"):
        body["capacity"] = step.whole("capacity", 1)
    if step.has("group"):
        _open_group(world, step.text("group"))
        body["group"] = step.text("group")
    # Who signs up enters no event: that staff do it is not what such a step is about.
    by = step.by if step.by is not None and step.do == "enter-event" else "staff"
    return str(world.api("POST", "/api/events", body, by=by)["id"])


def _open_group(world: "World", name: str) -> None:
    """See to it that there is such a group."""
    groups = world.pages("/api/groups")["items"]
    if all(group["name"] != name for group in groups):
        world.api("POST", "/api/groups", {"name": name, "title": _in_both(name)}, by="staff")


def _in_both(text: str) -> dict[str, str]:
    return {"ja": text, "en": text}


_MEMBER = Field(name_of("member"), required=True)
_ANYBODY = {"member": Field(name_of("member"))}
_EVENT = {
    "starts_at": Field(MOMENT),
    "capacity": Field(integer(1, MOST_PLACES)),
    "price": Field(integer(0, MOST_YEN)),
    "group": Field(TEXT),
    "place": Field(TEXT),
    "details": Field(TEXT),
}
_WRITING = {"title": Field(TEXT), "body": Field(TEXT)}

ACTIONS = (
    Action(
        "announce",
        announce,
        {
            "to": Field(word("all", "group")),
            "kind": Field(word("notice", "newsletter")),
            "group": Field(TEXT),
            "important": Field(BOOLEAN),
            "subject": Field(TEXT),
            "body": Field(TEXT),
        },
    ),
    Action(
        "set-preferences",
        set_preferences,
        {
            "member": _MEMBER,
            "newsletters": Field(BOOLEAN),
            "postal_mailings": Field(BOOLEAN),
            "no_newsletters": Field(BOOLEAN),
            "no_postal_mailings": Field(BOOLEAN),
            "groups": Field(TEXTS),
        },
    ),
    Action("enter-event", enter_event, {"title": Field(TEXT), **_EVENT}, makes="event"),
    Action("sign-up", sign_up, {"member": _MEMBER, "event": Field(TEXT, required=True), **_EVENT}),
    Action("cancel-sign-up", cancel_sign_up, {"member": _MEMBER, "event": Field(TEXT, required=True)}),
    Action("call-off-event", call_off_event, {"event": Field(TEXT, required=True)}),
    Action("publish-news", publish_news, _WRITING),
    Action(
        "publish-content",
        publish_content,
        {"kind": Field(word("content", "supporter-benefit")), **_WRITING},
    ),
    Action("read-contents", read_contents, _ANYBODY),
    Action("list-companies", list_companies, _ANYBODY),
    Action(
        "publish-terms",
        publish_terms,
        {"version": Field(TEXT, required=True), "valid_from": Field(DAY), "changes": Field(TEXT)},
    ),
    Action("accept-terms", accept_terms, {"member": _MEMBER, "version": Field(TEXT, required=True)}),
    Action(
        "update-details",
        update_details,
        {
            "member": _MEMBER,
            **{field: Field(DAY if field == "birth_date" else TEXT) for field in DETAILS},
        },
        one_of=DETAILS,
    ),
    Action(
        "set-invoice-addressee",
        set_invoice_addressee,
        {"member": _MEMBER, "email": Field(TEXT), "name": Field(TEXT), "address": Field(TEXT)},
    ),
)
