"""Mail that leaves the counter many at a time: into the pigeonholes, and forwarded with a label."""

from __future__ import annotations

from decimal import Decimal

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import Desk, DeskVisit, go, id_in
from app.console.mail import PATH, counter_refused, item_refused, line_of, mail_rules_of
from coworking.kit.errors import NotFound
from coworking.kit.web.forms import Form
from mail_handling import NewBatch, distribute, forward, get_item
from mail_handling.batches import get_batch
from mail_handling.label_paper import label_pdf
from mail_handling.pictures.routes import file_answer
from mail_handling.pictures.scans import PDF

MOST_DIGITS = 6
LONGEST_ADDRESS = 400
LONGEST_TRACKING_NUMBER = 40


def mail_sending_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.form(
            f"{PATH}/distribution", put_into_pigeonholes, name="mail-distributed", refused=counter_refused
        ),
        desk.form(f"{PATH}/{{item_id}}/forward", send_on, name="mail-forwarded", refused=item_refused),
        desk.page(f"{PATH}/batches/{{batch_id}}/label", see_label, name="mail-label"),
    ]


def put_into_pigeonholes(visit: DeskVisit, form: Form) -> Response:
    distribute(visit.session, mail_rules_of(visit), None, actor=visit.actor.reference, now=visit.now)
    return go(PATH, "mail-distributed")


def send_on(visit: DeskVisit, form: Form) -> Response:
    """With the item goes whatever else its member wants forwarded."""
    item = get_item(visit.session, id_in(visit.request.path_params["item_id"]))
    if item.member_id is None:
        raise NotFound
    postage = form.get("postage", "").strip()
    forward(
        visit.session,
        mail_rules_of(visit),
        item.member_id,
        NewBatch(
            postage=Decimal(postage[:MOST_DIGITS]) if postage.isascii() and postage.isdigit() else Decimal(0),
            way=form.get("way") or None,
            address=line_of(form, "address", LONGEST_ADDRESS),
            tracking_number=line_of(form, "tracking_number", LONGEST_TRACKING_NUMBER),
            bundles=True,
        ),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(f"{PATH}/{item.id}", "mail-forwarded")


def see_label(visit: DeskVisit) -> Response:
    batch = get_batch(visit.session, id_in(visit.request.path_params["batch_id"]))
    return file_answer(label_pdf(mail_rules_of(visit), batch), PDF, f"label-{batch.id}.pdf")
