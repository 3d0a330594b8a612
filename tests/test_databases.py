"""The fixtures themselves: what one test leaves, the next must not find."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from coworking.kit.db import SERVICE_ROLE, Database
from tests.databases import Databases, create_database, delete_everything, drop_database

TABLES = """
CREATE TABLE above (id int PRIMARY KEY);
CREATE TABLE below (above_id int NOT NULL REFERENCES above);
CREATE TABLE alembic_version (version_num text);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''append-only''; END';
CREATE TRIGGER append_only BEFORE DELETE ON below EXECUTE FUNCTION refuse();
INSERT INTO above VALUES (1);
INSERT INTO below VALUES (1);
INSERT INTO alembic_version VALUES ('0001');
"""


def test_the_session_has_the_role_of_the_service(session: Session) -> None:
    assert session.execute(text("SELECT current_user")).scalar_one() == SERVICE_ROLE


@pytest.mark.parametrize("time", ["first", "second"])
def test_nothing_stays_of_what_a_session_committed(session: Session, time: str) -> None:
    # In both runs of this test the setting is new: a savepoint's release does not outlive the test.
    found = session.execute(text("SELECT current_setting('rusuban.test', true)")).scalar_one()
    assert found in (None, "")
    session.execute(text("SELECT set_config('rusuban.test', :time, true)"), {"time": time})
    session.commit()
    assert session.execute(text("SELECT current_setting('rusuban.test', true)")).scalar_one() == time


def test_a_clean_database_is_migrated_and_empty(clean_database: Database, database_url: str) -> None:
    with clean_database.transaction() as session:
        assert session.execute(text("SELECT current_user")).scalar_one() == SERVICE_ROLE
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_everything_is_deleted_in_spite_of_keys_and_triggers(
    databases: Databases, database_server: str, database_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    address = databases.server_url(database_server)
    url = create_database(address, f"{name}_deleted")
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)
    delete_everything(url)
    with psycopg.connect(url) as connection:
        counted = (
            "SELECT (SELECT count(*) FROM above), (SELECT count(*) FROM below), count(*) FROM alembic_version"
        )
        assert connection.execute(counted).fetchone() == (0, 0, 1)
    drop_database(address, f"{name}_deleted")
