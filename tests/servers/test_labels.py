"""Printed labels through the real reader: a small sample of what `python -m bench --labels` measures."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader

from bench.label_pictures import HELD_OUT_FONTS
from bench.labels import SEED, read_labels
from mail_handling.pictures.text_reader import TextReader

LABELS = 8
LEAST_RIGHT = 7


def test_labels_in_fonts_that_were_held_out_name_their_member() -> None:
    (read,) = read_labels(LABELS, seed=SEED, sets=("held out",))
    assert sum(read.right.values()) >= LEAST_RIGHT
    assert read.wrong_alone == 0
    assert read.codes_right == read.codes


def page(text: str) -> bytes:
    path, index = HELD_OUT_FONTS[0]
    image = Image.new("RGB", (1_200, 400), "white")
    font = ImageFont.truetype(path, 48, index=index)
    ImageDraw.Draw(image).text((80, 120), text, font=font, fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def test_a_scan_is_one_pdf_that_can_be_searched() -> None:
    pdf = TextReader("tesseract").searchable_pdf([page("請求書 2026年6月"), page("Invoice number 4711")])
    first, second = (found.extract_text().replace(" ", "") for found in PdfReader(io.BytesIO(pdf)).pages)
    assert "請求書" in first
    assert "4711" in second
