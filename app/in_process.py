"""A carrier of this process gives its webhooks straight to the application, without a network between them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote_plus

import structlog

from app.asgi import Application, request
from telephony.carrier.sandbox import WebhookRequest, WebhookResponse

FORM = "application/x-www-form-urlencoded"

log = structlog.get_logger(__name__)

# Most of what webhooks carry is the same in thousands of them.
_quoted = lru_cache(maxsize=8192)(quote_plus)


@dataclass(slots=True)
class InProcess:
    """The way from the carrier to the application, which is made after the carrier and set here. `in_real_time`: the
    carrier's patience ends with `TimeoutError`, and a defect is answered as a server would. In virtual time neither:
    how long the machine takes is no time of the scenario, and a defect ends it."""

    application: Application | None = None
    in_real_time: bool = True

    async def deliver(self, asked: WebhookRequest) -> WebhookResponse:
        if not self.in_real_time:
            return await self._ask(asked)
        try:
            async with asyncio.timeout(asked.timeout_seconds):
                return await self._ask(asked)
        except TimeoutError:
            raise
        except Exception:  # told as a server would tell it
            log.exception("webhook failed")
            return WebhookResponse(500, {}, b"")

    async def _ask(self, asked: WebhookRequest) -> WebhookResponse:
        assert self.application is not None
        answer = await request(
            self.application,
            asked.method,
            asked.url,
            headers={**asked.headers, "content-type": FORM},
            body="&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in asked.form).encode(),
        )
        return WebhookResponse(answer.status, dict(answer.headers), answer.body)
