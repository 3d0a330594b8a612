"""Every package's part of the HTTP API, in the order in which the description shows it."""

from __future__ import annotations

import coworking.billing.routes
import coworking.membership.routes
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
from app.published.api import router as published_router

ROUTERS = (
    coworking.membership.routes.router,
    coworking.billing.routes.router,
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
    published_router,
)
