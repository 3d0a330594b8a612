from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from coworking.kit.postgres import EmbeddedServer, place, remove
from coworking.kit.postgres.place import Place, place_for
from coworking.kit.postgres.programs import find_programs

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def reachable(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stands for the folder that root's servers fall back to."""
    folder = Path(tempfile.mkdtemp(prefix="place-", dir=run_folder))
    folder.chmod(0o711)
    monkeypatch.setattr(place, "REACHABLE_BY_ALL", folder / "rusuban")
    yield folder / "rusuban"
    shutil.rmtree(folder)


def test_root_s_server_lies_where_its_account_can_reach_it(tmp_path: Path, reachable: Path) -> None:
    tmp_path.chmod(0o700)
    with EmbeddedServer(tmp_path / "var" / "postgres", fast=True) as server:
        assert server.running
        expected = reachable if IS_ROOT else tmp_path / "var"
        assert server.folder.parent == expected
        again = EmbeddedServer(tmp_path / "var" / "postgres")
        assert again.start() == server.url
    remove(tmp_path / "var" / "postgres")
    assert not server.folder.exists()


def test_two_folders_of_one_name_do_not_share_a_place(tmp_path: Path, reachable: Path) -> None:
    tmp_path.chmod(0o700)
    one, other = (place_for(tmp_path / name / "postgres") for name in ("one", "other"))
    assert one.folder != other.folder


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "aim").write_text("as it was", encoding="ascii")
    (tmp_path / "postgres.log").symlink_to(tmp_path / "aim")
    own = Place(tmp_path, tmp_path, None)
    with pytest.raises(OSError, match="symbolic links"):
        own.open(own.log, "ab")
    assert (tmp_path / "aim").read_text(encoding="ascii") == "as it was"


def test_a_log_that_grew_too_long_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Place(tmp_path, tmp_path, None)
    assert own.log_end() == 0
    own.log.write_text("a long story", encoding="ascii")
    assert own.log_end() == len("a long story")
    monkeypatch.setattr(place, "MOST_LOG_BYTES", 5)
    assert own.log_end() == 0
    assert (tmp_path / "postgres.log.1").read_text(encoding="ascii") == "a long story"


def test_programs_that_the_account_cannot_reach_are_copied(tmp_path: Path) -> None:
    copied = find_programs().copy_to(tmp_path / "programs")
    assert copied.path("postgres").is_relative_to(tmp_path)
    said = subprocess.run([copied.path("pg_dump"), "--version"], capture_output=True, text=True, check=True)
    assert "PostgreSQL" in said.stdout
    assert find_programs().copy_to(tmp_path / "programs") == copied
    assert not (tmp_path / "programs.partial").exists()
