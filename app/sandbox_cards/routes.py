"""Choosing one of the sandbox's cards, and that it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from coworking.billing.cards.provider import CardProvider
from coworking.billing.cards.sandbox_cards import LAST_FOUR, SandboxCard, SandboxCards
from coworking.kit.errors import NotFound
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages

PATH: Final = "/sandbox-cards/{operator_id:int}/{setup}"


def sandbox_card_routes(pages: Pages, providers: Mapping[int, CardProvider]) -> list[Route]:
    """`providers` by operator; those that are no sandbox have no page here. `pages` must have been built with
    "app.portal" and "app.sandbox_cards"."""

    def sandbox(request: Request) -> SandboxCards:
        provider = providers.get(request.path_params["operator_id"])
        if not isinstance(provider, SandboxCards):
            raise NotFound
        return provider

    async def choose(request: Request) -> Response:
        try:
            waits = await run_in_threadpool(sandbox(request).is_setup, request.path_params["setup"])
        except NotFound as error:
            return pages.refusal(request, error)
        if not waits:
            return pages.refusal(request, NotFound())
        cards = [(card.value, LAST_FOUR[card]) for card in SandboxCard]
        return pages.render(request, "sandbox_cards/choose.html", cards=cards, entered=None)

    async def enter(request: Request, form: Form) -> Response:
        card = next((one for one in SandboxCard if one.value == form.get("card")), None)
        if card is None or not await run_in_threadpool(
            sandbox(request).enter_card, request.path_params["setup"], card
        ):
            raise NotFound
        return pages.render(request, "sandbox_cards/choose.html", cards=[], entered=LAST_FOUR[card])

    return [
        Route(PATH, choose, methods=["GET"], name="sandbox-card"),
        form_route(pages, PATH, enter, name="sandbox-card-entered"),
    ]
