"""A backup brings the files back with their rows, on a machine that has nothing yet but the keys."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from app.cli.backup import backup, restore
from coworking.kit.db import Database
from coworking.kit.file_store import FolderStore
from coworking.kit.sealing import FieldKeys
from coworking.kit.stored_files import Files, keep_file, read_file
from tests.databases import Databases, create_database, drop_database, owner_database
from tests.factories.membership import NOW, make_operator

KEYS = FieldKeys({"a": os.urandom(32)})
DATA = b"a photo, sealed"
BUCKET = "s3+plain://key:secret@127.0.0.1:1/mail-pictures"


@pytest.fixture
def other_url(databases: Databases, database_server: str, database_url: str) -> Iterator[str]:
    """An empty database on the same server."""
    server, name = databases.server_url(database_server), f"restored_{os.getpid()}"
    yield create_database(server, name)
    drop_database(server, name)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`run(command, *arguments, url=…, var=…, store=…)`"""
    monkeypatch.chdir(tmp_path)

    def ran(command: click.Command, *arguments: object, url: str, var: str, store: str = "folder") -> Result:
        environ = {
            "RUSUBAN_DATABASE_URL": url,
            "RUSUBAN_VAR_DIR": str(tmp_path / var),
            "RUSUBAN_FILE_STORE": store,
        }
        return CliRunner().invoke(command, [str(one) for one in arguments], env=environ)

    return ran


def files_in(folder: Path) -> Files:
    return Files(FolderStore(folder / "files"), KEYS)


def test_what_was_kept_is_read_where_it_is_restored(
    clean_database: Database, database_url: str, other_url: str, tmp_path: Path, run: Callable[..., Result]
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
        row = keep_file(
            session, files_in(here), DATA, media_type="image/jpeg", operator_id=operator_id, now=NOW
        )
        file_id = row.id
    (here / "files" / "half.part").write_bytes(b"half")
    file = tmp_path / "today.dump"
    archive = tmp_path / "today.dump.files"

    made = run(backup, file, url=database_url, var="here")
    assert made.exit_code == 0, made.output
    assert "docs/backup.md" in made.output
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600

    moved = archive.rename(tmp_path / "elsewhere")
    missing = run(restore, file, url=other_url, var="there")
    assert (missing.exit_code, "--without-files" in missing.output) == (1, True)
    archive.write_bytes(moved.read_bytes()[:-2_000])
    damaged = run(restore, file, url=other_url, var="there")
    assert (damaged.exit_code, "SHA-256" in damaged.output) == (1, True)
    assert not (there / "files").exists()

    moved.rename(archive)
    restored = run(restore, file, url=other_url, var="there")
    assert restored.exit_code == 0, restored.output
    assert "1 files are restored" in restored.output
    database = owner_database(other_url)
    with database.transaction(operator_id) as session:
        assert read_file(session, files_in(there), file_id) == DATA
    database.close()


def test_of_a_bucket_it_is_said_that_it_is_not_in_it(
    database_url: str, tmp_path: Path, run: Callable[..., Result]
) -> None:
    file = tmp_path / "today.dump"
    made = run(backup, file, url=database_url, var="here", store=BUCKET)
    assert (made.exit_code, "bucket" in made.output) == (0, True), made.output
    assert not (tmp_path / "today.dump.files").exists()
