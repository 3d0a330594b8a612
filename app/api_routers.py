"""Every package's part of the HTTP API, in the order in which the description shows it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

import coworking.billing.books.routes
import coworking.billing.cards.routes
import coworking.billing.charge_routes
import coworking.billing.debits.mandate_routes
import coworking.billing.debits.routes
import coworking.billing.deposits.routes
import coworking.billing.invoicing.routes
import coworking.billing.invoicing.run_routes
import coworking.billing.paper_routes
import coworking.billing.payment_routes
import coworking.billing.routes
import coworking.doors.agent.routes
import coworking.doors.card_routes
import coworking.doors.locks.routes
import coworking.doors.my_number_cards.routes
import coworking.doors.routes
import coworking.doors.visit_routes
import coworking.membership.community.reading_routes
import coworking.membership.community.routes
import coworking.membership.company_routes
import coworking.membership.contract_routes
import coworking.membership.detail_routes
import coworking.membership.identity.routes
import coworking.membership.identity.suspicion_routes
import coworking.membership.incidents.conduct_routes
import coworking.membership.incidents.routes
import coworking.membership.member_routes
import coworking.membership.place_routes
import coworking.membership.routes
import coworking.membership.signing_in.account_routes
import coworking.membership.signing_in.entry_routes
import coworking.membership.signing_in.staff_routes
import coworking.reservations.feed_routes
import coworking.reservations.routes
import mail_handling.addressees.routes
import mail_handling.desk_routes
import mail_handling.item_routes
import mail_handling.pictures.routes
import telephony.forwarding.calling_out.routes
import telephony.forwarding.calls_routes
import telephony.forwarding.control.routes
import telephony.forwarding.forwarding_routes
import telephony.forwarding.halts_routes
import telephony.forwarding.member_webhooks.routes
import telephony.forwarding.review_routes
import telephony.forwarding.routes
import telephony.forwarding.voicemail.routes
import telephony.metering.routes
import telephony.numbers.routes
import virtual_office.exit_routes
import virtual_office.routes
from app.imports.routes import router as imports_router
from app.people.routes import router as people_router
from app.published.api import router as published_router

ROUTERS = (
    coworking.membership.routes.router,
    coworking.membership.signing_in.entry_routes.router,
    coworking.membership.signing_in.account_routes.router,
    coworking.membership.signing_in.staff_routes.router,
    coworking.membership.member_routes.router,
    coworking.membership.contract_routes.router,
    coworking.membership.company_routes.router,
    coworking.membership.identity.routes.router,
    coworking.membership.identity.suspicion_routes.router,
    coworking.membership.detail_routes.router,
    coworking.membership.community.routes.router,
    coworking.membership.community.reading_routes.router,
    coworking.membership.incidents.conduct_routes.router,
    coworking.membership.incidents.routes.router,
    coworking.membership.place_routes.router,
    coworking.reservations.routes.router,
    coworking.reservations.feed_routes.router,
    coworking.billing.routes.router,
    coworking.billing.invoicing.routes.router,
    coworking.billing.invoicing.run_routes.router,
    coworking.billing.books.routes.router,
    coworking.billing.payment_routes.router,
    coworking.billing.cards.routes.router,
    coworking.billing.deposits.routes.router,
    coworking.billing.debits.mandate_routes.router,
    coworking.billing.debits.routes.router,
    coworking.billing.charge_routes.router,
    coworking.billing.paper_routes.router,
    coworking.doors.routes.router,
    coworking.doors.visit_routes.router,
    coworking.doors.card_routes.router,
    coworking.doors.my_number_cards.routes.router,
    coworking.doors.locks.routes.router,
    telephony.numbers.routes.router,
    telephony.forwarding.routes.router,
    telephony.forwarding.forwarding_routes.router,
    telephony.forwarding.calls_routes.router,
    telephony.forwarding.review_routes.router,
    telephony.metering.routes.router,
    telephony.forwarding.halts_routes.router,
    telephony.forwarding.control.routes.router,
    telephony.forwarding.voicemail.routes.router,
    telephony.forwarding.calling_out.routes.router,
    telephony.forwarding.member_webhooks.routes.router,
    coworking.doors.agent.routes.router,
    mail_handling.item_routes.router,
    mail_handling.desk_routes.router,
    mail_handling.pictures.routes.router,
    mail_handling.addressees.routes.router,
    virtual_office.routes.router,
    virtual_office.exit_routes.router,
    imports_router,
    people_router,
    published_router,
)
ROUTES: Sequence[BaseRoute] = [route for router in ROUTERS for route in router.routes]
"""As they were made, once for all compositions of a process: each router that an application includes costs it all its
routes anew, a second for the whole."""
