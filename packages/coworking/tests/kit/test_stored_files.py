"""R23, R28: a file opens only through its row, and is gone when that is wiped."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.errors import NotFound
from coworking.kit.file_store import FileGone, FolderStore
from coworking.kit.outbox import Resources, TaskContext
from coworking.kit.sealing import SEALED_COLUMNS, FieldKeys, SealBroken, reseal_rows
from coworking.kit.stored_files import (
    ORPHAN_AGE,
    Files,
    StoredFile,
    delete_file,
    keep_file,
    read_file,
    remove_file,
    sweep,
)
from tests.factories.membership import NOW, make_operator

OLD, NEW = os.urandom(32), os.urandom(32)
DATA = b"what a member's letter said " * 100


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(FolderStore(tmp_path), FieldKeys({"old": OLD}))


@pytest.fixture
def operator_id(session: Session) -> int:
    return make_operator(session)


def kept(session: Session, files: Files, operator_id: int, data: bytes = DATA) -> StoredFile:
    return keep_file(session, files, data, media_type="image/jpeg", operator_id=operator_id, now=NOW)


def context(session: Session, files: Files, operator_id: int, now: datetime = NOW) -> TaskContext:
    return TaskContext(session, VirtualClock(now), operator_id, Resources(files))


def stored(files: Files, row: StoredFile) -> bytes:
    return files.store.get(row.key)


@pytest.mark.parametrize("data", [b"", b"x", DATA])
def test_a_file_is_sealed_and_opens_through_its_row(
    session: Session, files: Files, operator_id: int, data: bytes
) -> None:
    row = kept(session, files, operator_id, data)
    assert len(data) < 2 or data not in stored(files, row)
    assert read_file(session, files, row.id) == data


def test_it_opens_neither_changed_nor_in_anothers_place(
    session: Session, files: Files, operator_id: int
) -> None:
    one, other = kept(session, files, operator_id), kept(session, files, operator_id)
    files.store.put(one.key, stored(files, other))
    with pytest.raises(SealBroken):
        read_file(session, files, one.id)
    one.secret = other.secret
    with pytest.raises(SealBroken):
        read_file(session, files, one.id)
    with pytest.raises(SealBroken):
        read_file(session, Files(files.store, FieldKeys({"old": NEW})), other.id)


def test_a_new_key_seals_the_secret_and_leaves_the_file(
    session: Session, files: Files, operator_id: int
) -> None:
    row = kept(session, files, operator_id)
    before = stored(files, row)
    column = next(one for one in SEALED_COLUMNS if one.column.class_ is StoredFile)
    assert reseal_rows(session, FieldKeys({"new": NEW, "old": OLD}), column) == 1
    assert read_file(session, Files(files.store, FieldKeys({"new": NEW})), row.id) == DATA
    assert stored(files, row) == before


def test_a_removed_file_cannot_be_read_and_its_bytes_go(
    session: Session, files: Files, operator_id: int
) -> None:
    row = kept(session, files, operator_id)
    for _ in range(2):
        remove_file(session, row.id, now=NOW)
    with pytest.raises(NotFound):
        read_file(session, files, row.id)
    for _ in range(2):
        delete_file.run(context(session, files, operator_id), stored_file_id=row.id)
    with pytest.raises(FileGone):
        stored(files, row)


def test_what_a_store_has_lost_is_a_defect_and_nobodys_not_found(
    session: Session, files: Files, operator_id: int
) -> None:
    row = kept(session, files, operator_id)
    files.store.delete(row.key)
    with pytest.raises(LookupError, match="lost"):
        read_file(session, files, row.id)


def test_files_that_no_row_knows_are_swept_when_they_are_old(
    session: Session, files: Files, operator_id: int
) -> None:
    row, removed = kept(session, files, operator_id), kept(session, files, operator_id)
    remove_file(session, removed.id, now=NOW)  # whose task never comes to its end
    orphan, anothers = f"op{operator_id}/ab/1", f"op{operator_id + 1}/ab/1"
    for key in (orphan, anothers):
        files.store.put(key, b"x")
    written = datetime.now(UTC)
    sweep.run(context(session, files, operator_id, written), day="2026-06-10")
    assert files.store.get(orphan) == b"x"
    later = written + ORPHAN_AGE + timedelta(minutes=1)
    sweep.run(context(session, files, operator_id, later), day="2026-06-10")
    for key in (orphan, removed.key):
        with pytest.raises(FileGone):
            files.store.get(key)
    assert files.store.get(anothers) == b"x"
    assert read_file(session, files, row.id) == DATA
