"""The member's mail: what came, what shall be done with it, and the code for collecting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import segno
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.member.home import office_hours
from app.member.notes import Note
from app.member.visits import MemberVisit, id_in
from coworking.kit.errors import NotFound, UserError
from coworking.kit.images import JPEG
from coworking.kit.listing import NEWEST_FIRST
from coworking.kit.stored_files import Files
from coworking.kit.web.forms import Form
from coworking.kit.web.translations import translatable
from mail_handling import (
    Choice,
    MailItem,
    MailRules,
    RulesOfMail,
    Wanted,
    confirm_disposal,
    get_item,
    instruct,
    issue_grant,
    list_items,
    put_back,
)
from mail_handling.errors import MailNotOffered
from mail_handling.histories import HERE
from mail_handling.pictures.models import MailPicture
from mail_handling.pictures.routes import file_answer
from mail_handling.pictures.scans import PDF, read_scan
from mail_handling.pictures.taking import read_picture
from mail_handling.storage import first_charged_day

MAIL_PATH = "/mail"
MOST_SHOWN = 100
WEB = "web"
KINDS = {
    "letter": translatable("Letter"),
    "parcel": translatable("Parcel"),
    "registered": translatable("Registered mail"),
    "cod": translatable("Cash on delivery"),
}
CHOICES: dict[Choice, tuple[str, str, str]] = {
    Choice.SCAN: (translatable("Open and read"), translatable("comes as a PDF"), "scan"),
    Choice.FORWARD: (translatable("Forward"), translatable("postage and a fee"), "truck"),
    Choice.BUNDLE: (translatable("Forward together"), translatable("with the next bundle"), "list"),
    Choice.PICK_UP: (translatable("Collect"), translatable("at the counter"), "hand"),
    Choice.KEEP: (translatable("Keep"), translatable("until you say more"), "box"),
    Choice.RETURN: (translatable("Send back"), translatable("to the sender"), "ret"),
    Choice.DISPOSE: (translatable("Throw away"), translatable("asked once more"), "trash"),
}
STATES = {
    "distributed": (translatable("In your pigeonhole"), "on"),
    "handed-over": (translatable("Handed over"), "off"),
    "forwarded": (translatable("Sent on"), "off"),
    "disposed": (translatable("Destroyed"), "off"),
    "returned": (translatable("Sent back"), "off"),
    "scanned": (translatable("Scanned"), "on"),
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as the member sees it."""

    id: int
    title: str
    details: str
    badge: str
    tone: str
    picture_id: int | None
    choice: str
    is_asked: bool
    """What shall be done with it is not said yet."""
    is_here: bool
    is_scanned: bool
    confirms: bool
    """A disposal waits to be confirmed."""
    storage: str


@dataclass(frozen=True, slots=True)
class Shown:
    asked: list[ItemView] = field(default_factory=list)
    here: list[ItemView] = field(default_factory=list)
    done: list[ItemView] = field(default_factory=list)


def show_mail(visit: MemberVisit) -> Response:
    return _page(visit)


def show_item(visit: MemberVisit) -> Response:
    return _page(visit, only=_own(visit))


def give_instruction(visit: MemberVisit, form: Form) -> Response:
    item = _own(visit)
    choice = next((each for each in Choice if each.value == form.get("choice")), None)
    if choice is None:
        raise NotFound
    instruct(
        visit.session,
        mail_rules_of(visit),
        item.id,
        choice,
        actor=visit.actor.reference,
        by_staff=False,
        now=visit.now,
    )
    return visit.go(MAIL_PATH, Note("mail-confirm" if choice is Choice.DISPOSE else "mail-instructed"))


def confirm(visit: MemberVisit, form: Form) -> Response:
    item = _own(visit)
    confirm_disposal(
        visit.session,
        mail_rules_of(visit),
        item.id,
        actor=visit.actor.reference,
        by_staff=False,
        now=visit.now,
    )
    return visit.go(MAIL_PATH, Note("mail-confirmed"))


def say_not_mine(visit: MemberVisit, form: Form) -> Response:
    item = _own(visit)
    put_back(visit.session, item.id, actor=visit.actor.reference, by_staff=False, now=visit.now)
    return visit.go(MAIL_PATH, Note("mail-put-back"))


def make_code(visit: MemberVisit, form: Form) -> Response:
    """The code is on the page that answers, and nowhere else."""
    grant = issue_grant(
        visit.session, mail_rules_of(visit), visit.member_id, actor=visit.actor.reference, now=visit.now
    )
    picture = segno.make(grant.code, error="m").svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    valid_until = grant.expires_at.astimezone(visit.reader.zone)
    return visit.render(
        "member/mail_code.html",
        tab="mail",
        picture=picture,
        code=grant.code,
        valid_until=f"{valid_until:%H:%M}",
        office_hours=office_hours(visit),
    )


def mail_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    return _page(visit, problem=error.sentence(visit.reader.language), status=error.status)


