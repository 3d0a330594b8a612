"""Open and scan at the counter: the recorded instruction, the pages, and the end of it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import Desk, DeskVisit, go, id_in
from app.console.mail import KINDS, PATH, item_of, mail_rules_of
from app.console.member_search import names_of
from coworking.kit.errors import UserError
from coworking.kit.images import LARGEST_UPLOAD_BYTES
from coworking.kit.stored_files import Files
from coworking.kit.virus_check import VirusScanner
from coworking.kit.web.forms import Form
from mail_handling.histories import HERE
from mail_handling.items import histories_of
from mail_handling.models import MailEvent
from mail_handling.pictures.scans import MOST_PAGES, add_file, drop_page, finish_scan
from mail_handling.pictures.taking import Taking, pictures_of
from mail_handling.profile import Choice

SCAN = f"{PATH}/{{item_id}}/scan"


def mail_scan_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(SCAN, show_scan, name="mail-scan"),
        desk.upload(
            f"{SCAN}/pages",
            keep_pages,
            name="mail-scan-pages",
            most_bytes=LARGEST_UPLOAD_BYTES,
            refused=_refused,
        ),
        desk.form(f"{SCAN}/drop", leave_page_out, name="mail-scan-page-dropped", refused=_refused),
        desk.form(SCAN, finish, name="mail-scan-finished", refused=_refused),
    ]


def show_scan(visit: DeskVisit) -> Response:
    return _page(visit)


def keep_pages(visit: DeskVisit, form: Form, data: bytes) -> Response:
    mail_rules_of(visit)
    resources = visit.composition.resources
    item = item_of(visit)
    taking = Taking(resources[Files], resources[VirusScanner])
    add_file(visit.session, taking, item.id, data, actor=visit.actor.reference, now=visit.now)
    return go(f"{PATH}/{item.id}/scan", "scan-pages-kept")


def leave_page_out(visit: DeskVisit, form: Form) -> Response:
    item = item_of(visit)
    drop_page(visit.session, item.id, id_in(form.get("page", "")), actor=visit.actor.reference, now=visit.now)
    return go(f"{PATH}/{item.id}/scan", "scan-page-dropped")


def finish(visit: DeskVisit, form: Form) -> Response:
    item = item_of(visit)
    finish_scan(visit.session, mail_rules_of(visit), item.id, actor=visit.actor.reference, now=visit.now)
    return go(f"{PATH}/{item.id}", "scan-finished")


def _refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    return _page(visit, problem=error.sentence(visit.reader.language), status=error.status)


def _page(visit: DeskVisit, *, problem: str = "", status: int = 200) -> Response:
    item = item_of(visit)
    is_wanted = item.status in HERE and item.instruction == Choice.SCAN
    history = histories_of(visit.session, [item.id])[item.id]
    names = names_of(visit.session, [item.member_id]) if item.member_id is not None else {}
    return visit.render(
        "console/mail_scan.html",
        at="mail-counter",
        status=status,
        path=PATH,
        item=item,
        member_name=names.get(item.member_id or 0, ""),
        pictures=pictures_of(visit.session, item.id)[:1],
        pages=pictures_of(visit.session, item.id, kind="page") if is_wanted else (),
        most_pages=MOST_PAGES,
        instructed=_instructed(history) if is_wanted else None,
        kinds=KINDS,
        problem=problem,
    )


def _instructed(history: Sequence[MailEvent]) -> MailEvent | None:
    """The line of the history by which the item may be opened."""
    said = (event for event in reversed(history) if event.instruction == Choice.SCAN)
    return next(said, None)
