"""A small site for the tests of the door simulator: one operator with doors on sandbox locks, and somebody to come."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from datetime import datetime

import uvicorn
from starlette.applications import Starlette

from app.door_simulator import door_simulator_routes
from app.operators import OperatorInForce
from app.profiles import load_profile
from app.setting_fields import OperatorSettings
from coworking.doors.locks.commands import LocksInForce, LocksOfOperator, queue_unlock
from coworking.doors.locks.sandbox_lock import SandboxLocks
from coworking.doors.models import DoorEvent
from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.operators import store_profile_version
from coworking.kit.outbox import Resources, run_due
from coworking.kit.web.pages import build_pages
from coworking.kit.web.security_headers import SecurityHeaders
from coworking.membership import enter_offices, offices_of
from tests.factories.membership import make_operator

DOOR, SITE = "entrance", "toyama"


@dataclass
class DoorStand:
    database: Database
    clock: Clock
    operator: OperatorInForce
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/door-simulator"

    def come(self, *, reason: str | None = None) -> None:
        """Somebody is let in by the app, or refused for this reason; the lock is asked at once."""
        now: datetime = self.clock.now()
        with self.database.transaction(self.operator.id) as session:
            event = DoorEvent(
                operator_id=self.operator.id,
                office_id=offices_of(session)[SITE],
                door=DOOR,
                act="unlock",
                means="app",
                allowed=reason is None,
                reason=reason,
                at=now,
                recorded_at=now,
                recorded_by="account:1",
            )
            session.add(event)
            session.flush()
            if reason is None:
                queue_unlock(session, self.operator.id, DOOR, event.id, now)
        sandbox = SandboxLocks(self.database, self.clock, self.operator.id)
        locks = LocksInForce(self.database, {self.operator.id: LocksOfOperator({}, sandbox)})
        run_due(self.database, self.clock, Resources(locks))

    def serve(self) -> tuple[uvicorn.Server, threading.Thread]:
        pages = build_pages(("app.door_simulator",), secret=b"s" * 32, https=False)
        routes = door_simulator_routes(pages, self.database, self.clock, [self.operator])
        application = SecurityHeaders(Starlette(routes=[pages.static.route(), *routes]), https=False)
        config = uvicorn.Config(
            application, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1
        )
        server, bound = uvicorn.Server(config), config.bind_socket()
        self.port = bound.getsockname()[1]
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([bound])), daemon=True)
        thread.start()
        return server, thread


def make_door_stand(database: Database, clock: Clock) -> DoorStand:
    profile = load_profile("sakura")
    with database.transaction() as session:
        operator_id = make_operator(session, "sakura")
        enter_offices(session, operator_id, {SITE: ""})
        version_id = store_profile_version(
            session, operator_id, digest=profile.digest, document=dict(profile.document), at=clock.now()
        )
    operator = OperatorInForce(
        operator_id, OperatorSettings(profile="sakura"), profile, version_id, profile.calendar()
    )
    return DoorStand(database, clock, operator)
