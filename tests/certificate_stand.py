"""What anybody who holds a certificate of use sees: the published pages and API of sakura, with one certificate."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from app.operators import OperatorInForce
from app.pages import build_pages
from app.published import OperatorsByName, published_routes
from app.settings import OperatorSettings
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.outbox import Resources
from coworking.kit.web.security_headers import SecurityHeaders
from coworking.membership import Doorway
from coworking.membership.contract_models import PlanTerm
from tests.factories.addresses import TODAY, make_certificate
from tests.factories.membership import NOW, make_member, make_operator
from tests.factories.sakura_address import address_rules, sakura
from virtual_office import RulesOfAddresses
from virtual_office.routes import router

CODE = "7KQ2M9XD4HJT8WPR"
NAME = "株式会社さくら"


@dataclass(frozen=True)
class CertificateStand:
    database: Database
    operator_id: int
    clock: VirtualClock
    app: ASGIApp

    def end_contract(self) -> None:
        """It is the day after the member's last one."""
        with self.database.transaction(self.operator_id) as session:
            for term in session.scalars(select(PlanTerm)):
                term.ends_on = TODAY
        self.clock.advance_to(NOW.replace(day=NOW.day + 1))


def open_certificate_stand(database: Database) -> CertificateStand:
    with database.transaction() as session:
        operator_id = make_operator(session, "sakura")
        member = make_member(session, operator_id, kind="company", name=NAME)
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
    api.state.doorway = Doorway(database, clock, resources)
    api.include_router(router)
    pages = build_pages(["app.published"], secret=b"a secret of sixteen bytes", https=False)
    routes = [
        *published_routes(pages, operators, clock, database),
        pages.static.route(),
        Mount("/", api),
    ]
    app = SecurityHeaders(Starlette(routes=routes), https=False)
    return CertificateStand(database, operator_id, clock, app)
