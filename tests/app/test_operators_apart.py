"""Operators apart in the database itself: roles, row-level security, append-only tables (R26)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import BigInteger, Connection, Table, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.migrations import metadata
from coworking.kit.audit import AuditEntry, record
from coworking.kit.db import HOT_ROLE, SERVICE_ROLE, Database, belong_to, sqlalchemy_url, sqlstate
from coworking.kit.operators import ensure_operator
from coworking.kit.outbox import OutboxTask
from tests.factories.membership import NOW, make_operator

INSUFFICIENT_PRIVILEGE = "42501"
INTEGRITY_VIOLATION = "23000"
EVERYBODYS = {OutboxTask.__tablename__}
"""A worker reads it across operators; it holds names, references and times."""
TABLES = sorted(metadata().tables.values(), key=lambda table: table.name)
OPERATORS_TABLES = [table for table in TABLES if "operator_id" in table.c and table.name not in EVERYBODYS]
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
APPEND_ONLY = [
    "activity_records",
    "allocations",
    "arrivals",
    "audit_entries",
    "breaches",
    "card_events",
    "charges",
    "closed_months",
    "deposit_files",
    "door_agent_events",
    "door_events",
    "fee_records",
    "invoice_lines",
    "invoiced_charges",
    "invoices",
    "journal_entries",
    "journal_lines",
    "mail_events",
    "mail_hand_overs",
    "parking_vouchers",
    "payments",
    "profile_versions",
    "service_refusals",
    "terms_acceptances",
    "uses",
    "uses_taken_back",
]
FORGOTTEN = ("arrivals", "door_agent_events", "door_events", "parking_vouchers")
"""Append-only until their time is over: a transaction that says so forgets them."""
ALL_RIGHTS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
OF_THE_CHAIN = {"audit_digests": {"SELECT", "INSERT"}, "audit_heads": {"SELECT", "INSERT", "UPDATE"}}
"""The chain of the records only grows; of a digest, only that its entry was purged is noted later."""


def rights(table: Table) -> set[str]:
    """What the service may do to the whole of a row."""
    if table.name in FORGOTTEN:
        return {"SELECT", "INSERT", "DELETE"}
    return {"SELECT", "INSERT"} if table.name in APPEND_ONLY else OF_THE_CHAIN.get(table.name, ALL_RIGHTS)


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """A transaction of the owner's, of which nothing stays."""
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def loosen(owner: Connection, table: Table) -> None:
    """In this transaction, let the table take rows that hold an operator and a key only."""
    owner.execute(text("SET LOCAL session_replication_role = replica"))  # no foreign keys, no triggers
    constraints = owner.scalars(
        text(
            "SELECT conname FROM pg_constraint WHERE conrelid = CAST(:name AS regclass) AND contype IN ('c', 'x')"
        ),
        {"name": table.name},
    ).all()
    for constraint in constraints:
        owner.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT {constraint}"))
    for column in table.c:
        if not column.primary_key and not column.nullable and column.name != "operator_id":
            owner.execute(text(f"ALTER TABLE {table.name} ALTER COLUMN {column.name} DROP NOT NULL"))


def insert_row(connection: Connection, table: Table, operator_id: int, key: int) -> None:
    values: dict[str, object] = {"operator_id": operator_id}
    for column in table.primary_key:
        if column.identity is None and column.name not in values:
            values[column.name] = key if isinstance(column.type, BigInteger) else f"+8145000000{key}"
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table.name} ({names}) VALUES ({marks})"), values)


def become(connection: Connection, role: str, operator_id: int | None) -> None:
    connection.execute(text(f"SET LOCAL ROLE {role}"))
    connection.execute(
        text("SELECT set_config('rusuban.operator_id', :id, true)"),
        {"id": "" if operator_id is None else str(operator_id)},
    )


def seen(connection: Connection, table: Table) -> list[int]:
    return list(connection.scalars(text(f"SELECT operator_id FROM {table.name} ORDER BY operator_id")))


@pytest.mark.parametrize("table", OPERATORS_TABLES, ids=lambda table: table.name)
def test_the_service_sees_the_rows_of_its_operator_only(owner: Connection, table: Table) -> None:
    loosen(owner, table)
    has_one_each = list(table.primary_key) == [table.c.operator_id]
    for key, operator_id in enumerate((1, 2) if has_one_each else (1, 2, 2), start=1):
        insert_row(owner, table, operator_id, key)
    seconds = [2] if has_one_each else [2, 2]
    assert seen(owner, table) == [1, *seconds]
    become(owner, SERVICE_ROLE, 1)
    assert seen(owner, table) == [1]
    become(owner, SERVICE_ROLE, 2)
    assert seen(owner, table) == seconds
    become(owner, SERVICE_ROLE, 3)
    assert seen(owner, table) == []
    become(owner, SERVICE_ROLE, None)
    assert seen(owner, table) == []


