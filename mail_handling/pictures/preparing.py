"""A photo of a label made ready to be read: light evened out, the table gone, lines level. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, ImageStat

Box = Sequence[tuple[int, int]]
"""The corners of what is not text."""

READING_SIDE = 1_200
"""Pixels of the longer side for reading: finer costs time and seldom reads better."""
CLOSER_SIDE = 1_800
"""For a second look."""
GROUND_SHARE = 24
"""The ground is looked at in a picture so many times smaller, in which print is gone."""
GROUND_FILTER = 5
SKEW_SIDE = 600
SKEW_DEGREES = 8.0
SKEW_STEPS = (1.0, 0.25)
PAPER = 255


def prepare(photo: Image.Image, covered: Sequence[Box] = (), *, side: int = READING_SIDE) -> Image.Image:
    """A grey picture, dark print on white; `covered` areas of the photo are painted over. Its sides are at most
    `side` before it is turned level."""
    share = min(1.0, side / max(photo.size))
    size = max(1, round(photo.width * share)), max(1, round(photo.height * share))
    print_only = _without_ground(photo.convert("L").resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))
    draw = ImageDraw.Draw(print_only)
    for box in covered:
        draw.polygon([(x * share, y * share) for x, y in box], fill=PAPER, outline=PAPER, width=8)
    return print_only.rotate(skew_degrees(print_only), Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER)


def skew_degrees(print_only: Image.Image) -> float:
    """By which the picture is to be turned counter-clockwise so that its lines are level: where rows of pixels differ
    most, they are."""
    small = ImageOps.invert(print_only)
    small.thumbnail((SKEW_SIDE, SKEW_SIDE), Image.Resampling.BOX)
    best, reach = 0.0, SKEW_DEGREES
    for step in SKEW_STEPS:
        turns = [best + step * n for n in range(-round(reach / step), round(reach / step) + 1)]
        best, reach = max(turns, key=lambda degrees: _levelness(small, degrees)), step
    return best


def _levelness(small: Image.Image, degrees: float) -> float:
    turned = small.rotate(degrees, Image.Resampling.BILINEAR)
    rows = turned.resize((1, turned.height), Image.Resampling.BOX)
    steps = ImageChops.difference(rows, ImageChops.offset(rows, 0, 1))
    return ImageStat.Stat(steps).sum2[0]


def _without_ground(grey: Image.Image) -> Image.Image:
    """What is darker than its surroundings."""
    small = grey.resize(
        (max(1, grey.width // GROUND_SHARE), max(1, grey.height // GROUND_SHARE)), Image.Resampling.BOX
    )
    ground = small.filter(ImageFilter.MaxFilter(GROUND_FILTER)).filter(
        ImageFilter.MedianFilter(GROUND_FILTER)
    )
    darker = ImageChops.subtract(ground.resize(grey.size, Image.Resampling.BICUBIC), grey)
    return ImageOps.invert(ImageOps.autocontrast(darker, cutoff=(40, 0.3)))
