"""The databases of a test run: one server, one migrated template, a database for each worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from coworking.kit.db import SERVICE_ROLE, Database
from coworking.kit.postgres import EmbeddedServer
from tests.processes import once
from tests.servers.debian import start_postgres15

EMBEDDED = "embedded"
POSTGRES15 = "postgres15"
BY_ADDRESS = "by-address"
ADDRESS_VARIABLE = "RUSUBAN_TEST_DATABASE_URL"

# The migrations' own bookkeeping: it says which migration the tables are at.
KEPT_TABLES = ("alembic_version",)

PutBack = Callable[[], None]
_started: list[EmbeddedServer] = []
_rows: dict[str, _Rows] = {}


def default_server() -> str:
    """The server that the suite uses: somebody's by its address if the environment names one."""
    return BY_ADDRESS if os.environ.get(ADDRESS_VARIABLE) else EMBEDDED


class Databases:
    """The databases of one worker, made when they are first asked for."""

    def __init__(self, run_folder: Path, worker: str) -> None:
        self._run_folder = run_folder
        self._worker = worker
        self._urls: dict[str, str] = {}
        self._as_service: dict[str, Database] = {}

    def url(self, server: str) -> str:
        """This worker's database on the server, as the owner."""
        if server not in self._urls:
            address = self.server_url(server)
            template = once(self._run_folder, f"template-{server}", lambda: self._make_template(address))
            self._urls[server] = create_database(address, f"{template}_{self._worker}", template=template)
        return self._urls[server]

    def as_service(self, server: str) -> Database:
        """The same database, as the role of the service."""
        if server not in self._as_service:
            self._as_service[server] = Database(self.url(server), role=SERVICE_ROLE)
        return self._as_service[server]

    def server_url(self, server: str) -> str:
        if server == BY_ADDRESS:
            return os.environ[ADDRESS_VARIABLE]
        start = self._start_embedded if server == EMBEDDED else lambda: start_postgres15(self._run_folder)
        return once(self._run_folder, server, start)

    def close(self) -> None:
        while _rows:
            _rows.popitem()[1].connection.close()
        for database in self._as_service.values():
            database.close()
        if BY_ADDRESS in self._urls:
            drop_database(self.server_url(BY_ADDRESS), _name(self._urls[BY_ADDRESS]))

    def _start_embedded(self) -> str:
        server = EmbeddedServer(self._run_folder / "postgres", fast=True)
        _started.append(server)
        server.start()
        return server.url_of("postgres")

    def _make_template(self, address: str) -> str:
        # Imported here: a run of pure tests needs no migrations.
        from app.migrations import migrate

        template = self._run_folder.name.replace("-", "_").lower()
        migrate(create_database(address, template))
        return template


def drop_template(run_folder: Path) -> None:
    """Remove what the run made on a server that outlives it."""
    template = run_folder / f"template-{BY_ADDRESS}.made"
    if template.exists():
        drop_database(os.environ[ADDRESS_VARIABLE], template.read_text(encoding="utf-8"))


def create_database(address: str, name: str, *, template: str = "template0") -> str:
    """Make a database; returns its address."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return make_url(address).set(database=name).render_as_string(hide_password=False)


def drop_database(address: str, name: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def delete_everything(url: str) -> None:
    """Delete all rows, whatever keys and triggers are against it: that is 50 times quicker than TRUNCATE."""
    _rows_of(url).delete()


def keep_rows(url: str) -> PutBack:
    """What is in the database now, to be put back after it was emptied."""
    return _rows_of(url).keep()


class _Rows:
    """All rows of a database, past keys and triggers, on a connection of its own: its functions keep their plans from
    test to test, which makes 2 ms of 90. The tables are those that were there at the beginning."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET session_replication_role = replica")
        self.tables = self.connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema' AND tablename <> ALL(%s)",
            [list(KEPT_TABLES)],
        ).fetchall()
        self._kept = 0
        self.delete = self._function(
            "delete_everything",
            [sql.SQL("DELETE FROM {}").format(sql.Identifier(*one)) for one in self.tables],
        )

    def keep(self) -> PutBack:
        self._kept += 1
        inserts = []
        for place, (schema, table) in enumerate(self.tables):
            copy = sql.Identifier("pg_temp", f"kept_{self._kept}_{place}")
            whole = sql.Identifier(schema, table)
            self.connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(copy, whole))
            columns = sql.SQL(", ").join(map(sql.Identifier, self._written_columns(schema, table)))
            inserts.append(
                sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
                    whole, columns, columns, copy
                )
            )
        return self._function(f"put_back_{self._kept}", inserts)

    def _written_columns(self, schema: str, table: str) -> list[str]:
        found = self.connection.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER'",
            [schema, table],
        )
        return [name for (name,) in found]

    def _function(self, name: str, statements: Sequence[sql.Composed]) -> Callable[[], None]:
        body = sql.SQL("BEGIN {}; END").format(sql.SQL("; ").join(statements)).as_string(self.connection)
        function = sql.Identifier("pg_temp", name)
        self.connection.execute(
            sql.SQL("CREATE FUNCTION {}() RETURNS void LANGUAGE plpgsql AS {}").format(
                function, sql.Literal(body)
            )
        )
        call = sql.SQL("SELECT {}()").format(function)

        def run() -> None:
            self.connection.execute(call)

        return run


def _rows_of(url: str) -> _Rows:
    if url not in _rows:
        _rows[url] = _Rows(url)
    return _rows[url]


def owner_database(url: str) -> Database:
    """The database as its owner, for what row-level security hides from the service."""
    return Database(url, role=None, poolclass=NullPool)


def _name(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])
