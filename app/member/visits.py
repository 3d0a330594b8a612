"""Who comes to a member's page: let in by the session cookie, with one of their lines in hand, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.member.notes import NOTE_COOKIE, NOTE_KEPT_SECONDS, Note, read_note
from app.operators import OperatorInForce
from app.portal.sign_in import SESSION_COOKIE, SIGN_IN_PATH
from app.wiring import Composition
from coworking.kit.errors import NotFound, NotPermitted, UserError
from coworking.kit.web.cookies import clear_cookie, read_cookie, set_cookie
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages
from coworking.kit.web.reader import Reader
from coworking.kit.web.uploads import upload_route
from coworking.membership import Actor, actor_of, operator_of
from telephony.forwarding import CallRules, RulesOfCalls
from telephony.forwarding.voicemail.models import VoicemailMessage
from telephony.numbers import Line, LineRules, LinesNotLent, RulesOfLines, list_lines

LINE_COOKIE = "line"
LINE_FIELD = "line"
LONGEST_ID_DIGITS = 18


@dataclass
class MemberVisit:
    """One request of a signed-in member. `lines` are those that have not ended, else the last one; `line` is the one
    in hand, None for a member without any."""

    pages: Pages
    composition: Composition
    request: Request
    session: Session
    actor: Actor
    member_id: int
    operator: OperatorInForce
    now: datetime
    lines: Sequence[Line]
    line: Line | None

    @property
    def reader(self) -> Reader:
        return self.pages.reader(self.request)

    @property
    def rules(self) -> CallRules:
        return self.composition.resources[RulesOfCalls][self.operator.id]

    @property
    def line_rules(self) -> LineRules:
        return self.composition.resources[RulesOfLines][self.operator.id]

    @property
    def by_htmx(self) -> bool:
        """Whether only a part of the page is asked for."""
        return "hx-request" in self.request.headers

    def own_line(self) -> Line:
        """The line in hand. Raises `NotFound` for a member without one."""
        if self.line is None:
            raise NotFound
        return self.line

    def unheard(self) -> int:
        """How many messages wait to be heard."""
        statement = (
            select(func.count())
            .select_from(VoicemailMessage)
            .where(
                VoicemailMessage.member_id == self.member_id,
                VoicemailMessage.state != "deleted",
                VoicemailMessage.heard_at.is_(None),
            )
        )
        return self.session.scalar(statement) or 0

    def render(self, template: str, *, tab: str, status: int = 200, **facts: Any) -> Response:
        """A page with its frame. A note that was left by the request before is shown once."""
        note = read_note(read_cookie(self.request, NOTE_COOKIE, https=self.pages.https))
        response = self.pages.render(
            self.request,
            template,
            status=status,
            tab=tab,
            note=note.view(self.reader) if note else None,
            lines=self.lines,
            line=self.line,
            account=self.actor,
            unheard=self.unheard(),
            lends_lines=self.operator.lends_lines,
            takes_mail=self.operator.profile.mail is not None,
            **facts,
        )
        if note is not None:
            clear_cookie(response, NOTE_COOKIE, https=self.pages.https)
        if self.line is not None and self.request.query_params.get(LINE_FIELD) == str(self.line.id):
            set_cookie(response, LINE_COOKIE, str(self.line.id), https=self.pages.https)
        return response

    def go(self, path: str, note: Note | None = None) -> Response:
        """To another page, with a note for it."""
        response = RedirectResponse(path, 303)
        if note is not None:
            set_cookie(
                response,
                NOTE_COOKIE,
                note.written(),
                https=self.pages.https,
                max_age_seconds=NOTE_KEPT_SECONDS,
            )
        return response


Show = Callable[[MemberVisit], Response]
Act = Callable[[MemberVisit, Form], Response]
Refused = Callable[[MemberVisit, Form, UserError], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class MemberDoor:
    """Makes routes of pages and forms that only signed-in members reach; what they do runs in a thread."""

    def __init__(self, pages: Pages, composition: Composition, *, of_lines: bool = False) -> None:
        """`of_lines`: what it makes is for members of operators that lend lines."""
        self._pages = pages
        self._of_lines = of_lines
        self._composition = composition
        self._operators = {operator.id: operator for operator in composition.operators}

    def page(self, path: str, show: Show, *, name: str, for_others: Endpoint | None = None) -> Route:
        """A page; `for_others` answers who is not a member (staff, and who has not signed in), instead of a refusal."""

        async def endpoint(request: Request) -> Response:
            try:
                answer = await run_in_threadpool(self._admit, request, show, None, for_others is not None)
            except UserError as error:
                return self._pages.refusal(request, error)
            if answer is None and for_others is not None:
                return await for_others(request)
            return answer or RedirectResponse(SIGN_IN_PATH, 303)

        return Route(path, endpoint, methods=["GET"], name=name)

    def form(self, path: str, act: Act, *, name: str, refused: Refused | None = None) -> Route:
        """A form. What `act` does is undone when it raises a `UserError`; then `refused`, in a transaction of its own,
        shows the page again with the sentence where it belongs."""

        async def endpoint(request: Request, form: Form) -> Response:
            return await self._answer(request, form, lambda visit: act(visit, form), refused)

        return form_route(self._pages, path, endpoint, name=name)

    def upload(
        self,
        path: str,
        act: Callable[[MemberVisit, bytes], Response],
        *,
        name: str,
        most_bytes: int,
        refused: Refused,
    ) -> Route:
        """A form with a file, which `act` is given; else as `form`."""

        async def endpoint(request: Request, form: Form, data: bytes) -> Response:
            return await self._answer(request, form, lambda visit: act(visit, data), refused)

        return upload_route(self._pages, path, endpoint, name=name, most_bytes=most_bytes)

    async def _answer(self, request: Request, form: Form, then: Show, refused: Refused | None) -> Response:
        line_wish = form.get(LINE_FIELD)
        try:
            answer = await run_in_threadpool(self._admit, request, then, line_wish)
        except UserError as error:
            if refused is None:
                raise
            told = error
            answer = await run_in_threadpool(
                self._admit, request, lambda visit: refused(visit, form, told), line_wish
            )
        return answer or RedirectResponse(SIGN_IN_PATH, 303)

    def _admit(
        self, request: Request, then: Show, line_wish: str | None, quietly: bool = False
    ) -> Response | None:
        """The answer in one transaction; None for who has to sign in, and with `quietly` for staff too. Raises
        `NotPermitted` for staff, `LinesNotLent`, `NotFound` for a line that is not the member's."""
        token = read_cookie(request, SESSION_COOKIE, https=self._pages.https)
        operator = self._operators.get(operator_of(token) or 0) if token else None
        if token is None or operator is None:
            return None
        now = self._composition.clock.now()
        with self._composition.database.transaction(operator.id) as session:
            actor = actor_of(session, token, now)
            if actor is None:
                return None
            if actor.is_staff or actor.member_id is None:
                if quietly:
                    return None
                raise NotPermitted
            if self._of_lines and not operator.lends_lines:
                raise LinesNotLent
            lines = _shown(list_lines(session, member_id=actor.member_id))
            return then(
                MemberVisit(
                    pages=self._pages,
                    composition=self._composition,
                    request=request,
                    session=session,
                    actor=actor,
                    member_id=actor.member_id,
                    operator=operator,
                    now=now,
                    lines=lines,
                    line=self._in_hand(request, lines, line_wish),
                )
            )

    def _in_hand(self, request: Request, lines: Sequence[Line], form_wish: str | None) -> Line | None:
        """What the form or the address names, which must be the member's; else what the cookie remembers; else the
        first."""
        wish = form_wish if form_wish is not None else request.query_params.get(LINE_FIELD)
        if wish is not None:
            line = next((line for line in lines if str(line.id) == wish), None)
            if line is None:
                raise NotFound
            return line
        remembered = read_cookie(request, LINE_COOKIE, https=self._pages.https)
        return next((line for line in lines if str(line.id) == remembered), lines[0] if lines else None)


def _shown(lines: Sequence[Line]) -> Sequence[Line]:
    live = [line for line in lines if line.status != "ended"]
    return live or list(lines[-1:])


def id_in(text: str) -> int:
    """An id as an address or a form names it. Raises `NotFound`."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID_DIGITS):
        raise NotFound
    return int(text)
