"""Print read by tesseract, a program of its own: with limits on its time, its memory and how many run at once."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore

from PIL import Image

from mail_handling.pictures.programs import ProgramFailed, run_limited

LANGUAGES = ("jpn", "eng")
ONE_BLOCK, SCATTERED = "6", "11"
"""How tesseract takes the page: one reading drops lines of another size than the rest, the other takes lines apart."""
WAYS = (("jpn", ONE_BLOCK), ("jpn", SCATTERED), ("eng", ONE_BLOCK))
"""Each language reads for itself: together, one spoils what the other is not sure of."""
LONGEST_READING_SECONDS = 8
LONGEST_PDF_SECONDS = 240
LONGEST_WAIT_SECONDS = 4
MOST_MEMORY_BYTES = 2 * 1024**3
MOST_AT_ONCE = 2
CORES = 2
PAGE_DPI = 200
_TESSERACT = ("--oem", "1", "-c", "tessedit_do_invert=0")


class ReaderUnavailable(Exception):
    """Nothing can be read. `reason` is off, busy or failed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class TextReader:
    """`program` is a name on the path or a path; `off`, or one that is not there, reads nothing."""

    program: str
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_AT_ONCE))

    def lines(self, print_only: Image.Image) -> list[str]:
        """What stands on a label, line by line, once for each of `WAYS`. Raises `ReaderUnavailable`."""
        out = io.BytesIO()
        print_only.save(out, "PNG", compress_level=1, dpi=(PAGE_DPI, PAGE_DPI))
        program = self._found()
        with self._place(LONGEST_WAIT_SECONDS), ThreadPoolExecutor(CORES) as together:
            read = list(together.map(lambda way: _read(program, way, out.getvalue()), WAYS))
        return [line.strip() for text in read for line in text.splitlines() if line.strip()]

    def searchable_pdf(self, pages: Sequence[bytes]) -> bytes:
        """The pages (JPEG) as one PDF with their text behind the picture. For tasks: it takes seconds a page. Raises
        `ReaderUnavailable`."""
        program = self._found()
        with self._place(LONGEST_PDF_SECONDS), tempfile.TemporaryDirectory() as folder:
            names = [Path(folder) / f"{number:03}.jpg" for number in range(len(pages))]
            for name, page in zip(names, pages, strict=True):
                name.write_bytes(page)
            listed = Path(folder) / "pages.txt"
            listed.write_text("\n".join(map(str, names)), encoding="utf-8")
            command = [
                program, str(listed), "stdout", "-l", "+".join(LANGUAGES), "--dpi", str(PAGE_DPI), *_TESSERACT, "pdf",
            ]  # fmt: skip
            return _run(command, b"", LONGEST_PDF_SECONDS)

    def _found(self) -> str:
        found = None if self.program == "off" else shutil.which(self.program)
        if found is None:
            raise ReaderUnavailable("off")
        return found

    @contextmanager
    def _place(self, seconds: float) -> Iterator[None]:
        if not self.places.acquire(timeout=seconds):
            raise ReaderUnavailable("busy")
        try:
            yield
        finally:
            self.places.release()


def _read(program: str, way: tuple[str, str], png: bytes) -> str:
    language, page = way
    command = [program, "stdin", "stdout", "-l", language, "--psm", page, *_TESSERACT]
    return _run(command, png, LONGEST_READING_SECONDS).decode("utf-8", "replace")


def _run(command: Sequence[str], given: bytes, seconds: float) -> bytes:
    try:
        return run_limited(command, given, seconds=seconds, memory_bytes=MOST_MEMORY_BYTES)
    except ProgramFailed as error:
        raise ReaderUnavailable("failed") from error
