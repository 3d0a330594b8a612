"""How the packages are put together: the one place that knows them all.

`compose` makes everything that a process needs, without starting anything: the command line starts a server around it,
a scenario drives it by hand on a virtual clock, a test calls its parts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from app.api import build_api
from app.carriers import OperatorsCarrier, open_carrier
from app.operators import OperatorInForce, put_in_force
from app.settings import Settings
from coworking.kit.clock import Clock
from coworking.kit.db import HOT_ROLE, Database
from coworking.kit.events import Subscriptions
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.mailer import Mailer, SmtpMailer, parse_smtp_url
from coworking.kit.outbox import Resources
from coworking.kit.queue import Work
from coworking.kit.web.security_headers import SecurityHeaders
from coworking.membership import Doorway, Passwords, RulesOfMembers, TokenLife
from telephony.carrier.sandbox import Deliver
from telephony.forwarding import (
    CarrierAccount,
    EventStore,
    RulesOfCalls,
    Webhooks,
    rewrite_card,
    settle_events,
)
from telephony.numbers import (
    LineChanged,
    LineRented,
    NoticeGiven,
    RulesOfLines,
    post_first_fees,
    read_texts,
    write_line_ending,
    write_line_rented,
)

HOT_POOL_LEAST = 1
HOT_POOL_MOST = 10
HOT_CONNECT_TIMEOUT_SECONDS = 5
HOT_STATEMENT_TIMEOUT_MS = 5_000


@dataclass
class Composition:
    """Everything composed, nothing running. `hot_path` must be open while webhooks are answered."""

    settings: Settings
    clock: Clock
    database: Database
    resources: Resources
    operators: Sequence[OperatorInForce]
    work: Work
    api: FastAPI
    webhooks: Webhooks
    hot: HotPath
    doorway: Doorway

    def operator(self, name: str) -> OperatorInForce:
        return next(operator for operator in self.operators if operator.profile.name == name)

    def close(self) -> None:
        self.database.close()


@dataclass
class HotPath:
    """What the webhooks use on the event loop: a small pool, as the role that may look a number up and store an event.
    `stored` is called after each commit of events; `answers_first` is `EventStore`'s."""

    database_url: str
    stored: Callable[[], None] = field(default=lambda: None)
    answers_first: bool = False
    _pool: asyncpg.Pool | None = None
    _store: EventStore | None = None

    def pool(self) -> asyncpg.Pool:
        if self._pool is None:
            raise RuntimeError("the hot path is not open")
        return self._pool

    def store(self) -> EventStore:
        if self._store is None:
            raise RuntimeError("the hot path is not open")
        return self._store

    def _told(self) -> None:
        self.stored()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        self._pool = await asyncpg.create_pool(
            self.database_url.replace("postgresql+psycopg://", "postgresql://", 1),
            min_size=HOT_POOL_LEAST,
            max_size=HOT_POOL_MOST,
            timeout=HOT_CONNECT_TIMEOUT_SECONDS,
            reset=_as_it_is,
            server_settings={
                "role": HOT_ROLE,
                "timezone": "UTC",
                "statement_timeout": str(HOT_STATEMENT_TIMEOUT_MS),
                "lock_timeout": str(HOT_STATEMENT_TIMEOUT_MS),
            },
        )
        self._store = EventStore(self._pool, self._told, answers_first=self.answers_first)
        try:
            yield
        finally:
            await self._store.close()
            await self._pool.close()
            self._pool = self._store = None


def compose(settings: Settings, *, database_url: str, clock: Clock, mailer: Mailer) -> Composition:
    """Compose the application on a migrated database. Raises `ProfileError`, `TryAgain`."""
    subscriptions = Subscriptions()
    database = Database(database_url, subscriptions=subscriptions)
    operators = put_in_force(database, settings.operators, clock)
    subscribe(subscriptions, operators)
    rules_of_calls = RulesOfCalls({operator.id: operator.call_rules() for operator in operators})
    resources = Resources(
        rules_of_calls,
        RulesOfLines({operator.id: operator.line_rules() for operator in operators}),
        RulesOfMembers({operator.id: operator.member_rules() for operator in operators}),
        TokenLife(timedelta(days=settings.token_days)),
        Passwords(
            time_cost=settings.argon2_time_cost,
            memory_kib=settings.argon2_memory_kib,
            parallelism=settings.argon2_parallelism,
        ),
    )
    resources.provide(Mailer, mailer)
    doorway = Doorway(database, clock, resources)
    hot = HotPath(database_url)
    webhooks = Webhooks(
        accounts={account.sid: account for account in map(_carrier_account, operators)},
        public_url=settings.public_url,
        clock=clock,
        pool=hot.pool,
        store=hot.store,
    )
    return Composition(
        settings=settings,
        clock=clock,
        database=database,
        resources=resources,
        operators=operators,
        work=Work(database, clock, resources, drains=(settle_events,)),
        api=build_api(doorway),
        webhooks=webhooks,
        hot=hot,
        doorway=doorway,
    )


def subscribe(subscriptions: Subscriptions, operators: Sequence[OperatorInForce]) -> None:
    """Who hears what: all of it in the session that told it, so that the two stand or fall together."""
    by_id = {operator.id: operator for operator in operators}
    read_texts()

    def own(session: Session) -> OperatorInForce:
        return by_id[session.info["operator_id"]]

    def rented(session: Session, told: LineRented) -> None:
        post_first_fees(session, own(session).fee_rules(), told.line_id, told.at)
        write_line_rented(session, own(session).line_rules(), told.line_id, told.at)

    def notice_given(session: Session, told: NoticeGiven) -> None:
        write_line_ending(session, own(session).line_rules(), told.line_id, told.at)

    def changed(session: Session, told: LineChanged) -> None:
        rewrite_card(session, own(session).call_rules(), told.line_id, told.at)

    subscriptions.subscribe(LineRented, rented)
    subscriptions.subscribe(NoticeGiven, notice_given)
    subscriptions.subscribe(LineChanged, changed)


def _carrier_account(operator: OperatorInForce) -> CarrierAccount:
    return CarrierAccount(
        sid=operator.settings.carrier_account_sid,
        auth_tokens=(operator.settings.carrier_auth_token,),
        operator_id=operator.id,
        rules=operator.call_rules(),
    )


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Nothing to undo between two uses: the hot path's statements leave nothing behind. Asking the server to reset
    would double its round trips."""


def open_carriers(
    composition: Composition, *, deliver: Deliver, folder: Path | None
) -> list[OperatorsCarrier]:
    """The carrier of each operator; sandboxes keep their records in `folder`, or nowhere."""
    return [
        open_carrier(
            operator,
            clock=composition.clock,
            deliver=deliver,
            store=folder / f"sandbox-{operator.profile.name}.sqlite3" if folder else None,
        )
        for operator in composition.operators
    ]


def make_mailer(settings: Settings, clock: Clock) -> Mailer:
    if settings.mailer == "folder":
        return FolderMailer(settings.var_dir / "mail", clock, sender=settings.mail_sender)
    return SmtpMailer(parse_smtp_url(settings.mailer), sender=settings.mail_sender)


def asgi_application(composition: Composition, *, pages: Sequence[BaseRoute] = ()) -> Any:
    """The whole as one ASGI application: webhooks first, then pages, then the API. Its lifespan opens the hot path; who
    runs it without one opens `composition.hot` first."""
    https = composition.settings.public_url.startswith("https://")
    application = Starlette(
        routes=[*composition.webhooks.routes(), *pages, Mount("/", composition.api)],
        lifespan=lambda _: composition.hot.opened(),
    )
    return SecurityHeaders(application, https=https)
