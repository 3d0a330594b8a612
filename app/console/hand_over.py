"""Handing mail over at the counter: the member's code or a document, the items, a signature."""

from __future__ import annotations

import re

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import Desk, DeskVisit, go, id_in
from app.console.mail import KINDS, line_of, mail_rules_of
from app.console.member_search import LONGEST_SEARCH, names_of, search_members
from coworking.kit.errors import UserError
from coworking.kit.listing import NEWEST_FIRST, OLDEST_FIRST
from coworking.kit.web.forms import Form
from coworking.kit.web.security_headers import PERMISSIONS_POLICY, WITH_CAMERA
from coworking.kit.web.translations import translatable
from mail_handling import MailItem, Proof, Wanted, hand_over, list_items
from mail_handling.errors import ProofMissing
from mail_handling.hand_overs import member_of_code
from mail_handling.histories import HERE

PATH = "/console/hand-over"
LONGEST_CODE = 100
MOST_ON_FORM = 40
"""A form has a limited number of fields."""
LONGEST_SIGNATURE = 20_000
DOCUMENTS = {
    "driving-licence": translatable("Driving licence"),
    "my-number-card": translatable("My Number Card"),
    "residence-card": translatable("Residence card"),
    "passport": translatable("Passport"),
}
_PATH_DATA = re.compile(r"[ML0-9 .\-]+")
"""What the pad draws: a path of moves and lines."""


def hand_over_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(PATH, show, name="hand-over"),
        desk.form(f"{PATH}/code", find_by_code, name="hand-over-code", refused=_refused),
        desk.form(PATH, give, name="hand-over-form", refused=_refused),
    ]


def show(visit: DeskVisit) -> Response:
    member = visit.query.get("member", "")
    return _page(visit, member_id=id_in(member) if member else None)


def find_by_code(visit: DeskVisit, form: Form) -> Response:
    """The code is not used up by looking whose it is."""
    mail_rules_of(visit)
    code = form.get("code", "").strip()[:LONGEST_CODE]
    return _page(visit, member_id=member_of_code(visit.session, code, visit.now), code=code)


def give(visit: DeskVisit, form: Form) -> Response:
    member_id = id_in(form.get("member", ""))
    code = form.get("code", "").strip()[:LONGEST_CODE]
    document = form.get("document", "")
    recipient = line_of(form, "recipient", LONGEST_SEARCH)
    proof = Proof(code=code) if code else Proof(recipient=recipient, document=document)
    if not code and document not in DOCUMENTS:
        raise ProofMissing
    signature = form.get("signature", "")[:LONGEST_SIGNATURE]
    hand_over(
        visit.session,
        mail_rules_of(visit),
        member_id,
        [id_in(name.removeprefix("item-")) for name in form if name.startswith("item-")],
        proof,
        signature=signature if _PATH_DATA.fullmatch(signature) else None,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(PATH, "mail-handed-over")


def _refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    member = form.get("member", "")
    return _page(
        visit,
        member_id=id_in(member) if member else None,
        code=form.get("code", "").strip()[:LONGEST_CODE] if member else "",
        problem=error.sentence(visit.reader.language),
        status=error.status,
    )


def _page(
    visit: DeskVisit,
    *,
    member_id: int | None = None,
    code: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    mail_rules_of(visit)
    text = visit.query.get("q", "").strip()[:LONGEST_SEARCH]
    items: list[MailItem] = []
    if member_id is not None:
        for state in (*HERE, "distributed"):
            items += list_items(
                visit.session,
                Wanted(member_id=member_id, status=state),
                after_id=0,
                limit=MOST_ON_FORM,
                listing=NEWEST_FIRST if state == "distributed" else OLDEST_FIRST,
            )
    answer = visit.render(
        "console/hand_over.html",
        at="hand-over",
        status=status,
        path=PATH,
        q=text,
        found=search_members(visit.session, text) if text and member_id is None else [],
        member_id=member_id,
        member_name=names_of(visit.session, [member_id]).get(member_id, "") if member_id else "",
        items=items[:MOST_ON_FORM],
        code=code,
        documents=DOCUMENTS,
        kinds=KINDS,
        problem=problem,
    )
    answer.headers[PERMISSIONS_POLICY] = WITH_CAMERA
    return answer
