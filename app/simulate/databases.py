"""An empty database for every run: on an embedded server that is gone afterwards, or the one at a URL."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from app.migrations import migrate
from app.simulate.errors import FailedRun, Place
from coworking.kit.postgres import EmbeddedServer, EmbeddedServerError, remove

TEMPLATE: Final = "rusuban_template"
CONNECT_TIMEOUT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Databases:
    """`fresh` gives the address of a migrated, empty database and takes it back."""

    fresh: Callable[[], AbstractContextManager[str]]


@contextmanager
def open_databases(url: str | None) -> Iterator[Databases]:
    """Raises FailedRun where no database can be had."""
    if url is not None:
        yield Databases(lambda: _lent(url))
        return
    folder = Path(tempfile.mkdtemp(prefix="rusuban-simulate-"))
    server = EmbeddedServer(folder / "postgres", fast=True)
    try:
        try:
            server.start()
            _create(server, TEMPLATE, None)
            migrate(server.url_of(TEMPLATE))
        except (EmbeddedServerError, psycopg.Error, OSError) as error:
            raise _unavailable(error) from error
        numbers = iter(range(1, 1_000_000))
        yield Databases(lambda: _made(server, f"rusuban_run_{next(numbers)}"))
    finally:
        server.stop()
        remove(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _made(server: EmbeddedServer, name: str) -> Iterator[str]:
    _create(server, name, TEMPLATE)
    try:
        yield server.url_of(name)
    finally:
        with _connect(server.url) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(server: EmbeddedServer, name: str, template: str | None) -> None:
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    with _connect(server.url) as connection:
        connection.execute(statement)


@contextmanager
def _lent(url: str) -> Iterator[str]:
    """The database at the URL: it must be empty, and is emptied again, since all in it came from the run."""
    try:
        with _connect(url) as connection:
            held = connection.execute(
                "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1"
            ).fetchone()
        if held is not None:
            raise FailedRun(Place("--database", 0), "database-not-empty")
        migrate(url)
    except (psycopg.Error, OSError) as error:
        raise _unavailable(error) from error
    try:
        yield url
    finally:
        with _connect(url) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS)


def _unavailable(error: Exception) -> FailedRun:
    problem = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return FailedRun(Place("--database", 0), "database-unavailable", problem=problem)
