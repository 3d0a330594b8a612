"""The pages of the service: start and sign-in, the phone simulator, the mail viewer, the API's description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from app.call_prices import price_of_call
from app.carriers import OperatorsCarrier
from app.console import console_routes, console_start
from app.demonstration import Demonstration
from app.door_simulator import DOOR_SIMULATOR_PATH, door_simulator_routes, simulated_operators
from app.mailbox import mailbox_routes
from app.member import member_routes
from app.portal.account import account_routes
from app.portal.doors import door_routes
from app.portal.errors import CodeAsked
from app.portal.sign_in import (
    ACCOUNT_PATH,
    SESSION_COOKIE,
    SIGN_IN_PATH,
    START_PATH,
    Account,
    Place,
    portal_routes,
)
from app.published import OperatorsByName, published_routes
from app.reference import REFERENCE_PATH, reference_routes
from app.sandbox_cards import sandbox_card_routes
from app.simulator.routes import Suggestion, simulator_routes
from app.wiring import Composition
from coworking.billing.cards.provider import CardProviders
from coworking.kit.errors import NotFound, NotPermitted
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.mailer import Mailer
from coworking.kit.web.cookies import read_cookie
from coworking.kit.web.pages import Pages, build_pages
from coworking.membership import (
    AccountRules,
    Actor,
    SignInRefused,
    TooManyAttempts,
    actor_of,
    find_account,
    operator_of,
    revoke_token,
)
from coworking.membership.signing_in.entries import SecondStepNeeded, begin_second_step, sign_in_with_pair
from telephony.carrier.sandbox.real_time import PacedClock

PAGE_PACKAGES = (
    "app.portal",
    "app.member",
    "app.simulator",
    "app.door_simulator",
    "app.mailbox",
    "app.reference",
    "app.published",
    "app.console",
    "app.sandbox_cards",
)


def page_routes(
    composition: Composition,
    carriers: Sequence[OperatorsCarrier],
    clock: PacedClock,
    shown: Demonstration | None,
) -> list[BaseRoute]:
    settings = composition.settings
    pages = build_pages(
        PAGE_PACKAGES,
        secret=settings.secret_key.encode(),
        https=settings.public_url.startswith("https://"),
    )
    places = [Place("api", "/api", open_to_all=True)]
    routes: list[BaseRoute] = [
        pages.static.route(),
        *reference_routes(pages, composition.api),
        *published_routes(
            pages, composition.resources[OperatorsByName], composition.clock, composition.database
        ),
    ]
    on_sandbox = next((one for one in carriers if one.sandbox is not None), None)
    if on_sandbox is not None and on_sandbox.sandbox is not None:
        places.insert(0, Place("simulator", "/simulator", open_to_all=True))
        suggestions = [Suggestion(shown.number, shown.rings)] if shown is not None else []
        routes += simulator_routes(
            pages,
            on_sandbox.sandbox,
            clock,
            price_of=price_of_call(composition, on_sandbox.operator),
            suggestions=lambda: suggestions,
        )
    if simulated := simulated_operators(composition.operators):
        places.append(Place("doors", DOOR_SIMULATOR_PATH, open_to_all=True))
        routes += door_simulator_routes(pages, composition.database, clock, simulated)
    mailer = composition.resources[Mailer]  # type: ignore[type-abstract]  # a Protocol as a key
    if isinstance(mailer, FolderMailer):
        places.append(Place("mail", "/mailbox"))
        routes += for_staff(pages, composition, mailbox_routes(pages, mailer))
    routes += sandbox_card_routes(pages, composition.resources[CardProviders])
    routes += console_routes(pages, composition, places)
    portal = _portal(pages, composition, places)
    start = next(route.endpoint for route in portal if isinstance(route, Route) and route.path == START_PATH)
    start = console_start(pages, composition, places, start)
    member = member_routes(pages, composition, start=start, places=places)
    return [*routes, *member, *portal, _no_such_page(pages)]


class _Elsewhere(Route):
    """What no other page takes; addresses below `/api` are the API's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["path"].startswith(f"{REFERENCE_PATH}/"):
            return Match.NONE, {}
        return super().matches(scope)


def _no_such_page(pages: Pages) -> Route:
    async def no_such_page(request: Request) -> Response:
        return pages.refusal(request, NotFound())

    return _Elsewhere("/{path:path}", no_such_page, methods=["GET"], name="no-such-page")


def for_staff(pages: Pages, composition: Composition, routes: Sequence[Route]) -> list[Route]:
    """The same routes, for signed-in staff only; others are asked to sign in, members are refused."""

    def guarded(
        endpoint: Callable[[Request], Awaitable[Response]],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guard(request: Request) -> Response:
            token = read_cookie(request, SESSION_COOKIE, https=pages.https)
            actor = await run_in_threadpool(_actor, composition, token) if token else None
            if actor is None:
                return RedirectResponse(SIGN_IN_PATH, 303)
            asks_two = composition.resources[AccountRules].staff_second_factor_required
            if actor.is_staff and asks_two and actor.factors < 2:
                return RedirectResponse(ACCOUNT_PATH, 303)
            return await endpoint(request) if actor.is_staff else pages.refusal(request, NotPermitted())

        return guard

    return [Route(route.path, guarded(route.endpoint), methods=["GET"], name=route.name) for route in routes]


def _actor(composition: Composition, token: str) -> Actor | None:
    operator_id = operator_of(token)
    if operator_id is None:
        return None
    with composition.database.transaction(operator_id) as session:
        return actor_of(session, token, composition.clock.now())


def _operators_of(composition: Composition, email: str) -> list[int]:
    """The operators at which an account has this name, else the first."""
    found = []
    for operator in composition.operators:
        with composition.database.transaction(operator.id) as session:
            if find_account(session, email) is not None:
                found.append(operator.id)
    return found or [operator.id for operator in composition.operators[:1]]


def _portal(pages: Pages, composition: Composition, places: Sequence[Place]) -> list[BaseRoute]:
    database, clock = composition.database, composition.clock
    titles = {operator.id: operator.profile.title.ja for operator in composition.operators}

    def token_for(email: str, password: str) -> str | None:
        """Tried at the operators of the deployment that know the name: a person need not know what an operator is. A
        name that nobody knows is tried at one, to look alike."""
        now, delayed = clock.now(), None
        for operator_id in _operators_of(composition, email):
            try:
                return sign_in_with_pair(
                    database,
                    composition.resources,
                    operator_id,
                    sign_in_name=email,
                    password=password,
                    now=now,
                )
            except SecondStepNeeded as needed:
                step = begin_second_step(database, needed.operator_id, needed.account_id, now)
                raise CodeAsked(step) from needed
            except SignInRefused:
                continue
            except TooManyAttempts as error:
                delayed = error
        if delayed is not None:
            raise delayed
        return None

    def account_of(token: str) -> Account | None:
        actor = _actor(composition, token)
        if actor is None:
            return None
        return Account(name=actor.name, operator_name=titles[actor.operator_id])

    def sign_out(token: str) -> None:
        operator_id = operator_of(token)
        if operator_id is not None:
            with database.transaction(operator_id) as session:
                revoke_token(session, token, clock.now())

    portal = portal_routes(
        pages, sign_in=token_for, account_of=account_of, sign_out=sign_out, places=places, accounts=True
    )
    return [*portal, *door_routes(pages, composition), *account_routes(pages, composition)]
