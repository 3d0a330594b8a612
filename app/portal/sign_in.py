"""Signing in with mail address and password, signing out, and the start page behind the door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.portal.errors import CodeAsked, WrongPair
from coworking.kit.errors import UserError
from coworking.kit.web.cookies import clear_cookie, read_cookie, set_cookie
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages

SESSION_COOKIE = "session"
SIGN_IN_PATH = "/sign-in"
STEP_COOKIE = "step"
STEP_PATH = "/sign-in/code"
STEP_KEPT_SECONDS = 600
SIGN_OUT_PATH = "/sign-out"
START_PATH = "/"
ACCOUNT_PATH = "/account"
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3
LONGEST_PASSWORD = 256  # characters; more is refused before it is hashed


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, as the pages greet them."""

    name: str
    operator_name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go from the start page. `kind` is "simulator", "doors", "api" or "mail"."""

    kind: str
    path: str
    open_to_all: bool = False  # shown before signing in as well


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Where people in trouble call: E.164, and the hours as they are written in each language."""

    number: str
    hours_ja: str
    hours_en: str


SignIn = Callable[[str, str], str | None]  # mail address, password → session token; None for a wrong pair
AccountOf = Callable[[str], Account | None]  # session token → who; None when it is unknown or over
SignOut = Callable[[str], None]


def portal_routes(
    pages: Pages,
    *,
    sign_in: SignIn,
    account_of: AccountOf,
    sign_out: SignOut,
    places: Sequence[Place],
    help_line: HelpLine | None = None,
    accounts: bool = False,
) -> list[BaseRoute]:
    """`/`, `/sign-in` and `/sign-out`. The three functions may block (argon2, a database): they run in threads.

    `sign_in` may raise a UserError of its own (too many attempts): its sentence and status are shown; `CodeAsked` leads
    to the second step. `accounts` says that `app.portal.doors` is there: passkeys, registering, forgotten passwords.
    """
    door = _Door(pages, sign_in, account_of, sign_out, places, help_line, accounts)
    return [
        Route(START_PATH, door.start_page, methods=["GET"], name="start"),
        Route(SIGN_IN_PATH, door.sign_in_page, methods=["GET"], name="sign-in"),
        form_route(pages, SIGN_IN_PATH, door.sign_in, name="sign-in-form"),
        form_route(pages, SIGN_OUT_PATH, door.sign_out, name="sign-out"),
    ]


class _Door:
    def __init__(
        self,
        pages: Pages,
        sign_in: SignIn,
        account_of: AccountOf,
        sign_out: SignOut,
        places: Sequence[Place],
        help_line: HelpLine | None,
        accounts: bool,
    ) -> None:
        self._pages = pages
        self._sign_in = sign_in
        self._account_of = account_of
        self._sign_out = sign_out
        self._places = places
        self._help_line = help_line
        self._accounts = accounts

    async def start_page(self, request: Request) -> Response:
        account = await self._account(request)
        if account is None:
            return RedirectResponse(SIGN_IN_PATH, 303)
        return self._pages.render(request, "portal/start.html", account=account, places=self._places)

    async def sign_in_page(self, request: Request) -> Response:
        if await self._account(request) is not None:
            return RedirectResponse(START_PATH, 303)
        return self._form(request)

    async def sign_in(self, request: Request, form: Form) -> Response:
        """To the start page with a session cookie; the form again, with one sentence, for any wrong pair."""
        email, password = form.get("email", "").strip(), form.get("password", "")
        try:
            if not email or not password or len(email) > LONGEST_EMAIL or len(password) > LONGEST_PASSWORD:
                raise WrongPair
            token = await run_sync(self._sign_in, email, password)
            if token is None:
                raise WrongPair
        except CodeAsked as asked:
            response = RedirectResponse(STEP_PATH, 303)
            set_cookie(
                response, STEP_COOKIE, asked.step, https=self._pages.https, max_age_seconds=STEP_KEPT_SECONDS
            )
            return response
        except UserError as error:
            return self._form(request, email=email[:LONGEST_EMAIL], error=error)
        response = RedirectResponse(START_PATH, 303)
        set_cookie(response, SESSION_COOKIE, token, https=self._pages.https)
        self._pages.start_visit(response)
        return response

    async def sign_out(self, request: Request, _form: Form) -> Response:
        token = self._token(request)
        if token is not None:
            await run_sync(self._sign_out, token)
        response = RedirectResponse(SIGN_IN_PATH, 303)
        clear_cookie(response, SESSION_COOKIE, https=self._pages.https)
        self._pages.start_visit(response)
        return response

    def _form(self, request: Request, *, email: str = "", error: UserError | None = None) -> Response:
        language = self._pages.reader(request).language
        response = self._pages.render(
            request,
            "portal/sign_in.html",
            status=error.status if error else 200,
            email=email,
            problem=error.sentence(language) if error else "",
            places=[place for place in self._places if place.open_to_all],
            help_line=self._help_line,
            accounts=self._accounts,
        )
        response.headers.update(error.headers if error else {})
        return response

    async def _account(self, request: Request) -> Account | None:
        token = self._token(request)
        return await run_sync(self._account_of, token) if token else None

    def _token(self, request: Request) -> str | None:
        return read_cookie(request, SESSION_COOKIE, https=self._pages.https)
