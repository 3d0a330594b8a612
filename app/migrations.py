"""The one migration history: bring a database up to date, or say that it is newer than this program."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.pool import NullPool

import app.models  # noqa: F401 - every package's tables
from coworking.kit.db import Base, connection_options, sqlalchemy_url
from coworking.kit.postgres import EmbeddedServer

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
# Two programs that start at once migrate one after the other.
MIGRATION_LOCK = 7_206_091
# What another program may take for its migrations; each of its statements has the connection's own limits.
MOST_WAIT_MS = 120_000


class DatabaseTooNew(Exception):
    """The database was migrated by a newer version of this program."""


def migrate(url: str) -> None:
    """Run what is missing, as the owner, each migration in a transaction of its own."""
    with _connect(url) as connection:
        for limit in ("lock_timeout", "statement_timeout"):
            connection.execute(text(f"SET LOCAL {limit} = {MOST_WAIT_MS}"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        try:
            script = ScriptDirectory.from_config(_config(connection))
            current = MigrationContext.configure(connection).get_current_revision()
            if current is not None and current not in {
                revision.revision for revision in script.walk_revisions()
            }:
                raise DatabaseTooNew(
                    f"the database stands at {current}, which this version does not know: start the newer version"
                )
            connection.rollback()  # ends the look-up, so that each migration opens and commits its own transaction
            command.upgrade(_config(connection), "head")
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()


def downgrade(url: str, revision: str) -> None:
    with _connect(url) as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


def new_revision(url: str, message: str, number: str) -> None:
    """Write a migration from what the models have and the database has not; read it before you keep it."""
    with _connect(url) as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=number)


def metadata() -> MetaData:
    """The tables of the whole application."""
    return Base.metadata


def _connect(url: str) -> Connection:
    engine = create_engine(
        sqlalchemy_url(url), poolclass=NullPool, connect_args={"options": connection_options(None)}
    )
    return engine.connect()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def main(arguments: list[str]) -> int:
    """`python -m app.migrations new "what it is" 0002`: write a migration against a database of its own."""
    if len(arguments) != 3 or arguments[0] != "new":
        sys.stderr.write(f"{main.__doc__}\n")
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="rusuban-migration-") as folder,
        EmbeddedServer(Path(folder) / "postgres", fast=True) as server,
    ):
        migrate(server.url)
        new_revision(server.url, arguments[1], arguments[2])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
