"""The mail counter: a photo, whose it is, the shelf; and the queue of what is nobody's yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import Desk, DeskVisit, go, id_in
from app.console.member_search import LONGEST_SEARCH, names_of, search_members
from coworking.kit.errors import NotFound, UserError
from coworking.kit.images import JPEG, LARGEST_UPLOAD_BYTES
from coworking.kit.listing import NEWEST_FIRST
from coworking.kit.stored_files import Files
from coworking.kit.virus_check import VirusScanner
from coworking.kit.web.forms import Form
from coworking.kit.web.translations import translatable
from mail_handling import (
    MailItem,
    MailKind,
    MailRules,
    NewItem,
    RulesOfMail,
    Wanted,
    assign,
    get_item,
    list_items,
    put_back,
    take_in,
)
from mail_handling.addressees.suggesting import read_and_suggest
from mail_handling.endings import dispose, send_back
from mail_handling.errors import MailNotOffered
from mail_handling.items import histories_of
from mail_handling.models import MailEvent
from mail_handling.pictures.models import MailPicture
from mail_handling.pictures.routes import file_answer
from mail_handling.pictures.taking import (
    Taking,
    attach_picture,
    keep_picture,
    pictures_of,
    read_picture,
    receive,
)
from mail_handling.pictures.text_reader import TextReader
from mail_handling.waiting import Work, count_work, list_work

PATH = "/console/mail"
WEB = "web"
MOST_SHOWN = 50
MOST_COUNTED = 100
MOST_GRAMS = 30_000
LONGEST = 200
KINDS = {
    "letter": translatable("Letter"),
    "parcel": translatable("Parcel"),
    "registered": translatable("Registered mail"),
    "cod": translatable("Cash on delivery"),
}
STATUSES = {
    "unassigned": translatable("Whose is it?"),
    "waiting": translatable("Waits"),
    "scanned": translatable("Scanned"),
    "distributed": translatable("In the pigeonhole"),
    "handed-over": translatable("Handed over"),
    "forwarded": translatable("Sent on"),
    "disposed": translatable("Destroyed"),
    "returned": translatable("Sent back"),
}
WISHES = {
    "keep": translatable("Keep"),
    "pick-up": translatable("Will collect"),
    "scan": translatable("Open and scan"),
    "forward": translatable("Forward"),
    "bundle": translatable("Forward with the bundle"),
    "return": translatable("Send back"),
    "dispose": translatable("Destroy"),
}


WORKS = {
    Work.UNASSIGNED: translatable("Whose is it?"),
    Work.SCAN: translatable("Open and scan"),
    Work.HAND_OVER: translatable("Will be collected"),
    Work.BATCH: translatable("Send on today"),
    Work.STORAGE: translatable("Free storage ends"),
    Work.DISPOSAL: translatable("Destroy"),
    Work.RETURN: translatable("Send back"),
}
SENT_ON = ("forward", "bundle")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a photo told: its id, and what may be filled in from it."""

    picture_id: int
    tracking_number: str
    suggestions: Sequence[tuple[int, str, str]]
    """Members by id, with their names and what was read of them."""
    is_single: bool
    reads: bool


def mail_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(PATH, show_counter, name="mail-counter"),
        desk.form(PATH, enter_item, name="mail-entered", refused=counter_refused),
        desk.upload(
            f"{PATH}/photo",
            read_photo,
            name="mail-photo",
            most_bytes=LARGEST_UPLOAD_BYTES,
            refused=counter_refused,
        ),
        desk.page(f"{PATH}/pictures/{{picture_id}}", see_picture, name="mail-picture"),
        desk.page(f"{PATH}/{{item_id}}", show_item, name="mail-item"),
        desk.form(f"{PATH}/{{item_id}}/assign", assign_item, name="mail-assigned", refused=item_refused),
        desk.form(f"{PATH}/{{item_id}}/put-back", put_item_back, name="mail-put-back", refused=item_refused),
        desk.form(f"{PATH}/{{item_id}}/end", end_item, name="mail-item-ended", refused=item_refused),
    ]


