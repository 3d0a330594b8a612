"""An archive holds what was there at some moment while it was made, and nothing else is taken out of one."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from coworking.kit.file_archives import ArchiveDamaged, read_archive, verify_archive, writing_archive
from coworking.kit.file_store import FolderStore

KEYS = ("op1/ab/1", "op1/ab/2", "op1/cd/3")


def test_files_that_come_and_go_meanwhile_are_in_it(tmp_path: Path) -> None:
    store, archive = FolderStore(tmp_path / "files"), tmp_path / "files.tar"
    early, going, late = KEYS
    for key in (early, going):
        store.put(key, key.encode())
    with writing_archive(store.folder, archive):
        store.delete(going)
        store.put(late, late.encode())
        assert not archive.exists()
    verify_archive(archive)
    other = FolderStore(tmp_path / "other")
    for _ in range(2):
        assert read_archive(archive, other.folder) == len(KEYS)
    assert [other.get(key) for key in KEYS] == [key.encode() for key in KEYS]


def test_a_backup_that_fails_leaves_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing_archive(tmp_path / "files", tmp_path / "a"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../op1/ab/1", tarfile.REGTYPE),
        ("/etc/passwd", tarfile.REGTYPE),
        ("op1/ab/1", tarfile.SYMTYPE),
        ("op1/ab", tarfile.DIRTYPE),
    ],
)
def test_what_no_archive_of_ours_holds_is_refused(tmp_path: Path, name: str, kind: bytes) -> None:
    file = tmp_path / "a"
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    with tarfile.open(file, "w") as archive:
        archive.addfile(member, io.BytesIO())
    for take in (lambda: verify_archive(file), lambda: read_archive(file, tmp_path / "files")):
        with pytest.raises(ArchiveDamaged):
            take()
    assert not (tmp_path / "files").exists()
