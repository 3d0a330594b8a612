from __future__ import annotations

import stat
from pathlib import Path

import psycopg
import pytest

from coworking.kit.postgres import EmbeddedServer, EmbeddedServerError, backup, restore, verify
from coworking.kit.postgres.errors import BackupDamaged, BackupFailed, RestoreFailed, RestoreNotEmpty

ROLE = "reader_of_backups"


@pytest.fixture
def filled(server: EmbeddedServer) -> str:
    """The address of a database with rows, a sequence, a policy and a grant to a role."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} NOLOGIN")
        connection.execute(
            "CREATE TABLE words (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text)"
        )
        connection.execute("INSERT INTO words (word) SELECT '留守番' || i FROM generate_series(1, 1000) AS i")
        connection.execute("ALTER TABLE words ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY everyone ON words USING (true)")
        connection.execute(f"GRANT SELECT ON words TO {ROLE}")
    return server.url


@pytest.fixture
def empty(server: EmbeddedServer) -> str:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE other TEMPLATE template0")
    return server.url_of("other")


def sum_of_words(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT count(*), md5(string_agg(word, ',' ORDER BY id)) FROM words"
        ).fetchone()


def test_what_was_backed_up_is_restored_on_an_empty_machine(
    filled: str, another_machine: EmbeddedServer, tmp_path: Path
) -> None:
    file = backup(filled, tmp_path / "backups" / "today.dump")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == ["today.dump", "today.dump.sha256"]
    verify(file)
    restore(another_machine.url, file, roles=[ROLE])
    assert sum_of_words(another_machine.url) == sum_of_words(filled)
    with psycopg.connect(another_machine.url) as connection:
        connection.execute(f"SET ROLE {ROLE}")
        assert connection.execute("SELECT word FROM words WHERE id = 1").fetchone() == ("留守番1",)


def test_the_spelling_of_sqlalchemy_is_understood(filled: str, empty: str, tmp_path: Path) -> None:
    file = backup(filled.replace("postgresql:", "postgresql+psycopg:"), tmp_path / "a.dump")
    restore(empty.replace("postgresql:", "postgresql+psycopg:"), file, roles=[])
    assert sum_of_words(empty) == sum_of_words(filled)


def test_a_database_that_is_not_empty_is_left_alone(filled: str, tmp_path: Path) -> None:
    file = backup(filled, tmp_path / "a.dump")
    with pytest.raises(RestoreNotEmpty):
        restore(filled, file, roles=[])


def test_a_restore_that_fails_leaves_nothing(filled: str, empty: str, tmp_path: Path) -> None:
    file = backup(filled, tmp_path / "a.dump")
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute(f"REVOKE ALL ON words FROM {ROLE}")
        connection.execute(f"DROP ROLE {ROLE}")
    with pytest.raises(RestoreFailed) as raised:
        restore(empty, file, roles=[])
    assert ROLE in str(raised.value)
    restore(empty, file, roles=[ROLE])  # had anything been left, this would not find the database empty
    assert sum_of_words(empty) == sum_of_words(filled)


@pytest.mark.parametrize("with_digest", [True, False])
def test_a_backup_that_was_cut_off_is_found(filled: str, tmp_path: Path, with_digest: bool) -> None:
    file = backup(filled, tmp_path / "a.dump")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    if not with_digest:
        (tmp_path / "a.dump.sha256").unlink()
    with pytest.raises(BackupDamaged) as raised:
        verify(file)
    assert "\n" not in str(raised.value)


def test_a_changed_byte_is_found_wherever_it_is(filled: str, tmp_path: Path) -> None:
    file = backup(filled, tmp_path / "a.dump")
    content = file.read_bytes()
    for place in range(0, len(content), len(content) // 20):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(BackupDamaged):
            verify(file)
    file.write_bytes(content)
    verify(file)


def test_what_is_no_backup_is_not_restored(empty: str, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("拝啓", encoding="utf-8")
    for name in ("letter", "missing"):
        with pytest.raises(BackupDamaged):
            restore(empty, tmp_path / name)


def test_a_backup_that_fails_leaves_the_one_before(filled: str, tmp_path: Path) -> None:
    file = backup(filled, tmp_path / "a.dump")
    before = file.read_bytes()
    with pytest.raises(BackupFailed) as raised:
        backup(filled.replace("rusuban_owner:", "rusuban_owner:x"), file)
    assert "password authentication failed" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert file.read_bytes() == before
    assert not (tmp_path / "a.dump.partial").exists()
    verify(file)


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(EmbeddedServerError) as raised:
        backup("postgresql://127.0.0.1/none", tmp_path / "file" / "a.dump")
    assert "\n" not in str(raised.value)
