"""The SHA-256 of a file, in a file beside it, as `sha256sum --check` reads it."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest_of(file: Path) -> str:
    """In hexadecimal. Raises OSError."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def write_digest(file: Path, digest: str) -> None:
    """Raises OSError."""
    _beside(file).write_text(f"{digest}  {file.name}\n", encoding="utf-8")


def differs(file: Path) -> bool:
    """Whether the file is another than its digest says; one that was copied without it is judged by its content alone.
    Raises OSError."""
    try:
        expected = _beside(file).read_text(encoding="utf-8").split()[0]
    except (FileNotFoundError, IndexError):
        return False
    return digest_of(file) != expected


def _beside(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")
