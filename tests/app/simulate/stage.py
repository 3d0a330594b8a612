"""A run whose carrier knows only when calls end: what happened, at which second of it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.simulate import runner
from app.simulate.deployment import Deployment, Upcoming
from app.simulate.document import parse_document
from app.simulate.errors import Place
from app.simulate.my_number_cards import PeoplesCards
from app.simulate.reading import _Reader
from app.simulate.scenario import Scenario
from app.simulate.world import World
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.clock import VirtualClock

STARTS_AT = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)  # 09:00 in Tokyo
SECOND = timedelta(seconds=1)


class Carrier:
    """A carrier that knows only when calls end; `log` says what happened at which second of the run."""

    def __init__(self, clock: VirtualClock, log: list[tuple[int, str]]) -> None:
        self.clock = clock
        self.log = log
        self.due: list[tuple[datetime, str]] = []
        self.phones: dict[str, Any] = {}
        self.dialled: list[dict[str, Any]] = []
        self.told: Callable[[], None] = lambda: None

    @property
    def exchange(self) -> Any:
        return SimpleNamespace(live=[what for _, what in self.due if what.startswith("end")])

    def next_due_at(self) -> datetime | None:
        return min(self.due)[0] if self.due else None

    async def advance(self, to: datetime) -> None:
        for at, what in sorted(self.due):
            if at <= to:
                self.due.remove((at, what))
                self.clock.advance_to(max(at, self.clock.now()))
                self.note(what)
                self.told()
        self.clock.advance_to(to)

    def add_phone(self, phone: Any) -> None:
        self.phones[phone.number] = phone

    def dial(self, phone: str, to: str, **how: Any) -> str:
        self.dialled.append({"from": phone, "to": to, **how})
        number = len(self.dialled)
        self.note(f"dial {number}")
        seconds = how["behaviour"].talks_seconds or 0
        self.due.append((self.clock.now() + seconds * SECOND, f"end {number}"))
        return f"CA{number}"

    def note(self, what: str) -> None:
        self.log.append((int((self.clock.now() - STARTS_AT).total_seconds()), what))


class Stage:
    """A deployment without a database, and all that was asked of it."""

    def __init__(self, cards_folder: Path) -> None:
        self.log: list[tuple[int, str]] = []
        self.clock = VirtualClock(STARTS_AT)
        self.carrier = Carrier(self.clock, self.log)
        self.work_at: list[datetime] = []
        self.failed: str | None = None
        self.asked: list[tuple[str, str, str | None]] = []
        self.deployment = Deployment(
            application=Starlette(
                routes=[Route("/{rest:path}", self._answer, methods=["GET", "POST", "PUT", "DELETE"])]
            ),
            sandbox=self.carrier,
            clock=self.clock,
            calendar=BusinessCalendar(
                zone=ZoneInfo("Asia/Tokyo"),
                closed_weekdays=frozenset({5, 6}),
                closing_days=frozenset(),
                opening_days=frozenset(),
            ),
            public_url="http://localhost:8000",
            operator="nex",
            staff={"staff": "staff@example.jp", "billing": "billing@example.jp"},
            password="a password",
            token_lasts=timedelta(days=365),
            work=self._work,
            upcoming=lambda: Upcoming(min(self.work_at, default=None), self.failed),
            buy_numbers=lambda area_code, count: f"{count} of {area_code}",
            lends_lines=True,
            default_office="tokyo",
            declarations=(),
            company_plans=(),
            evidence_plans=(),
            card_plans=(),
            address_uses={},
            area_codes={"tokyo": "03"},
            interruption_reasons=("maintenance",),
            suspension_reasons=("unpaid",),
            refusal_reasons=(),
            prohibited_acts=(),
            mails_to=lambda address: (),
            peoples_cards=PeoplesCards(cards_folder, self.clock),
            enter_card=lambda reference, card: None,
            payment_changed_by_office=False,
            debits_accounts=False,
            close=lambda: None,
            sweeps=(lambda: self.carrier.note("sweep"),),
        )
        self.carrier.told = self._told
        self.loop = asyncio.new_event_loop()
        self.world = World(self.deployment, self.loop, Place("s.yaml", 1))

    def _told(self) -> None:
        self.deployment.work_waits = True

    def _work(self) -> None:
        self.work_at = [at for at in self.work_at if at > self.clock.now()]
        self.carrier.note("work")

    async def _answer(self, request: Request) -> Response:
        self.asked.append((request.method, request.url.path, request.headers.get("authorization")))
        match request.path_params["rest"]:
            case "api/sign-in":
                return JSONResponse({"token": f"token-of-{(await request.json())['email']}"})
            case "api/numbers":
                self.carrier.note((await request.json())["csv"])
                return JSONResponse({}, status_code=201)
            case "api/invoices":
                return JSONResponse({"items": []})
            case "refused":
                return JSONResponse({"code": "plan-not-allowed", "detail": "駄目です"}, status_code=422)
            case "broken":
                return PlainTextResponse("oh no", status_code=500)
            case "odd":
                return PlainTextResponse("nothing here", status_code=404)
            case "empty":
                return Response(status_code=204)
            case _:
                return JSONResponse({})

    def run(self, steps: str, expect: str = "") -> None:
        text = f"scenario: t\noperator: nex\nstarts: 2026-06-01T09:00\nsteps:\n{steps}{expect}"
        scenario: Scenario = _Reader("s.yaml").scenario(parse_document(text.encode(), "s.yaml"))
        runner.run(self.world, scenario)

    def events(self, *kinds: str) -> list[tuple[int, str]]:
        return [(at, what) for at, what in self.log if what.split()[0] in kinds]
