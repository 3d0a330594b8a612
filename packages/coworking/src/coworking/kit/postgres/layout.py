"""The layout number of the folder in which an installation keeps its own files (`var/VERSION`)."""

from __future__ import annotations

from pathlib import Path

from coworking.kit.postgres.errors import DataFolderBroken, DataFolderNewer, error_from

VERSION_FILE = "VERSION"


def claim_layout(folder: Path, layout: int) -> int:
    """Make `folder` if need be and write the layout number into it; returns the number that stands there.

    A folder of a newer version is refused. One of an older version keeps its number until the caller, having
    changed what has to be changed, calls `write_layout`.
    """
    version = folder / VERSION_FILE
    try:
        if not version.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_layout(folder, layout)
            return layout
        text = version.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise error_from(error, folder=folder, log=version) from error
    if not text.isdecimal():
        raise DataFolderBroken(folder=folder, reason=f"{VERSION_FILE} holds no number")
    if int(text) > layout:
        raise DataFolderNewer(folder=folder, found=text, known=layout)
    return int(text)


def write_layout(folder: Path, layout: int) -> None:
    partial = folder / f"{VERSION_FILE}.partial"
    partial.write_text(f"{layout}\n", encoding="ascii")
    partial.replace(folder / VERSION_FILE)
