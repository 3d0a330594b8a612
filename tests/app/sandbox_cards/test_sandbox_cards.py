"""A member registers one of the sandbox's cards at the sandbox's page."""

from __future__ import annotations

from starlette.applications import Starlette

from app.sandbox_cards import sandbox_card_routes
from coworking.billing.cards.sandbox_cards import SandboxCard
from coworking.kit.clock import SystemClock
from coworking.kit.web.pages import build_pages
from tests.factories.cards import Messages, sandbox_cards
from tests.visitor import Visitor


def test_the_card_that_is_chosen_is_registered() -> None:
    told = Messages()
    cards = sandbox_cards(SystemClock(), told)
    setup = cards.open_setup(cards.open_customer(key="c", email="sato@example.jp"), key="s").reference
    pages = build_pages(["app.portal", "app.sandbox_cards"], secret=b"a secret of sixteen bytes", https=False)
    routes = [*sandbox_card_routes(pages, {1: cards}), pages.static.route()]
    visitor = Visitor(Starlette(routes=routes))
    page = visitor.get(f"/sandbox-cards/1/{setup}").text
    assert all(f'value="{card}"' in page for card in SandboxCard)
    path = f"/sandbox-cards/1/{setup}"
    entered = visitor.post_form(path, path, card="declined")
    assert (entered.status_code, "0002" in entered.text) == (200, True)
    registered = cards.find_setup(setup)
    assert registered is not None
    assert (registered.method, len(told.told)) == ("pm_declined", 1)
    for wrong in (
        "/sandbox-cards/1/cs_sandbox_999",
        f"/sandbox-cards/2/{setup}",
        "/sandbox-cards/1/cus_sandbox_1",
    ):
        assert visitor.get(wrong).status_code == 404
    assert visitor.post_form(path, path, card="gold").status_code == 404