def show_counter(visit: DeskVisit) -> Response:
    return _page(visit)


def read_photo(visit: DeskVisit, form: Form, data: bytes) -> Response:
    """The form of the item, filled in from its label as far as that can be read. Nobody is chosen by the machine
    alone: the suggestion is confirmed with the form."""
    mail_rules_of(visit)
    taking = Taking(visit.composition.resources[Files], visit.composition.resources[VirusScanner])
    picture = receive(taking, data)
    reading, found = read_and_suggest(visit.session, picture, visit.composition.resources[TextReader])
    row = keep_picture(
        visit.session,
        taking,
        picture,
        kind="outside",
        item=None,
        operator_id=visit.operator.id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    names = names_of(visit.session, [one.member_id for one in found])
    seen = Seen(
        picture_id=row.id,
        tracking_number=reading.tracking_number or "",
        suggestions=[(one.member_id, names[one.member_id], one.matched_text) for one in found],
        is_single=bool(found) and found[0].is_single,
        reads=reading.unavailable is None,
    )
    return _page(visit, seen=seen)


def enter_item(visit: DeskVisit, form: Form) -> Response:
    rules = mail_rules_of(visit)
    kind = next((one for one in MailKind if one.value == form.get("kind")), MailKind.LETTER)
    weight = form.get("weight_g", "").strip()
    new = NewItem(
        kind,
        addressee=line_of(form, "addressee"),
        sender=line_of(form, "sender"),
        weight_g=min(int(weight), MOST_GRAMS)
        if weight.isascii() and weight.isdigit() and int(weight)
        else None,
        tracking_number=line_of(form, "tracking_number"),
        location=line_of(form, "location"),
    )
    item = take_in(
        visit.session,
        rules,
        new,
        operator_id=visit.operator.id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    if form.get("picture"):
        attach_picture(
            visit.session, id_in(form["picture"]), item, actor=visit.actor.reference, now=visit.now
        )
    if form.get("member"):
        assign(
            visit.session, rules, item.id, id_in(form["member"]), actor=visit.actor.reference, now=visit.now
        )
        return go(PATH, "mail-assigned")
    return go(f"{PATH}/{item.id}", "mail-entered")


def see_picture(visit: DeskVisit) -> Response:
    picture_id = id_in(visit.request.path_params["picture_id"])
    jpeg = read_picture(
        visit.session,
        visit.composition.resources[Files],
        picture_id,
        member_id=None,
        size="thumbnail" if visit.query.get("size") == "small" else "full",
        actor=visit.actor.reference,
        channel=WEB,
        now=visit.now,
    )
    return file_answer(jpeg, JPEG, f"mail-{picture_id}.jpg")


def show_item(visit: DeskVisit) -> Response:
    return _item_page(visit)


def assign_item(visit: DeskVisit, form: Form) -> Response:
    item = item_of(visit)
    assign(
        visit.session,
        mail_rules_of(visit),
        item.id,
        id_in(form.get("member", "")),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(PATH, "mail-assigned")


def put_item_back(visit: DeskVisit, form: Form) -> Response:
    item = item_of(visit)
    put_back(visit.session, item.id, actor=visit.actor.reference, by_staff=True, now=visit.now)
    return go(f"{PATH}/{item.id}", "mail-put-back")


def end_item(visit: DeskVisit, form: Form) -> Response:
    item = item_of(visit)
    if form.get("how") == "dispose":
        dispose(visit.session, mail_rules_of(visit), item.id, actor=visit.actor.reference, now=visit.now)
    else:
        send_back(visit.session, item.id, actor=visit.actor.reference, now=visit.now)
    return go(f"{PATH}/{item.id}", "mail-ended")


def mail_rules_of(visit: DeskVisit) -> MailRules:
    """Raises `MailNotOffered`."""
    rules = visit.composition.resources[RulesOfMail].get(visit.operator.id)
    if rules is None:
        raise MailNotOffered
    return rules


def counter_refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    return _page(
        visit,
        seen=_seen_before(visit, form),
        form=form,
        problem=error.sentence(visit.reader.language),
        status=error.status,
    )


def _seen_before(visit: DeskVisit, form: Form) -> Seen | None:
    """The photo that is kept already, and the member who was chosen by it: nobody takes it twice."""
    try:
        picture = visit.session.get(MailPicture, id_in(form.get("picture", "")))
        chosen = id_in(form.get("member", "")) if form.get("member") else None
    except NotFound:
        return None
    if picture is None or picture.item_id is not None or picture.removed_at is not None:
        return None
    names = names_of(visit.session, [] if chosen is None else [chosen])
    return Seen(
        picture_id=picture.id,
        tracking_number=form.get("tracking_number", ""),
        suggestions=[(member_id, name, "") for member_id, name in names.items()],
        is_single=bool(names),
        reads=True,
    )


def item_refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    return _item_page(visit, problem=error.sentence(visit.reader.language), status=error.status)


def _page(
    visit: DeskVisit,
    *,
    seen: Seen | None = None,
    form: Form | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    rules = mail_rules_of(visit)
    name = visit.query.get("q", "").strip()[:LONGEST_SEARCH]
    wish = visit.query.get("wish", "")
    wanted = Wanted(name=name or None, instruction=wish if wish in WISHES else None)
    queue = list_items(visit.session, Wanted(status="unassigned"), after_id=0, limit=MOST_SHOWN)
    work = next((one for one in Work if one.value == visit.query.get("work")), None)
    if work is not None:
        found = list_work(visit.session, rules, work, visit.now, limit=MOST_SHOWN)
    else:
        found = list_items(visit.session, wanted, after_id=0, limit=MOST_SHOWN, listing=NEWEST_FIRST)
    members = names_of(visit.session, [item.member_id for item in found if item.member_id is not None])
    return visit.render(
        "console/mail.html",
        at="mail-counter",
        status=status,
        path=PATH,
        seen=seen,
        form=form or {},
        problem=problem,
        kinds=KINDS,
        statuses=STATUSES,
        wishes=WISHES,
        queue=queue,
        found=found,
        members=members,
        q=name,
        wish=wish,
        works=WORKS,
        work=work,
        waiting=count_work(visit.session, rules, visit.now, most=MOST_COUNTED),
        most_counted=MOST_COUNTED,
        distributes=rules.profile.distribution is not None,
    )


def _item_page(visit: DeskVisit, *, problem: str = "", status: int = 200) -> Response:
    item = item_of(visit)
    text = visit.query.get("q", item.addressee or "").strip()[:LONGEST_SEARCH]
    history = histories_of(visit.session, [item.id])[item.id]
    forwarding = mail_rules_of(visit).profile.forwarding
    name = "" if item.member_id is None else names_of(visit.session, [item.member_id])[item.member_id]
    return visit.render(
        "console/mail_item.html",
        at="mail-counter",
        status=status,
        path=PATH,
        item=item,
        member_name=name,
        pictures=pictures_of(visit.session, item.id),
        history=history,
        found=search_members(visit.session, text) if item.status == "unassigned" else [],
        ways=forwarding.ways if forwarding is not None and item.instruction in SENT_ON else {},
        batch=_batch_of(history),
        q=text,
        problem=problem,
        kinds=KINDS,
        statuses=STATUSES,
        wishes=WISHES,
    )


def item_of(visit: DeskVisit) -> MailItem:
    mail_rules_of(visit)
    return get_item(visit.session, id_in(visit.request.path_params["item_id"]))


def _batch_of(history: Sequence[MailEvent]) -> int | None:
    """The batch in which the item was forwarded."""
    last = history[-1].via if history else None
    kind, _, number = (last or "").partition(":")
    return int(number) if kind == "batch" else None


def line_of(form: Form, name: str, longest: int = LONGEST) -> str | None:
    """What was typed, on one line; None for nothing."""
    printable = "".join(one if one.isprintable() else " " for one in form.get(name, ""))
    return " ".join(printable.split())[:longest] or None
