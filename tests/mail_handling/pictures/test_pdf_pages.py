"""A PDF is taken as pictures of its pages, by a program that cannot take more than its share."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from coworking.kit.errors import UserError
from coworking.kit.images import LARGEST_UPLOAD_BYTES, LONGEST_SIDE, ImageTooLarge
from mail_handling.pictures import pdf_pages
from mail_handling.pictures.errors import PdfNotReadable, TooManyPages
from mail_handling.pictures.pdf_pages import is_pdf, pages_of


def pdf_of(*sizes: tuple[int, int]) -> bytes:
    first, *others = [Image.new("RGB", size, "white") for size in sizes]
    out = io.BytesIO()
    first.save(out, "PDF", resolution=100, save_all=True, append_images=others)
    return out.getvalue()


def test_each_page_is_a_picture_no_larger_than_others() -> None:
    data = pdf_of((413, 584), (5_000, 100))
    assert is_pdf(data)
    sizes = [Image.open(io.BytesIO(page), formats=("JPEG",)).size for page in pages_of(data, most=2)]
    assert sizes[0] == pytest.approx((826, 1168), abs=3)
    assert max(sizes[1]) == LONGEST_SIDE


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (pdf_of((20, 20), (20, 20)), TooManyPages),
        (b"%PDF-1.7 and nothing of the kind", PdfNotReadable),
        (b"%PDF-" + bytes(LARGEST_UPLOAD_BYTES), ImageTooLarge),
    ],
    ids=["pages", "broken", "too large"],
)
def test_what_is_too_much_or_no_pdf_is_refused(data: bytes, error: type[UserError]) -> None:
    with pytest.raises(error):
        pages_of(data, most=1)


def test_what_takes_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "MOST_MEMORY_BYTES", 1024**2)
    with pytest.raises(PdfNotReadable):
        pages_of(pdf_of((20, 20)), most=1)
