"""Anybody who holds a certificate of use checks it, on the page and over the API."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount

from app.operators import OperatorInForce
from app.pages import build_pages
from app.published import OperatorsByName, published_routes
from app.settings import OperatorSettings
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.errors import NotFound
from coworking.kit.outbox import Resources
from coworking.kit.web.security_headers import SecurityHeaders
from coworking.membership import Doorway
from coworking.membership.contract_models import PlanTerm
from tests.factories.addresses import TODAY, make_certificate
from tests.factories.membership import NOW, make_member, make_operator
from tests.factories.sakura_address import address_rules, sakura
from tests.visitor import Visitor
from virtual_office import RulesOfAddresses
from virtual_office.routes import router

CODE = "7KQ2M9XD4HJT8WPR"


def test_a_certificate_is_checked_by_whoever_holds_it(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        operator_id = make_operator(session, "sakura")
        member = make_member(session, operator_id, kind="company", name="株式会社さくら")
        make_certificate(session, member, CODE)
    profile = sakura()
    settings = OperatorSettings(
        profile="sakura", carrier_account_sid=f"AC{0:032}", carrier_auth_token="a token of the tests"
    )
    operator = OperatorInForce(operator_id, settings, profile, 1, profile.calendar())
    operators = OperatorsByName.of([operator])
    clock = VirtualClock(NOW)
    api = FastAPI()
    resources = Resources(operators, RulesOfAddresses({operator_id: address_rules()}))
    api.state.doorway = Doorway(clean_database, clock, resources)
    api.include_router(router)
    pages = build_pages(["app.published"], secret=b"a secret of sixteen bytes", https=False)
    routes = [
        *published_routes(pages, operators, clock, clean_database),
        pages.static.route(),
        Mount("/", api),
    ]
    visitor = Visitor(SecurityHeaders(Starlette(routes=routes), https=False))

    page = visitor.get(f"/published/sakura/certificates/{CODE}").text
    assert "この証明書は有効です。" in page
    assert "株式会社さくら" in page
    assert "@" not in page.split("<main", 1)[1]
    path = "/api/published/sakura/address-certificates/"
    answer = visitor.get(path + CODE.lower())
    assert (answer.status_code, answer.json()["state"]) == (200, "valid")
    assert set(answer.json()) == {
        "state", "name", "registered_name", "use_ja", "use_en", "address_ja", "address_en", "issued_on", "valid_until",
    }  # fmt: skip
    with clean_database.transaction(operator_id) as session:
        for term in session.scalars(select(PlanTerm)):
            term.ends_on = TODAY
    clock.advance_to(NOW.replace(day=NOW.day + 1))
    assert "この証明書は効力を失っています。" in visitor.get(f"/published/sakura/certificates/{CODE}").text
    assert visitor.get(path + CODE).json()["state"] == "ended"
    for wrong in (f"sakura/certificates/{CODE[:-1]}", f"nobody/certificates/{CODE}"):
        assert visitor.get(f"/published/{wrong}").status_code == 404, wrong
    with pytest.raises(NotFound):
        visitor.get(f"{path}{CODE[:-1]}")
