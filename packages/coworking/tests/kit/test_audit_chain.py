"""R29: what was sealed cannot be edited, removed, reordered or cut off without being found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from coworking.kit.audit import AuditEntry, record
from coworking.kit.audit_chain import AuditHead, broken_links, seal_entries
from coworking.kit.db import Database
from coworking.kit.operators import ensure_operator

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
ENTRIES = 7


@pytest.fixture
def owner(clean_database: Database) -> Iterator[Database]:
    with closing(Database(clean_database.url, role=None)) as database:
        yield database


@pytest.fixture
def operator_id(clean_database: Database) -> int:
    with clean_database.transaction() as session:
        return ensure_operator(session, "nex", NOW)


def write(database: Database, operator_id: int, subjects: range) -> None:
    with database.transaction(operator_id) as session:
        for number in subjects:
            record(
                session, operator_id=operator_id, at=NOW, actor="account:1", action="line.ended",
                subject=f"line:{number}", details={"place": "横浜"},
            )  # fmt: skip


def sealed(database: Database, operator_id: int, now: datetime = NOW) -> int:
    with database.transaction(operator_id) as session:
        return seal_entries(session, operator_id, now)


def problems(database: Database, operator_id: int) -> list[tuple[int, str]]:
    with database.transaction(operator_id) as session:
        return [(link.position, link.problem) for link in broken_links(session, operator_id)]


def as_owner(owner: Database, *statements: str) -> None:
    """What somebody does who owns the tables and lets no trigger stand in the way."""
    with owner.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            session.execute(text(statement))


def test_every_entry_is_sealed_once(clean_database: Database, operator_id: int) -> None:
    write(clean_database, operator_id, range(ENTRIES))
    assert sealed(clean_database, operator_id) == ENTRIES
    assert sealed(clean_database, operator_id) == 0
    write(clean_database, operator_id, range(ENTRIES))
    assert sealed(clean_database, operator_id, NOW + timedelta(days=3)) == ENTRIES
    assert problems(clean_database, operator_id) == []


def test_what_was_sealed_days_ago_is_not_searched_again(clean_database: Database, operator_id: int) -> None:
    def searched() -> tuple[int, int]:
        with clean_database.transaction(operator_id) as session:
            last = session.scalars(select(func.max(AuditEntry.id))).one()
            return session.get_one(AuditHead, operator_id).searched_id, last

    write(clean_database, operator_id, range(ENTRIES))
    sealed(clean_database, operator_id)
    assert searched()[0] == 0
    sealed(clean_database, operator_id, NOW + timedelta(days=3))
    found, last = searched()
    assert found == last
    with clean_database.transaction(operator_id) as session:
        record(
            session, operator_id=operator_id, at=NOW + timedelta(days=3), actor="task", action="x", subject="line:1"
        )  # fmt: skip
    assert sealed(clean_database, operator_id, NOW + timedelta(days=3)) == 1
    assert searched()[0] == last


def test_an_entry_that_becomes_visible_late_is_sealed(clean_database: Database, operator_id: int) -> None:
    with clean_database.transaction(operator_id) as slow:
        record(slow, operator_id=operator_id, at=NOW, actor="task", action="late", subject="line:1")
        slow.flush()
        write(clean_database, operator_id, range(ENTRIES))
        assert sealed(clean_database, operator_id) == ENTRIES
    assert sealed(clean_database, operator_id) == 1
    assert problems(clean_database, operator_id) == []


FOURTH = "(SELECT entry_id FROM audit_digests WHERE position = 4)"
LAST = "(SELECT max(position) FROM audit_digests)"


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ([f"UPDATE audit_entries SET actor = 'account:9' WHERE id = {FOURTH}"], (4, "the entry was changed")),
        ([f"DELETE FROM audit_entries WHERE id = {FOURTH}"], (4, "the entry is gone")),
        (
            [
                f"DELETE FROM audit_entries WHERE id = {FOURTH}",
                "DELETE FROM audit_digests WHERE position = 4",
            ],
            (4, "positions are missing or out of order"),
        ),
        (
            [
                "UPDATE audit_digests SET position = -4 WHERE position = 4",
                "UPDATE audit_digests SET position = 4 WHERE position = 5",
                "UPDATE audit_digests SET position = 5 WHERE position = -4",
            ],
            (4, "the chain was changed"),
        ),
        (
            [f"DELETE FROM audit_digests WHERE position = {LAST}"],
            (ENTRIES - 1, "the end of the chain is missing"),
        ),
        (["DELETE FROM audit_digests", "DELETE FROM audit_entries"], (0, "the end of the chain is missing")),
    ],
    ids=["edited", "removed", "removed with its link", "reordered", "cut off", "emptied"],
)
def test_tampering_is_found(
    clean_database: Database,
    owner: Database,
    operator_id: int,
    tampering: list[str],
    found: tuple[int, str],
) -> None:
    write(clean_database, operator_id, range(ENTRIES))
    sealed(clean_database, operator_id)
    as_owner(owner, *tampering)
    assert found in problems(clean_database, operator_id)


def test_what_was_purged_in_its_time_breaks_nothing(
    clean_database: Database, owner: Database, operator_id: int
) -> None:
    write(clean_database, operator_id, range(ENTRIES))
    sealed(clean_database, operator_id)
    as_owner(
        owner,
        f"UPDATE audit_digests SET purged_at = now() WHERE entry_id = {FOURTH}",
        f"DELETE FROM audit_entries WHERE id = {FOURTH}",
    )
    assert problems(clean_database, operator_id) == []