def see_picture(visit: MemberVisit) -> Response:
    mail_rules_of(visit)
    picture_id = id_in(visit.request.path_params["picture_id"])
    jpeg = read_picture(
        visit.session,
        visit.composition.resources[Files],
        picture_id,
        member_id=visit.member_id,
        size="thumbnail" if visit.request.query_params.get("size") == "small" else "full",
        actor=visit.actor.reference,
        channel=WEB,
        now=visit.now,
    )
    return file_answer(jpeg, JPEG, f"mail-{picture_id}.jpg")


def see_scan(visit: MemberVisit) -> Response:
    item = _own(visit)
    pdf = read_scan(
        visit.session,
        visit.composition.resources[Files],
        item.id,
        member_id=visit.member_id,
        actor=visit.actor.reference,
        channel=WEB,
        now=visit.now,
    )
    return file_answer(pdf, PDF, f"mail-{item.id}.pdf")


def mail_rules_of(visit: MemberVisit) -> MailRules:
    rules = visit.composition.resources[RulesOfMail].get(visit.operator.id)
    if rules is None:
        raise MailNotOffered
    return rules


def _own(visit: MemberVisit) -> MailItem:
    """Raises `NotFound` for what is not the member's."""
    item = get_item(visit.session, id_in(visit.request.path_params["item_id"]))
    if item.member_id != visit.member_id:
        raise NotFound
    return item


def _page(
    visit: MemberVisit, *, only: MailItem | None = None, problem: str = "", status: int = 200
) -> Response:
    """The member's items, or one of them alone."""
    rules, reader = mail_rules_of(visit), visit.reader
    found = (only,) if only is not None else _items(visit)
    shown = Shown()
    today = rules.calendar.local_date(visit.now)
    pictures = _pictures(visit.session, [item.id for item in found])
    for item in found:
        view = _view(visit, rules, item, today, pictures.get(item.id))
        (shown.asked if view.is_asked else shown.here if view.is_here else shown.done).append(view)
    tabs = {"asked": shown.asked, "here": shown.here, "done": shown.done}
    wish = visit.request.query_params.get("show", "")
    if only is not None:
        show = next(name for name, items in tabs.items() if items)
    else:
        show = wish if wish in tabs else "asked"
    return visit.render(
        "member/mail.html",
        tab="mail",
        status=status,
        problem=problem,
        show=show,
        items=tabs[show],
        counts={} if only is not None else {name: len(items) for name, items in tabs.items()},
        choices=[
            (choice.value, *map(reader.gettext, CHOICES[choice][:2]), CHOICES[choice][2])
            for choice in CHOICES
            if choice in rules.profile.choices
        ],
        path=MAIL_PATH,
        waiting_days=rules.profile.disposal.waiting_days,
    )


def _items(visit: MemberVisit) -> Sequence[MailItem]:
    wanted = Wanted(member_id=visit.member_id)
    return list_items(visit.session, wanted, after_id=0, limit=MOST_SHOWN, listing=NEWEST_FIRST)


def _pictures(session: Session, item_ids: Sequence[int]) -> dict[int, int]:
    """The first picture of the outside of each item that has one."""
    statement = (
        select(MailPicture.item_id, func.min(MailPicture.id))
        .where(
            MailPicture.item_id.in_(item_ids),
            MailPicture.kind == "outside",
            MailPicture.removed_at.is_(None),
        )
        .group_by(MailPicture.item_id)
    )
    return {item_id: picture_id for item_id, picture_id in session.execute(statement) if item_id is not None}


def _view(
    visit: MemberVisit, rules: MailRules, item: MailItem, today: date, picture_id: int | None
) -> ItemView:
    reader = visit.reader
    is_here = item.status in HERE
    is_asked = item.status == "waiting" and item.instruction is None
    if is_asked:
        badge, tone = reader.gettext("What shall we do?"), "warn"
    elif is_here and item.instruction is not None:
        badge, tone = reader.gettext(CHOICES[Choice(item.instruction)][0]), "on"
    else:
        words, tone = STATES[item.status]
        badge = reader.gettext(words)
    weight = [f"{reader.figure(item.weight_g)} g"] if item.weight_g is not None else []
    return ItemView(
        id=item.id,
        title=item.sender or reader.gettext("Sender not written"),
        details=" · ".join((reader.gettext(KINDS[item.kind]), *weight, reader.moment(item.received_at))),
        badge=badge,
        tone=tone,
        picture_id=picture_id,
        choice=item.instruction or "",
        is_asked=is_asked,
        is_here=is_here,
        is_scanned=item.status == "scanned",
        confirms=is_here and item.instruction == Choice.DISPOSE and item.disposable_on is None,
        storage=_storage(visit, rules, item, today) if is_here else "",
    )


def _storage(visit: MemberVisit, rules: MailRules, item: MailItem, today: date) -> str:
    storage = rules.profile.storage
    if storage is None or "mail-storage" not in rules.billing.profile.fees:
        return ""
    last_free = first_charged_day(storage, item.received_on) - timedelta(days=1)
    if item.charged_through is not None and item.charged_through > today:
        last_free = item.charged_through
    if today > last_free:
        return visit.reader.gettext("Storage is charged by the day.")
    return visit.reader.gettext("Free until %(day)s", day=visit.reader.day(last_free))
