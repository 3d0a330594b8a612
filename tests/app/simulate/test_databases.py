"""An empty database for every run."""

import psycopg
import pytest

from app.simulate.databases import open_databases
from app.simulate.errors import FailedRun
from tests.databases import Databases, create_database, default_server, drop_database


def _tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert row is not None
    return int(row[0])


def test_a_server_of_its_own_gives_a_migrated_database_to_every_run() -> None:
    with open_databases(None) as databases:
        with databases.fresh() as first:
            assert _tables(first) > 10
        with databases.fresh() as second:
            assert _tables(second) > 10
            assert first != second
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(second, connect_timeout=1)


@pytest.fixture
def empty(databases: Databases) -> object:
    server = databases.server_url(default_server())
    url = create_database(server, "simulate_by_url")
    yield url
    drop_database(server, "simulate_by_url")


def test_a_database_by_its_url_is_migrated_and_empty_again_afterwards(empty: str) -> None:
    with open_databases(empty) as databases:
        for _ in range(2):
            with databases.fresh() as url:
                assert url == empty
                assert _tables(url) > 10
            assert _tables(empty) == 0


def test_a_database_that_holds_something_is_left_alone(empty: str) -> None:
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    with open_databases(empty) as databases, pytest.raises(FailedRun) as failed, databases.fresh():
        pass
    assert failed.value.code == "database-not-empty"
    assert _tables(empty) == 1


def test_a_server_that_does_not_answer_is_one_line() -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    with open_databases(url) as databases, pytest.raises(FailedRun) as failed, databases.fresh():
        pass
    assert failed.value.code == "database-unavailable"
    assert "\n" not in failed.value.sentence("ja")
