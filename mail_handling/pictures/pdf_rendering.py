"""A program of its own: a PDF from the standard input becomes JPEGs of its pages in a folder.

`python pdf_rendering.py FOLDER MOST_PAGES DPI LONGEST_SIDE`; ends with `TOO_MANY` where there are more pages, with
another status where the PDF cannot be read.
"""

from __future__ import annotations

import sys
from pathlib import Path

TOO_MANY = 3
POINTS_AN_INCH = 72
QUALITY = 92


def render(data: bytes, folder: Path, *, most_pages: int, dpi: int, longest_side: int) -> int:
    """Returns the status to end with."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    if len(pdf) > most_pages:
        return TOO_MANY
    for number in range(len(pdf)):
        page = pdf[number]
        scale = min(dpi / POINTS_AN_INCH, longest_side / max(page.get_size()))
        page.render(scale=scale).to_pil().convert("RGB").save(folder / f"{number:03}.jpg", quality=QUALITY)
    return 0


if __name__ == "__main__":
    sys.exit(
        render(
            sys.stdin.buffer.read(),
            Path(sys.argv[1]),
            most_pages=int(sys.argv[2]),
            dpi=int(sys.argv[3]),
            longest_side=int(sys.argv[4]),
        )
    )