@pytest.mark.parametrize("table", OPERATORS_TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("session_of", [1, None])
def test_the_service_writes_no_row_of_another_operator(
    owner: Connection, table: Table, session_of: int | None
) -> None:
    loosen(owner, table)
    become(owner, SERVICE_ROLE, session_of)
    with pytest.raises(DBAPIError) as refused:
        insert_row(owner, table, 2, 9)
    assert sqlstate(refused.value) == INSUFFICIENT_PRIVILEGE
    assert "row-level security" in str(refused.value.orig)


@pytest.mark.parametrize(
    "table",
    [table for table in OPERATORS_TABLES if "UPDATE" in rights(table)],
    ids=lambda table: table.name,
)
def test_the_service_changes_and_moves_no_row_of_another_operator(owner: Connection, table: Table) -> None:
    loosen(owner, table)
    insert_row(owner, table, 1, 1)
    insert_row(owner, table, 2, 2)
    become(owner, SERVICE_ROLE, 1)
    if "DELETE" in rights(table):
        assert owner.execute(text(f"DELETE FROM {table.name} WHERE operator_id = 2")).rowcount == 0
    assert owner.execute(text(f"UPDATE {table.name} SET operator_id = 1 WHERE operator_id = 2")).rowcount == 0
    with pytest.raises(DBAPIError) as refused:
        owner.execute(text(f"UPDATE {table.name} SET operator_id = 2"))
    assert sqlstate(refused.value) == INSUFFICIENT_PRIVILEGE


def test_every_table_with_an_operator_is_guarded(owner: Connection) -> None:
    guarded = set(
        owner.scalars(
            text(
                "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
                " WHERE relrowsecurity AND polname = 'operators_own' AND polcmd = '*'"
            )
        )
    )
    assert guarded == {table.name for table in OPERATORS_TABLES}


@pytest.mark.parametrize("role", [SERVICE_ROLE, HOT_ROLE])
def test_a_role_of_the_service_is_small(owner: Connection, role: str) -> None:
    row = owner.execute(
        text(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,"
            " EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid),"
            " EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid),"
            " has_schema_privilege(rolname, 'public', 'CREATE')"
            " FROM pg_roles WHERE rolname = :role"
        ),
        {"role": role},
    ).one()
    assert not any(row)


def privileges(owner: Connection, role: str) -> set[tuple[str, str]]:
    granted = owner.execute(
        text(
            "SELECT relname, privilege FROM pg_class, unnest(CAST(:privileges AS text[])) AS privilege"
            " WHERE relkind IN ('r', 'v', 'm', 'p') AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(:role, pg_class.oid, privilege)"
        ),
        {"role": role, "privileges": list(PRIVILEGES)},
    )
    return {(name, privilege) for name, privilege in granted}


def test_the_hot_role_looks_numbers_up_and_writes_down_what_it_was_told(owner: Connection) -> None:
    assert privileges(owner, HOT_ROLE) == {
        ("routing_cards", "SELECT"),
        ("carrier_events", "INSERT"),
        *(("refused_webhooks", privilege) for privilege in ("SELECT", "INSERT", "UPDATE")),
    }


def test_the_service_may_not_rewrite_what_is_append_only(owner: Connection) -> None:
    assert privileges(owner, SERVICE_ROLE) == {
        (table.name, right) for table in TABLES for right in rights(table)
    }


@pytest.mark.parametrize("name", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {} SET operator_id = 2", "DELETE FROM {}"])
def test_not_even_the_owner_changes_what_was_written(owner: Connection, name: str, change: str) -> None:
    table = metadata().tables[name]
    loosen(owner, table)
    insert_row(owner, table, 1, 1)
    owner.execute(text("SET LOCAL session_replication_role = origin"))
    with pytest.raises(DBAPIError, match=f"{name} is append-only") as refused:
        owner.execute(text(change.format(name)))
    assert sqlstate(refused.value) == INTEGRITY_VIOLATION


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries"])
def test_the_service_is_refused_before_the_trigger(session: Session, change: str) -> None:
    operator_id = make_operator(session)
    record(session, operator_id=operator_id, at=NOW, actor="account:1", action="a.b", subject="thing:1")
    session.flush()
    with pytest.raises(DBAPIError) as refused:
        session.execute(text(change))
    assert sqlstate(refused.value) == INSUFFICIENT_PRIVILEGE


def test_a_row_of_another_operator_is_named_where_it_is_made(session: Session) -> None:
    other = ensure_operator(session, "other", NOW)
    make_operator(session)
    session.add(
        AuditEntry(operator_id=other, at=NOW, actor="", action="", subject="", details={}, channel="")
    )
    with pytest.raises(AssertionError, match=f"AuditEntry of operator {other} in a session of another"):
        session.flush()


def test_the_operator_of_one_transaction_is_forgotten_in_the_next(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        operator_id = ensure_operator(session, "nex", NOW)
    with clean_database.transaction(operator_id) as session:
        record(session, operator_id=operator_id, at=NOW, actor="a", action="b", subject="c")
    for opened_for, found in ((operator_id, 1), (None, 0), (operator_id + 1, 0)):
        with clean_database.transaction(opened_for) as session:
            assert session.query(AuditEntry).count() == found


def test_a_session_can_be_turned_to_another_operator(session: Session) -> None:
    first, second = make_operator(session, "first"), make_operator(session, "second")
    record(session, operator_id=second, at=NOW, actor="a", action="b", subject="c")
    session.flush()
    assert session.query(AuditEntry).count() == 1
    belong_to(session, first)
    assert session.query(AuditEntry).count() == 0
