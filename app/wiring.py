"""How the packages are put together: the one place that knows them all.

`compose` makes everything that a process needs, without starting anything: the command line starts a server around it,
a scenario drives it by hand on a virtual clock, a test calls its parts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from app.address_wiring import address_resources
from app.api import build_api
from app.card_providers import card_providers
from app.carrier_webhooks import carrier_routes
from app.carriers import OperatorsCarrier, fallback_url, open_carrier, open_sip_domain, real_carrier
from app.days import DAILY_STEPS
from app.door_wiring import door_resources
from app.generated_secrets import field_key
from app.health import health_route
from app.locks import locks_in_force
from app.operators import OperatorInForce, put_in_force
from app.published.operators import OperatorsByName
from app.settings import Settings
from app.subscriptions import subscribe
from coworking.billing import RulesOfBilling
from coworking.billing.cards.webhooks import CardWebhooks
from coworking.doors.my_number_cards import AuthorityFiles
from coworking.kit.clock import Clock
from coworking.kit.daily import Calendars
from coworking.kit.db import HOT_ROLE, Database
from coworking.kit.events import Subscriptions
from coworking.kit.file_store import open_file_store
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.mailer import Mailer, SmtpMailer, parse_smtp_url
from coworking.kit.outbox import Resources
from coworking.kit.outgoing_webhooks import WebhookSender
from coworking.kit.queue import Work
from coworking.kit.sealing import FieldKeys
from coworking.kit.stored_files import Files
from coworking.kit.virus_check import VirusScanner
from coworking.kit.web.security_headers import SecurityHeaders
from coworking.membership import Doorway, PasswordGuesses, Passwords, RulesOfMembers, TokenLife
from coworking.membership.rules import AccountRules
from coworking.reservations import RulesOfReservations
from mail_handling import RulesOfMail
from mail_handling.pictures.text_reader import TextReader
from telephony.carrier import Carriers
from telephony.carrier.sandbox import Deliver
from telephony.forwarding import (
    Callbacks,
    CarrierAccount,
    CarrierDoor,
    EventStore,
    Floods,
    RulesOfCalls,
    place_calls,
    settle_events,
)
from telephony.metering import RulesOfTariffs, SystemCaps
from telephony.numbers import NumberCallbacks, RulesOfFees, RulesOfLines

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
    carrier_routes: Sequence[BaseRoute]
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
    operators = put_in_force(database, settings.operators, clock, _system_caps(settings))
    subscribe(subscriptions, operators, settings.public_url)
    lending = [operator for operator in operators if operator.lends_lines]
    keys = FieldKeys.read(settings.field_keys or (field_key(settings.var_dir, keep=True),))
    resources = Resources(
        *_rules(operators, lending, settings.public_url),
        *door_resources(settings, operators),
        AuthorityFiles(settings.my_number_issuers, settings.my_number_revocations),
        *address_resources(database, operators, settings.public_url),
        OperatorsByName.of(operators),
        Carriers(),
        Callbacks(settings.public_url.rstrip("/")),
        _number_callbacks(settings),
        DAILY_STEPS,
        keys,
        *_files(settings, keys),
        locks_in_force(database, clock, keys, operators),
        Calendars({operator.id: operator.calendar for operator in operators}),
        card_providers(settings, operators, clock),
        TokenLife(timedelta(days=settings.token_days)),
        AccountRules(settings.public_url, settings.staff_second_factor_required),
        PasswordGuesses(database),
        WebhookSender(),
        _passwords(settings),
    )
    resources.provide(Mailer, mailer)
    doorway = Doorway(database, clock, resources)
    hot = HotPath(database_url)
    door = CarrierDoor(
        accounts={account.sid: account for account in map(_carrier_account, lending)},
        public_url=settings.public_url,
        clock=clock,
        database=database,
        pool=hot.pool,
        store=hot.store,
    )
    return Composition(
        settings=settings,
        clock=clock,
        database=database,
        resources=resources,
        operators=operators,
        work=Work(database, clock, resources, drains=(settle_events, place_calls)),
        api=build_api(doorway),
        carrier_routes=[
            *carrier_routes(
                door,
                resources[Passwords],
                Floods(settings.flood_calls_per_minute, settings.flood_calls_per_minute_in_all),
            ),
            *CardWebhooks(doorway).routes(),
        ],
        hot=hot,
        doorway=doorway,
    )


def _rules(
    operators: Sequence[OperatorInForce], lending: Sequence[OperatorInForce], public_url: str
) -> Sequence[object]:
    """Every package's rules by operator; those of lines and calls for the operators that lend lines."""
    calls = RulesOfCalls({operator.id: operator.call_rules() for operator in lending})
    return (
        calls,
        RulesOfTariffs({operator_id: rules.tariffs for operator_id, rules in calls.items()}),
        RulesOfLines({operator.id: operator.line_rules() for operator in lending}),
        RulesOfFees({operator.id: operator.fee_rules() for operator in lending}),
        RulesOfMembers({operator.id: operator.member_rules() for operator in operators}),
        RulesOfBilling({operator.id: operator.billing_rules() for operator in operators}),
        RulesOfReservations(
            {
                operator.id: reservation_rules
                for operator in operators
                if (reservation_rules := operator.reservation_rules()) is not None
            }
        ),
        RulesOfMail(
            {
                operator.id: mail_rules
                for operator in operators
                if (mail_rules := operator.mail_rules(public_url)) is not None
            }
        ),
    )


