"""Who comes to a staff page: let in by the session cookie, with the rights of their role, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.console.done import done_sentence
from app.operators import OperatorInForce
from app.portal.sign_in import ACCOUNT_PATH, SESSION_COOKIE, SIGN_IN_PATH, Place
from app.wiring import Composition
from coworking.kit.errors import NotFound, NotPermitted, UserError
from coworking.kit.web.cookies import read_cookie
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages
from coworking.kit.web.reader import Reader
from coworking.kit.web.uploads import text_upload_route, upload_route
from coworking.membership import AccountRules, Actor, SecondFactorNeeded, actor_of, operator_of
from telephony.numbers import LinesNotLent

STAFF = frozenset({"reception", "billing", "administrator"})
MONEY = frozenset({"billing", "administrator"})
"""Who may reverse charges, reconcile and see what calls cost the operator."""
LONGEST_ID_DIGITS = 18
FILE_FIELD = "file"
LARGEST_FILE_BYTES = 1_100_000


@dataclass(frozen=True)
class DeskVisit:
    """One request of signed-in staff."""

    desk: Desk
    request: Request
    session: Session
    actor: Actor
    operator: OperatorInForce
    now: datetime
    reader: Reader

    @property
    def composition(self) -> Composition:
        return self.desk.composition

    @property
    def may_money(self) -> bool:
        return self.actor.role in MONEY

    @property
    def today(self) -> date:
        return self.operator.calendar.local_date(self.now)

    @property
    def query(self) -> dict[str, str]:
        """The address's parameters; of a repeated one the last."""
        return dict(self.request.query_params)

    def render(self, template: str, *, at: str, status: int = 200, **facts: Any) -> Response:
        """A page in the desk's frame; `at` is the menu entry that it belongs to."""
        return self.desk.pages.render(
            self.request,
            template,
            status=status,
            at=at,
            visit=self,
            places=self.desk.places,
            done=done_sentence(self.reader, self.query),
            **facts,
        )


Show = Callable[[DeskVisit], Response]
Act = Callable[[DeskVisit, Form], Response]
Refused = Callable[[DeskVisit, Form, UserError], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Desk:
    """Makes routes of pages and forms that only signed-in staff reach; what they do runs in a thread."""

    pages: Pages
    composition: Composition
    places: Sequence[Place] = field(default=())
    of_lines: bool = False
    """What it makes is for staff of operators that lend lines."""

    def page(self, path: str, show: Show, *, name: str, roles: frozenset[str] = STAFF) -> Route:
        return Route(path, self.endpoint(show, roles), methods=["GET"], name=name)

    def endpoint(
        self, show: Show, roles: frozenset[str] = STAFF, *, for_others: Endpoint | None = None
    ) -> Endpoint:
        """`for_others` answers who is not of these roles, and who has not signed in, instead of a refusal."""

        async def endpoint(request: Request) -> Response:
            try:
                answer = await run_in_threadpool(self._admit, request, show, roles, for_others is not None)
            except SecondFactorNeeded:
                return RedirectResponse(ACCOUNT_PATH, 303)  # where it can be set up
            except UserError as error:
                return self.pages.refusal(request, error)
            if answer is None and for_others is not None:
                return await for_others(request)
            return answer or RedirectResponse(SIGN_IN_PATH, 303)

        return endpoint

    def form(
        self,
        path: str,
        act: Act,
        *,
        name: str,
        roles: frozenset[str] = STAFF,
        refused: Refused | None = None,
        with_file: bool = False,
    ) -> Route:
        """A form. What `act` does is undone when it raises a `UserError`; then `refused`, in a transaction of its own,
        shows the page again with the sentence where it belongs. `with_file`: the form may carry one text file, as
        its field `FILE_FIELD`."""

        async def endpoint(request: Request, form: Form) -> Response:
            return await self._answer(request, form, lambda visit: act(visit, form), roles, refused)

        if not with_file:
            return form_route(self.pages, path, endpoint, name=name)
        return text_upload_route(
            self.pages, path, endpoint, name=name, field=FILE_FIELD, most_bytes=LARGEST_FILE_BYTES
        )

    def upload(
        self,
        path: str,
        act: Callable[[DeskVisit, Form, bytes], Response],
        *,
        name: str,
        most_bytes: int,
        refused: Refused,
    ) -> Route:
        """A form with one file of any kind, which `act` is given; else as `form`."""

        async def endpoint(request: Request, form: Form, data: bytes) -> Response:
            return await self._answer(request, form, lambda visit: act(visit, form, data), STAFF, refused)

        return upload_route(self.pages, path, endpoint, name=name, most_bytes=most_bytes)

    async def _answer(
        self, request: Request, form: Form, then: Show, roles: frozenset[str], refused: Refused | None
    ) -> Response:
        try:
            answer = await run_in_threadpool(self._admit, request, then, roles)
        except NotPermitted:
            raise
        except UserError as error:
            if refused is None:
                raise
            told = error
            answer = await run_in_threadpool(
                self._admit, request, lambda visit: refused(visit, form, told), roles
            )
        return answer or RedirectResponse(SIGN_IN_PATH, 303)

    def _admit(
        self, request: Request, then: Show, roles: frozenset[str], quietly: bool = False
    ) -> Response | None:
        """The answer in one transaction; None for who has to sign in, and with `quietly` for other roles too. Raises
        `NotPermitted`, `SecondFactorNeeded`, `LinesNotLent`."""
        token = read_cookie(request, SESSION_COOKIE, https=self.pages.https)
        operators = {operator.id: operator for operator in self.composition.operators}
        operator = operators.get(operator_of(token) or 0) if token else None
        if token is None or operator is None:
            return None
        now = self.composition.clock.now()
        with self.composition.database.transaction(operator.id) as session:
            actor = actor_of(session, token, now)
            if actor is None:
                return None
            if actor.role not in roles:
                if quietly:
                    return None
                raise NotPermitted
            rules = self.composition.resources[AccountRules]
            if rules.staff_second_factor_required and actor.factors < 2:
                raise SecondFactorNeeded
            if self.of_lines and not operator.lends_lines:
                raise LinesNotLent
            return then(DeskVisit(self, request, session, actor, operator, now, self.pages.reader(request)))


def id_in(text: str) -> int:
    """An id as an address or a form names it. Raises `NotFound`."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID_DIGITS):
        raise NotFound
    return int(text)


def go(path: str, done: str | None = None) -> Response:
    """To another page, which says that `done` was done."""
    joint = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{joint}done={done}" if done else path, 303)
