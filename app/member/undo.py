"""The page that a notice of a change links to: it says what would be undone, and undoes it. Whoever holds the link may,
without signing in (R16). Looking at the page changes nothing: mail programs look at links too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.wiring import Composition
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages
from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable
from telephony.forwarding import Callbacks, RulesOfCalls
from telephony.forwarding.control import Contacts
from telephony.forwarding.control.errors import UndoOver
from telephony.forwarding.control.models import ChangeUndo
from telephony.forwarding.control.undo_offers import open_offer, operator_of_undo
from telephony.forwarding.control.undoing import undo_change
from telephony.numbers import RulesOfLines, get_line

UNDO_PATH = "/undo/{token}"

_WOULD = {
    "forwarding": translatable("Forwarding of %(number)s goes back to what it was before the change."),
    "phone-registered": translatable("%(phone)s is taken off the registered phones of %(number)s."),
    "phone-unregistered": translatable("%(phone)s is registered for %(number)s again."),
    "pin": translatable("The PIN that was set for %(number)s is locked and opens nothing any more."),
}
_DONE = {
    "forwarding": translatable("Forwarding of %(number)s is as it was before the change."),
    "phone-registered": translatable(
        "The registered phones of %(number)s are as they were before the change."
    ),
    "phone-unregistered": translatable(
        "The registered phones of %(number)s are as they were before the change."
    ),
    "pin": translatable("The PIN of %(number)s is locked."),
}


@dataclass(frozen=True, slots=True)
class UndoView:
    """`before` is the forwarding that would be brought back: whether it is on, and phones with their seconds."""

    sentence: str
    what: str
    until: str
    is_on: bool
    before: tuple[tuple[str, int], ...]


def undo_routes(pages: Pages, composition: Composition) -> list[BaseRoute]:
    door = _UndoDoor(pages, composition)
    return [
        Route(UNDO_PATH, door.show, methods=["GET"], name="undo"),
        form_route(pages, UNDO_PATH, door.undo, name="undo-form"),
    ]


class _UndoDoor:
    def __init__(self, pages: Pages, composition: Composition) -> None:
        self._pages = pages
        self._composition = composition

    async def show(self, request: Request) -> Response:
        reader = self._pages.reader(request)

        def look(session: Session, _operator_id: int, token: str, now: datetime) -> UndoView:
            return _view(session, reader, _open(session, token, now))

        return await self._answer(request, "offer", look)

    async def undo(self, request: Request, _form: Form) -> Response:
        reader, resources = self._pages.reader(request), self._composition.resources

        def act(session: Session, operator_id: int, token: str, now: datetime) -> str:
            line_id = _open(session, token, now).line_id
            contacts = Contacts(resources[RulesOfCalls][operator_id], resources[Callbacks].public_url)
            what = undo_change(session, contacts, resources[RulesOfLines][operator_id], token, now)
            return reader.gettext(_DONE[what], number=reader.phone(get_line(session, line_id).number))

        return await self._answer(request, "done", act)

    async def _answer(
        self, request: Request, shows: str, work: Callable[[Session, int, str, datetime], Any]
    ) -> Response:
        """The page with what the work returned as the fact `shows`, or with the sentence of why it cannot be."""
        facts: dict[str, Any] = {"offer": None, "done": "", "problem": ""}
        status = 200
        try:
            facts[shows] = await run_in_threadpool(self._in_transaction, request.path_params["token"], work)
        except UserError as error:
            facts["problem"], status = error.sentence(self._pages.reader(request).language), error.status
        response = self._pages.render(request, "member/undo.html", status=status, **facts)
        response.headers["Referrer-Policy"] = "no-referrer"  # the address is the means to undo
        return response

    def _in_transaction(self, token: str, work: Callable[[Session, int, str, datetime], Any]) -> Any:
        operator_id = operator_of_undo(token)
        if operator_id is None or operator_id not in self._composition.resources[RulesOfCalls]:
            raise UndoOver
        with self._composition.database.transaction(operator_id) as session:
            return work(session, operator_id, token, self._composition.clock.now())


def _open(session: Session, token: str, now: datetime) -> ChangeUndo:
    offer = open_offer(session, token, now)
    if offer is None:
        raise UndoOver
    return offer


def _view(session: Session, reader: Reader, offer: ChangeUndo) -> UndoView:
    before = offer.before
    facts = {"number": reader.phone(get_line(session, offer.line_id).number)}
    if "number" in before:
        facts["phone"] = reader.phone(before["number"])
    return UndoView(
        sentence=reader.gettext(_WOULD[offer.what], **facts),
        what=offer.what,
        until=reader.moment(offer.until),
        is_on=before.get("on", False),
        before=tuple((reader.phone(number), seconds) for number, seconds, _label in before.get("to", ())),
    )