def _system_caps(settings: Settings) -> SystemCaps:
    yen = settings.system_yen_a_day
    return SystemCaps(
        settings.system_calls_at_once, settings.system_minutes_a_day, None if yen is None else Decimal(yen)
    )


def _passwords(settings: Settings) -> Passwords:
    return Passwords(
        time_cost=settings.argon2_time_cost,
        memory_kib=settings.argon2_memory_kib,
        parallelism=settings.argon2_parallelism,
    )


def _files(settings: Settings, keys: FieldKeys) -> Sequence[object]:
    """What receives, keeps and reads the files that people send."""
    return (
        Files(open_file_store(settings.file_store, settings.var_dir / "files"), keys),
        VirusScanner.parse(settings.virus_scanner),
        TextReader(settings.text_reader),
    )


def _number_callbacks(settings: Settings) -> NumberCallbacks:
    callbacks = Callbacks(settings.public_url.rstrip("/"))
    return NumberCallbacks(
        voice_url=callbacks.voice(),
        voice_fallback_url=fallback_url(settings),
        status_callback_url=callbacks.status(),
        sms_url=callbacks.sms(),
    )


def _carrier_account(operator: OperatorInForce) -> CarrierAccount:
    settings = operator.settings
    tokens = (settings.carrier_auth_token, settings.carrier_other_auth_token)
    return CarrierAccount(
        sid=settings.carrier_account_sid,
        auth_tokens=tuple(token for token in tokens if token),
        operator_id=operator.id,
        rules=operator.call_rules(),
    )


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Nothing to undo between two uses: the hot path's statements leave nothing behind. Asking the server to reset
    would double its round trips."""


def open_carriers(
    composition: Composition, *, deliver: Deliver, folder: Path | None
) -> list[OperatorsCarrier]:
    """The carrier of each operator that lends lines, which tasks then find too; sandboxes keep their records in
    `folder`, or nowhere."""
    opened = [
        open_carrier(
            operator,
            clock=composition.clock,
            deliver=deliver,
            store=folder / f"sandbox-{operator.profile.name}.sqlite3" if folder else None,
        )
        for operator in composition.operators
        if operator.lends_lines
    ]
    composition.resources[Carriers].update({one.operator.id: one.carrier for one in opened})
    for one in opened:
        if one.sandbox is not None:
            open_sip_domain(one.sandbox, one.operator, composition.resources[Callbacks])
    return opened


def reach_carriers(composition: Composition) -> list[str]:
    """Let tasks find the carriers that a process beside the server can reach; returns the operators whose carrier it
    cannot, because that is a sandbox inside the server."""
    lending = [operator for operator in composition.operators if operator.lends_lines]
    for operator in lending:
        carrier = real_carrier(operator)
        if carrier is not None:
            composition.resources[Carriers][operator.id] = carrier
    return [
        operator.profile.name for operator in lending if operator.id not in composition.resources[Carriers]
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
        routes=[
            *composition.carrier_routes,
            health_route(composition.work),
            *pages,
            Mount("/", composition.api),
        ],
        lifespan=lambda _: composition.hot.opened(),
    )
    return SecurityHeaders(application, https=https)
