"""The files of a folder store as one archive beside the backup of the database, and back (R23).

An archive is a tar of the sealed files as they lie, with its SHA-256 beside it. What it holds can be read only with the
rows that belong to it and with the deployment's keys.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coworking.kit.digests import differs, digest_of, write_digest
from coworking.kit.errors import UserError
from coworking.kit.file_store import LARGEST_FILE_BYTES, FolderStore, is_key

ENDING = ".files"


class ArchiveFailed(UserError):
    code = "archive-failed"
    ja = "ファイルの控えを作れませんでした（{reason}）。"
    en = "The files were not backed up ({reason})."


class ArchiveDamaged(UserError):
    code = "archive-damaged"
    ja = "{file} をファイルの控えとして読めません（{reason}）。別の控えを使ってください。"
    en = "{file} cannot be read as a backup of files ({reason}). Use another one."


class ArchiveMissing(UserError):
    code = "archive-missing"
    ja = "{file} がありません。バックアップの隣に置くか、--without-files で写真とPDFなしに復元してください。"
    en = "{file} is missing. Put it beside the backup, or restore without pictures and PDFs by --without-files."


def archive_of(backup: Path) -> Path:
    """Where the archive of a backup lies."""
    return backup.with_name(backup.name + ENDING)


@contextmanager
def writing_archive(folder: Path, to: Path) -> Iterator[None]:
    """Archive the folder's files before what is done inside and after it: while the service is at work, every file
    that a row names at some moment between is in it. The archive (mode 0600) gets its name when it is complete. Raises
    `ArchiveFailed`."""
    partial = to.with_name(to.name + ".partial")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            there = _add(archive, folder, set())
            yield
            _add(archive, folder, there)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        digest = digest_of(partial)
        partial.replace(to)
        write_digest(to, digest)
    except OSError as error:
        raise ArchiveFailed(reason=error.strerror or type(error).__name__) from error
    finally:
        partial.unlink(missing_ok=True)


def verify_archive(file: Path) -> None:
    """Raise `ArchiveDamaged` unless the archive is what was written."""
    try:
        if differs(file):
            raise ArchiveDamaged(file=file, reason="its SHA-256 differs")
        for _ in _files_in(file):
            pass
    except OSError as error:
        raise ArchiveDamaged(file=file, reason=error.strerror or type(error).__name__) from error


def read_archive(file: Path, folder: Path) -> int:
    """Put an archive's files into the folder, beside what is there; doing it again changes nothing. Returns how many.
    Raises `ArchiveDamaged`, `TryAgain`."""
    store, count = FolderStore(folder), 0
    for key, data in _files_in(file):
        store.put(key, data)
        count += 1
    return count


def _add(archive: tarfile.TarFile, folder: Path, there: set[str]) -> set[str]:
    for path in sorted(folder.rglob("*")):
        key = path.relative_to(folder).as_posix()
        if key in there or not is_key(key) or not path.is_file():
            continue
        try:
            archive.add(path, key, recursive=False)
        except FileNotFoundError:
            continue  # deleted meanwhile
        there.add(key)
    return there


def _files_in(file: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(file, mode="r:") as archive:
            for member in archive:
                if not (member.isreg() and is_key(member.name) and member.size <= LARGEST_FILE_BYTES):
                    raise ArchiveDamaged(file=file, reason="it holds something else")
                content = archive.extractfile(member)
                assert content is not None
                with content:
                    yield member.name, content.read()
    except tarfile.TarError as error:
        raise ArchiveDamaged(file=file, reason=type(error).__name__) from error
