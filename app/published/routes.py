"""The published pages: the price list and the terms of an operator, the check of a certificate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.operators import OperatorInForce
from app.published.certificate_page import certificate_route
from app.published.office_hours import staffed_hours
from app.published.operators import OperatorsByName
from app.published.price_list import price_list
from app.published.versions import editions
from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.errors import NotFound
from coworking.kit.web.pages import Pages
from coworking.kit.web.translations import translatable
from coworking.membership.community.published_terms import TermsEdition, terms_editions
from telephony.metering.profile import CallClass

PUBLISHED_PATH = "/published"

ReadTerms = Callable[[OperatorInForce], Sequence[TermsEdition]]

CALL_CLASS_WORDS = {
    CallClass.FORWARD_TO_FIXED: translatable("Forwarded to a fixed phone"),
    CallClass.FORWARD_TO_MOBILE: translatable("Forwarded to a mobile"),
    CallClass.FORWARD_TO_IP: translatable("Forwarded to an IP phone"),
    CallClass.DESK_TO_FIXED: translatable("From the desk phone to a fixed phone"),
    CallClass.DESK_TO_MOBILE: translatable("From the desk phone to a mobile"),
    CallClass.DESK_TO_IP: translatable("From the desk phone to an IP phone"),
    CallClass.MOBILE_TO_FIXED: translatable("From your mobile to a fixed phone"),
    CallClass.MOBILE_TO_MOBILE: translatable("From your mobile to a mobile"),
    CallClass.MOBILE_TO_IP: translatable("From your mobile to an IP phone"),
    CallClass.FIXED_TO_FIXED: translatable("From your fixed phone to a fixed phone"),
    CallClass.FIXED_TO_MOBILE: translatable("From your fixed phone to a mobile"),
    CallClass.FIXED_TO_IP: translatable("From your fixed phone to an IP phone"),
    CallClass.CONTROL: translatable("Changing the forwarding by phone"),
}


def published_routes(
    pages: Pages, operators: OperatorsByName, clock: Clock, database: Database
) -> list[Route]:
    """Open to everybody. `pages` must have been built with "app.published"."""

    def terms_of(operator: OperatorInForce) -> Sequence[TermsEdition]:
        with database.transaction(operator.id) as session:
            return terms_editions(session, operator.profile.membership)

    def shown(request: Request, template: str, read_terms: ReadTerms | None = None) -> Response:
        reader = pages.reader(request)
        try:
            operator = operators.named(request.path_params["operator"])
        except NotFound as error:
            return pages.refusal(request, error)
        profile = operator.profile
        today = operator.calendar.local_date(clock.now())
        return pages.render(
            request,
            template,
            operator=profile.name,
            title=profile.title.spoken(reader.language),
            today=today,
            listed=price_list(profile, today),
            terms=editions(read_terms(operator), today) if read_terms else [],
            call_words={call_class: reader.gettext(words) for call_class, words in CALL_CLASS_WORDS.items()},
            hours=staffed_hours(operator, reader.language),
        )

    async def prices(request: Request) -> Response:
        return shown(request, "published/prices.html")

    async def terms(request: Request) -> Response:
        return await run_in_threadpool(shown, request, "published/terms.html", terms_of)

    return [
        Route(f"{PUBLISHED_PATH}/{{operator}}/prices", prices, methods=["GET"], name="published-prices"),
        Route(f"{PUBLISHED_PATH}/{{operator}}/terms", terms, methods=["GET"], name="published-terms"),
        certificate_route(
            f"{PUBLISHED_PATH}/{{operator}}/certificates/{{code}}", pages, operators, clock, database
        ),
    ]
