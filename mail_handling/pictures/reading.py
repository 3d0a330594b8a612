"""What a photo of a label says: its barcodes and its print."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import zxingcpp
from PIL import Image

from coworking.kit.images import Picture
from mail_handling.pictures.preparing import CLOSER_SIDE, READING_SIDE, Box, prepare
from mail_handling.pictures.text_reader import ReaderUnavailable, TextReader
from mail_handling.pictures.tracking_numbers import LONGEST, tracking_number

MOST_CODES = 8
MOST_LINES = 80
LONGEST_LINE = 200
BAR_SHARE = 0.06
"""Bars reach beyond the line on which they were read, by so much of its length on either side."""


@dataclass(frozen=True, slots=True)
class Barcode:
    """`covers` are its corners on the picture."""

    text: str
    symbology: str
    covers: Box


@dataclass(frozen=True, slots=True)
class Reading:
    """`lines` come from the top down, once for each way of reading. `unavailable` says why there are none: off, busy,
    failed."""

    barcodes: tuple[Barcode, ...]
    lines: tuple[str, ...]
    unavailable: str | None = None

    @property
    def tracking_number(self) -> str | None:
        return tracking_number([code.text for code in self.barcodes])


def read_label(picture: Picture, reader: TextReader) -> Reading:
    """Never raises for what stands on the picture."""
    photo = _grey(picture)
    codes = zxingcpp.read_barcodes(photo)[:MOST_CODES]
    barcodes = tuple(
        Barcode(code.text[:LONGEST], code.format.name, _covered(code)) for code in codes if code.text
    )
    return _with_lines(Reading(barcodes, ()), photo, reader, READING_SIDE)


def read_closer(picture: Picture, reader: TextReader, reading: Reading) -> Reading:
    """A second, slower look at the print, beside what the first one saw."""
    return _with_lines(reading, _grey(picture), reader, CLOSER_SIDE)


def _grey(picture: Picture) -> Image.Image:
    with Image.open(io.BytesIO(picture.jpeg), formats=("JPEG",)) as photo:
        return photo.convert("L")


def _with_lines(reading: Reading, photo: Image.Image, reader: TextReader, side: int) -> Reading:
    print_only = prepare(photo, [code.covers for code in reading.barcodes], side=side)
    try:
        lines = reader.lines(print_only)
    except ReaderUnavailable as unavailable:
        return reading if reading.lines else replace(reading, unavailable=unavailable.reason)
    return replace(reading, lines=(*reading.lines, *(line[:LONGEST_LINE] for line in lines[:MOST_LINES])))


def _covered(code: zxingcpp.Barcode) -> Box:
    place = code.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    more = round(abs(place.top_right.x - place.top_left.x) * BAR_SHARE)
    return [(one.x, one.y - more if number < 2 else one.y + more) for number, one in enumerate(corners)]
