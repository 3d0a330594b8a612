"""A PDF that was sent is taken as the pictures of its pages: what leaves here was never anything but pixels (R27)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from coworking.kit.images import LARGEST_UPLOAD_BYTES, LONGEST_SIDE, ImageTooLarge
from mail_handling.pictures import pdf_rendering
from mail_handling.pictures.errors import PdfNotReadable, TooManyPages
from mail_handling.pictures.programs import ProgramFailed, run_limited
from mail_handling.pictures.text_reader import PAGE_DPI

BEGINNING = b"%PDF-"
LONGEST_SECONDS = 30
MOST_MEMORY_BYTES = 1024**3


def is_pdf(data: bytes) -> bool:
    return data.startswith(BEGINNING)


def pages_of(data: bytes, *, most: int) -> list[bytes]:
    """Each page as a JPEG. Raises `ImageTooLarge`, `TooManyPages` over `most`, `PdfNotReadable`."""
    if len(data) > LARGEST_UPLOAD_BYTES:
        raise ImageTooLarge
    with tempfile.TemporaryDirectory() as folder:
        limits = (str(most), str(PAGE_DPI), str(LONGEST_SIDE))
        command = [sys.executable, "-I", pdf_rendering.__file__, folder, *limits]
        try:
            run_limited(command, data, seconds=LONGEST_SECONDS, memory_bytes=MOST_MEMORY_BYTES)
        except ProgramFailed as failed:
            if failed.status == pdf_rendering.TOO_MANY:
                raise TooManyPages(most=most) from failed
            raise PdfNotReadable from failed
        pages = [path.read_bytes() for path in sorted(Path(folder).glob("*.jpg"))]
    if not pages:
        raise PdfNotReadable
    return pages
