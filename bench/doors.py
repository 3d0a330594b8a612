"""A place with 50,000 members: how long letting one in takes, from the open transaction to its commit.

Each attempt is a transaction as a request makes it, as the service's role, through row-level security: it gathers the
facts, decides, writes what happened, and for a door queues the command to its lock.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import text

from app.migrations import migrate
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, compose, make_mailer
from coworking.doors import Attempt, DoorRules, Means, ReservedTimes, RulesOfDoors, check_in, unlock
from coworking.kit.clock import VirtualClock
from coworking.kit.postgres import EmbeddedServer
from coworking.membership import offices_of

MEMBERS = 50_000
ATTEMPTS = 2_000
LIMIT_MS = 20
NOW = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
"""Wednesday 13:00 in Tokyo: open and staffed."""
LOAD = (
    """
    INSERT INTO people (operator_id, name, email, language, created_at)
    SELECT %(operator_id)s, 'member ' || n, 'member-' || n || '@example.jp', 'ja', %(now)s
    FROM generate_series(1, %(members)s) AS n
    """,
    """
    INSERT INTO members (operator_id, kind, person_id, plan, office_id, status, starts_on, created_at)
    SELECT %(operator_id)s, 'person', id,
        (ARRAY['all-day', 'weekday', 'daytime', 'morning', 'virtual-office'])[1 + id %% 5],
        %(office_id)s, 'active', '2026-06-01', %(now)s
    FROM people
    """,
    """
    INSERT INTO door_visits (operator_id, member_id, office_id, entered_at, is_checked_in, left_at, ended_by)
    SELECT %(operator_id)s, id, office_id, %(now)s - interval '26 hours', true, %(now)s - interval '20 hours', 'exit'
    FROM members
    """,
    """
    INSERT INTO arrivals (operator_id, visit_id, people, beyond, arrived_at)
    SELECT operator_id, id, 1, 0, entered_at FROM door_visits
    """,
    """
    INSERT INTO door_events
        (operator_id, office_id, member_id, visit_id, act, means, allowed, at, recorded_at, recorded_by)
    SELECT operator_id, office_id, member_id, id, 'check-in', 'entrance-code', true, entered_at, entered_at, 'account:1'
    FROM door_visits
    """,
)
"""Everybody was there yesterday."""


@dataclass(frozen=True)
class Timed:
    """Milliseconds of many transactions of one kind."""

    name: str
    median_ms: float
    p99_ms: float
    let_in: int


def decide(members: int = MEMBERS, attempts: int = ATTEMPTS) -> list[Timed]:
    """A bare SELECT, checking in, and unlocking, on a database of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="rusuban-bench-") as folder,
        EmbeddedServer(Path(folder) / "postgres") as server,
    ):
        migrate(server.url)
        settings = Settings(
            var_dir=Path(folder),
            operators=(
                OperatorSettings(
                    profile="sakura",
                    carrier_account_sid=f"AC{0:032}",
                    carrier_auth_token="0" * 32,
                ),
            ),
            secret_key="0" * 64,
        )
        clock = VirtualClock(NOW)
        composition = compose(
            settings, database_url=server.url, clock=clock, mailer=make_mailer(settings, clock)
        )
        with closing(composition):
            return _timed(composition, server.url, members, attempts)


def _timed(composition: Composition, url: str, members: int, attempts: int) -> list[Timed]:
    [operator] = composition.operators
    rules = composition.resources[RulesOfDoors][operator.id]
    with composition.database.transaction(operator.id) as session:
        office_id = offices_of(session)[rules.sites()[0]]
    _load(url, operator.id, office_id, members)
    with composition.database.transaction(operator.id) as session:
        ids = list(session.scalars(text("SELECT id FROM members")))
    chosen = random.Random(1).sample(ids, attempts)
    reserved = composition.resources[ReservedTimes]

    def bare(member_id: int) -> bool:
        with composition.database.transaction(operator.id) as session:
            session.scalar(text("SELECT id FROM members WHERE id = :id"), {"id": member_id})
        return True

    def enter(member_id: int) -> bool:
        return _attempt(composition, operator.id, rules, reserved, office_id, member_id, None)

    def open_door(member_id: int) -> bool:
        return _attempt(composition, operator.id, rules, reserved, office_id, member_id, "entrance")

    return [
        _many("bare SELECT", bare, chosen),
        _many("check-in", enter, chosen),
        _many("unlock", open_door, chosen),
    ]


def _attempt(
    composition: Composition,
    operator_id: int,
    rules: DoorRules,
    reserved: ReservedTimes,
    office_id: int,
    member_id: int,
    door: str | None,
) -> bool:
    means = Means.ENTRANCE_CODE if door is None else Means.APP
    attempt = Attempt(member_id, office_id, means, "account:1", NOW, door=door)
    act = check_in if door is None else unlock
    with composition.database.transaction(operator_id) as session:
        return act(session, rules, reserved, attempt, now=NOW).refusal is None


def _many(name: str, act: Callable[[int], bool], chosen: list[int]) -> Timed:
    took: list[float] = []
    let_in = 0
    for member_id in chosen:
        began = time.perf_counter()
        let_in += act(member_id)
        took.append((time.perf_counter() - began) * 1_000)
    return Timed(name, statistics.median(took), statistics.quantiles(took, n=100)[98], let_in)


def _load(url: str, operator_id: int, office_id: int, members: int) -> None:
    values = {"operator_id": operator_id, "office_id": office_id, "members": members, "now": NOW}
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in LOAD:
            connection.execute(statement, values)
        connection.execute("ANALYZE")
