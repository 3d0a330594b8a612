"""The whole application behind a port, with one member: what accounts are tried on in a browser. Its public address is
the one that the browser opens, because passkeys are bound to it."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from app.pages import page_routes
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, asgi_application, compose
from coworking.kit.clock import SystemClock
from coworking.kit.mail_folder import FolderMailer
from coworking.membership import Passwords
from telephony.carrier.sandbox.real_time import PacedClock
from tests.factories.membership import PASSWORD, make_account, make_member

EMAIL = "sato@example.jp"


@dataclass
class AccountSite:
    composition: Composition
    mailer: FolderMailer
    clock: SystemClock
    server: uvicorn.Server
    thread: threading.Thread

    @property
    def url(self) -> str:
        return self.composition.settings.public_url

    def link(self, place: str) -> str:
        """The latest link under this path that was mailed."""
        self.composition.work.perform()
        for mail in self.mailer.messages(limit=20):
            found = re.search(rf"{re.escape(self.url)}/{place}/\S+", mail.body)
            if found is not None:
                return found[0]
        raise LookupError(f"no link to {place} was mailed")

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.composition.close()


def open_account_site(database_url: str, folder: Path) -> AccountSite:
    bound = socket.create_server(("127.0.0.1", 0))
    clock = SystemClock()
    mailer = FolderMailer(folder / "mail", clock, sender="rusuban@localhost")
    settings = Settings(
        var_dir=folder,
        public_url=f"http://localhost:{bound.getsockname()[1]}",
        operators=(
            OperatorSettings(
                profile="nex", carrier_account_sid="AC" + "1" * 32, carrier_auth_token="a token of the tests"
            ),
        ),
        secret_key="s" * 64,
        argon2_time_cost=1,
        argon2_memory_kib=1024,
    )
    composition = compose(settings, database_url=database_url, clock=clock, mailer=mailer)
    operator = composition.operators[0]
    with composition.database.transaction(operator.id) as session:
        member = make_member(session, operator.id, email=EMAIL, now=clock.now())
        account = make_account(session, operator.id, member=member, sign_in_name=EMAIL, now=clock.now())
        account.password_hash = composition.resources[Passwords].hash(PASSWORD)
    application = asgi_application(composition, pages=page_routes(composition, [], PacedClock(clock), None))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    return AccountSite(composition, mailer, clock, server, thread)
