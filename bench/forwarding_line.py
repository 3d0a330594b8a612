"""The service as a contestant: an operator with some forwarding lines, and its carrier's signed webhooks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.migrations import migrate
from app.operators import OperatorInForce
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, asgi_application, compose
from bench.form_posts import http_post
from bench.slow_database import slow_database
from bench.webhooks import Contestant
from coworking.kit.clock import SystemClock
from coworking.kit.logs import configure_logging
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.phone import parse_phone
from coworking.kit.postgres import EmbeddedServer
from coworking.membership import NewMember, confirm_identity, join
from telephony.carrier import sign
from telephony.forwarding import Callbacks, Change, WantedDestination, set_forwarding
from telephony.numbers import Line, StockRow, enter, rent_line

DATABASE = "RUSUBAN_BENCH_DATABASE"
NUMBERS = "RUSUBAN_BENCH_NUMBERS"
LINE = "RUSUBAN_BENCH_LINE"

PUBLIC_URL = "http://localhost:8000"
ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "bench-has-no-secrets"
CALLER = "+81366667777"
DESTINATION = "+819012345678"
LINES = 20
ACTOR = "bench"


@contextmanager
def contestants() -> Iterator[tuple[Contestant, ...]]:
    """The voice webhook and the status callback, on a durable database of their own; the voice webhook also with one
    connection in ten to it slow (R05)."""
    with (
        tempfile.TemporaryDirectory(prefix="rusuban-bench-") as folder,
        EmbeddedServer(Path(folder) / "postgres") as server,
        slow_database(server.url) as slow_url,
    ):
        migrate(server.url)
        composition = composed(server.url)
        environment = _lines_that_forward(composition, server.url)
        composition.close()
        yield (
            Contestant(
                "voice webhook",
                "bench.forwarding_line:application",
                "bench.forwarding_line:voice",
                environment,
            ),
            Contestant(
                "status callback",
                "bench.forwarding_line:application",
                "bench.forwarding_line:status",
                environment,
            ),
            Contestant(
                "voice webhook, slow database",
                "bench.forwarding_line:application",
                "bench.forwarding_line:voice",
                {**environment, DATABASE: slow_url},
            ),
        )


def composed(database_url: str) -> Composition:
    settings = Settings(
        public_url=PUBLIC_URL,
        secret_key="0" * 64,
        # The calls of the load are for a few numbers; what is measured is a call that is let in.
        flood_calls_per_minute=1_000_000,
        flood_calls_per_minute_in_all=1_000_000,
        operators=(
            OperatorSettings(profile="nex", carrier_account_sid=ACCOUNT_SID, carrier_auth_token=AUTH_TOKEN),
        ),
    )
    clock = SystemClock()
    mailer = FolderMailer(Path(tempfile.gettempdir()) / "rusuban-bench-mail", clock)
    return compose(settings, database_url=database_url, clock=clock, mailer=mailer)


def application() -> Any:
    """The whole service, as `rusuban run` serves it."""
    configure_logging(as_json=True, level="warning")
    return asgi_application(composed(os.environ[DATABASE]))


def rent_lines(session: Session, operator: OperatorInForce, count: int, now: datetime) -> list[Line]:
    """A line for each of so many members."""
    rows = [StockRow(parse_phone(f"045-670-{serial:04}")) for serial in range(count)]
    enter(session, operator.id, rows, actor=ACTOR, now=now)
    lines = []
    for serial in range(count):
        new = NewMember(
            kind="person",
            name="bench",
            email=f"bench-{serial}@example.jp",
            plan="virtual-office",
            office="yokohama",
            starts_on=operator.calendar.local_date(now),
        )
        member = join(
            session, operator.profile.membership, new, operator_id=operator.id, actor=ACTOR, now=now
        )
        confirm_identity(session, member.id, method=ACTOR, operator_id=operator.id, actor=ACTOR, now=now)
        line = rent_line(
            session,
            operator.line_rules(),
            member_id=member.id,
            line_plan="incoming-outgoing",
            area_code=None,
            starts_month=None,
            base_address=None,
            actor=ACTOR,
            now=now,
        )
        lines.append(line)
    return lines


def _lines_that_forward(composition: Composition, database_url: str) -> dict[str, str]:
    operator, now = composition.operators[0], composition.clock.now()
    change = Change(is_on=True, destinations=[WantedDestination(DESTINATION)])
    with composition.database.transaction(operator.id) as session:
        lines = rent_lines(session, operator, LINES, now)
        for line in lines:
            set_forwarding(session, operator.call_rules(), line, change, actor=ACTOR, channel="task", now=now)
        return {
            DATABASE: database_url,
            NUMBERS: ",".join(line.number for line in lines),
            LINE: str(lines[0].id),
        }


def voice(count: int) -> Iterator[bytes]:
    """As many new calls to the rented numbers, to one after the other."""
    url = Callbacks(PUBLIC_URL).voice()
    numbers = os.environ[NUMBERS].split(",")
    return _signed(
        count,
        url,
        lambda call: (
            {**_call(call), "CallStatus": "ringing", "Direction": "inbound"}
            | {
                "From": CALLER,
                "Caller": CALLER,
                "To": (number := numbers[call % len(numbers)]),
                "Called": number,
            }
        ),
    )


def status(count: int) -> Iterator[bytes]:
    """As many legs that have ended."""
    url = Callbacks(PUBLIC_URL).leg_status(int(os.environ[LINE]), asks=False)
    number = os.environ[NUMBERS].split(",")[0]
    now = format_datetime(datetime.now(UTC))
    return _signed(
        count,
        url,
        lambda call: {
            **_call(call),
            "ParentCallSid": f"CA{call + (1 << 96):032x}",
            "CallStatus": "completed",
            "CallDuration": "61",
            "Duration": "2",
            "Direction": "outbound-dial",
            "SequenceNumber": "3",
            "Timestamp": now,
            "CallbackSource": "call-progress-events",
            "From": number,
            "Caller": number,
            "To": DESTINATION,
            "Called": DESTINATION,
        },
    )


def _call(call: int) -> dict[str, str]:
    places = ("City", "Country", "State", "Zip")
    return {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": f"CA{call:032x}",
        **{f"{side}{place}": "" for side in ("Caller", "Called", "From", "To") for place in places},
    }


def _signed(count: int, url: str, form_of: Callable[[int], Mapping[str, str]]) -> Iterator[bytes]:
    path = url.removeprefix(PUBLIC_URL)
    first = int.from_bytes(os.urandom(8)) << 24
    for call in range(first, first + count):
        form = list(form_of(call).items())
        signature = sign(url, form, AUTH_TOKEN)
        yield http_post(path, urlencode(form).encode(), {"X-Twilio-Signature": signature})
