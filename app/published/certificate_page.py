"""The page on which anybody who holds a certificate of use checks whether it still holds."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.address_wiring import address_rules
from app.published.office_hours import staffed_hours
from app.published.operators import OperatorsByName
from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.errors import NotFound
from coworking.kit.web.pages import Pages
from virtual_office.certificates import check_code

LONGEST_CODE = 40


def certificate_route(
    path: str, pages: Pages, operators: OperatorsByName, clock: Clock, database: Database
) -> Route:
    def checked(request: Request) -> Response:
        reader = pages.reader(request)
        try:
            operator = operators.named(request.path_params["operator"])
            rules = address_rules(operator, "")
            code = request.path_params["code"]
            if rules is None or len(code) > LONGEST_CODE or "\x00" in code:
                raise NotFound
            with database.transaction(operator.id) as session:
                found = check_code(session, rules, code, clock.now())
        except NotFound as error:
            return pages.refusal(request, error)
        shown = found.certificate.facts
        return pages.render(
            request,
            "published/certificate.html",
            operator=operator.profile.name,
            title=operator.profile.title.spoken(reader.language),
            is_valid=found.state == "valid",
            certificate=found.certificate,
            shown=shown,
            use=shown[f"use_{reader.language}"],
            address=shown[f"address_{reader.language}"],
            hours=staffed_hours(operator, reader.language),
        )

    async def page(request: Request) -> Response:
        return await run_in_threadpool(checked, request)

    return Route(path, page, methods=["GET"], name="published-certificate")
