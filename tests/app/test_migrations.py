from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.migrations import DatabaseTooNew, downgrade, metadata, migrate
from coworking.kit.db import sqlalchemy_url
from tests.databases import Databases, create_database, drop_database

PATIENCE_SECONDS = 60
SHAPE = """
    SELECT relname, relkind::text, relrowsecurity, relacl::text
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT conname, contype::text, true, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT polname, polrelid::regclass::text, polpermissive, pg_get_expr(polqual, polrelid)
        FROM pg_policy
    UNION ALL SELECT tgname, tgrelid::regclass::text, true, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT attname, attrelid::regclass::text, attnotnull, format_type(atttypid, atttypmod)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE attnum > 0 AND relkind = 'r' AND relnamespace = 'public'::regnamespace
    ORDER BY 1, 2, 4
"""


@pytest.fixture
def empty_url(databases: Databases, database_server: str, database_url: str) -> Iterator[str]:
    """A database of the test's own, with nothing in it."""
    address = databases.server_url(database_server)
    name = f"{conninfo_to_dict(database_url)['dbname']}_empty"
    yield create_database(address, name)
    drop_database(address, name)


def shape(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(SHAPE).fetchall()


def revision(url: str) -> str | None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def test_the_tables_are_those_of_the_models(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata()) == []


def test_an_empty_database_gets_everything_and_a_second_time_changes_nothing(empty_url: str) -> None:
    migrate(empty_url)
    once = shape(empty_url)
    assert {name for name, kind, *_ in once if kind == "r"} == {*metadata().tables, "alembic_version"}
    migrate(empty_url)
    assert shape(empty_url) == once


def test_down_to_nothing_and_up_again(empty_url: str) -> None:
    migrate(empty_url)
    once = shape(empty_url)
    downgrade(empty_url, "base")
    assert {name for name, kind, *_ in shape(empty_url) if kind == "r"} == {"alembic_version"}
    assert revision(empty_url) is None
    migrate(empty_url)
    assert shape(empty_url) == once


def test_a_newer_database_is_refused_in_one_clear_line(empty_url: str) -> None:
    migrate(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = shape(empty_url)
    for _ in range(2):  # the lock is given back: a second try is refused alike
        with pytest.raises(DatabaseTooNew) as refused:
            migrate(empty_url)
        assert str(refused.value) == (
            "the database stands at 9999, which this version does not know: start the newer version"
        )
    assert shape(empty_url) == before
    assert revision(empty_url) == "9999"


def test_several_that_start_at_once_migrate_one_after_the_other(empty_url: str) -> None:
    errors: list[BaseException] = []
    ready = threading.Barrier(3, timeout=PATIENCE_SECONDS)

    def start() -> None:
        try:
            ready.wait()
            migrate(empty_url)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert errors == []
    assert {name for name, kind, *_ in shape(empty_url) if kind == "r"} >= set(metadata().tables)
