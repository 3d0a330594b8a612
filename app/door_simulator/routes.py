"""The page of sandbox doors, its state for the page's script, and how a lock is made to misbehave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.door_simulator.words import ACTS, BEHAVIOURS, COMMANDS, MEANS, REASONS
from app.operators import OperatorInForce
from coworking.doors.locks.latest import LatestDecision, latest_decisions
from coworking.doors.locks.sandbox_lock import Behaviour, SandboxState, sandbox_states, set_behaviour
from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.errors import NotFound
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages
from coworking.kit.web.reader import Reader

DOOR_SIMULATOR_PATH = "/door-simulator"
MOST_DECISIONS = 40


@dataclass(frozen=True, slots=True)
class ShownDoor:
    key: str
    name: str
    title: str
    state: SandboxState
    is_open: bool


@dataclass(frozen=True, slots=True)
class ShownSite:
    """The doors of one operator and what was decided there."""

    operator_id: int
    title: str
    doors: Sequence[ShownDoor]
    decisions: Sequence[LatestDecision]
    titles: dict[str, str]


def simulated_operators(operators: Sequence[OperatorInForce]) -> list[OperatorInForce]:
    """Those with doors, and no real lock on any of them."""
    return [one for one in operators if one.profile.doors is not None and not one.settings.locks]


def door_simulator_routes(
    pages: Pages, database: Database, clock: Clock, operators: Sequence[OperatorInForce]
) -> list[BaseRoute]:
    """`pages` must have been built with "app.door_simulator". Whoever reaches the page may make its locks misbehave:
    mount it for operators on the sandbox lock only. It names nobody."""
    simulator = _DoorSimulator(pages, database, clock, {one.id: one for one in operators})
    path = DOOR_SIMULATOR_PATH
    return [
        Route(path, simulator.page, methods=["GET"], name="door-simulator"),
        Route(f"{path}/state", simulator.state, methods=["GET"], name="door-simulator-state"),
        form_route(pages, f"{path}/behaviour", simulator.behave, name="door-simulator-behaviour"),
    ]


class _DoorSimulator:
    def __init__(
        self, pages: Pages, database: Database, clock: Clock, operators: dict[int, OperatorInForce]
    ) -> None:
        self._pages = pages
        self._database = database
        self._clock = clock
        self._operators = operators

    async def page(self, request: Request) -> Response:
        reader = self._pages.reader(request)
        sites = await run_in_threadpool(self._sites, reader)
        return self._pages.render(
            request, "door_simulator/page.html", path=DOOR_SIMULATOR_PATH, sites=sites, **_words()
        )

    async def state(self, request: Request) -> Response:
        """The parts of the page that change by themselves."""
        reader = self._pages.reader(request)
        sites = await run_in_threadpool(self._sites, reader)
        parts: dict[str, str] = {}
        for site in sites:
            for door in site.doors:
                parts[door.key] = self._part(reader, "leaf", door=door)
            parts[f"log-{site.operator_id}"] = self._part(reader, "log", site=site)
        return JSONResponse({"parts": parts}, headers={"Cache-Control": "no-store"})

    async def behave(self, request: Request, form: Form) -> Response:
        """Raises `NotFound`."""
        operator = self._operators.get(_number(form.get("operator", "")))
        doors = operator.profile.doors if operator is not None else None
        door, behaviour = form.get("door", ""), form.get("behaviour", "")
        if operator is None or doors is None or door not in doors.doors or behaviour not in BEHAVIOURS:
            raise NotFound
        await run_in_threadpool(self._set_behaviour, operator.id, door, Behaviour(behaviour))
        return RedirectResponse(DOOR_SIMULATOR_PATH, 303)

    def _part(self, reader: Reader, name: str, **facts: Any) -> str:
        return self._pages.html(f"door_simulator/{name}.html", reader, **facts, **_words()).strip()

    def _set_behaviour(self, operator_id: int, door: str, behaviour: Behaviour) -> None:
        with self._database.transaction(operator_id) as session:
            set_behaviour(session, operator_id, door, behaviour)

    def _sites(self, reader: Reader) -> list[ShownSite]:
        return [self._site(operator, reader) for operator in self._operators.values()]

    def _site(self, operator: OperatorInForce, reader: Reader) -> ShownSite:
        assert operator.profile.doors is not None
        titles = {
            name: door.title.spoken(reader.language) for name, door in operator.profile.doors.doors.items()
        }
        with self._database.transaction(operator.id) as session:
            states = sandbox_states(session, list(titles))
            decisions = latest_decisions(session, MOST_DECISIONS)
        now = self._clock.now()
        doors = [
            ShownDoor(f"door-{operator.id}-{name}", name, title, states[name], states[name].is_open(now))
            for name, title in titles.items()
        ]
        return ShownSite(
            operator.id, operator.profile.title.spoken(reader.language), doors, decisions, titles
        )


def _words() -> dict[str, Any]:
    return {
        "behaviours": BEHAVIOURS,
        "acts": ACTS,
        "means": MEANS,
        "commands": COMMANDS,
        "reasons": REASONS,
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
