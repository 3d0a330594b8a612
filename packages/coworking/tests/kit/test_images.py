"""R27: of what people send, only the pixels come in."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from coworking.kit.images import (
    LARGEST_UPLOAD_BYTES,
    LONGEST_SIDE,
    MOST_PIXELS,
    THUMBNAIL_SIDE,
    ImageNotReadable,
    ImageTooLarge,
    draw_anew,
    thumbnail,
)

ORIENTATION, GPS, MAKER, RESOLUTION = 0x0112, 0x8825, 0x010F, 0x011A
RED, BLUE = (220, 20, 20), (20, 20, 220)


def picture(form: str = "JPEG", size: tuple[int, int] = (400, 200), **options: object) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def is_near(one: object, other: tuple[int, int, int]) -> bool:
    assert isinstance(one, tuple)
    return all(abs(a - b) < 30 for a, b in zip(one, other, strict=True))


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg), formats=("JPEG",))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_as_jpeg(form: str) -> None:
    drawn = draw_anew(picture(form))
    with opened(drawn.jpeg) as image:
        assert (drawn.width, drawn.height) == image.size == (400, 200)
        assert is_near(image.getpixel((20, 100)), RED)
        assert is_near(image.getpixel((380, 100)), BLUE)


def test_it_stands_upright_and_tells_nothing_else() -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "a camera of somebody"
    exif.get_ifd(GPS)[1] = "N"
    sent = picture(exif=exif, comment=b"a comment", icc_profile=b"a profile " * 20)
    assert b"somebody" in sent
    drawn = draw_anew(sent)
    with opened(drawn.jpeg) as image:
        assert image.size == (200, 400)
        assert is_near(image.getpixel((100, 20)), RED)
        assert not image.getexif()
        assert not {"icc_profile", "comment", "exif"} & set(image.info)
    assert not any(word in drawn.jpeg for word in (b"somebody", b"a comment", b"a profile"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_as_its_camera_says(orientation: int) -> None:
    """As Pillow turns it, whatever else is written beside: here a number that is none."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    plain = Image.open(io.BytesIO(picture(exif=exif)))
    exif[RESOLUTION] = 72.0
    sent = (
        picture(exif=exif)
        .replace(b"\x1a\x01\x05\x00", b"\x1a\x01\x07\x00")
        .replace(b"\x01\x1a\x00\x05", b"\x01\x1a\x00\x07")
    )
    with opened(draw_anew(sent).jpeg) as image:
        upright = ImageOps.exif_transpose(plain)
        assert image.size == upright.size
        for x, y in ((20, 20), (image.width - 20, 20), (20, image.height - 20)):
            assert is_near(image.getpixel((x, y)), upright.getpixel((x, y)))


def test_a_grey_picture_of_16_bits_keeps_its_greys() -> None:
    grey = Image.new("I;16", (40, 20), 25_700)
    out = io.BytesIO()
    grey.save(out, "PNG")
    with opened(draw_anew(out.getvalue()).jpeg) as image:
        assert is_near(image.getpixel((20, 10)), (100, 100, 100))


def test_what_is_appended_to_a_picture_is_left_behind() -> None:
    assert b"<script>" not in draw_anew(picture("PNG") + b"<script>alert(1)</script>").jpeg


def test_what_can_be_seen_through_stands_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with opened(draw_anew(out.getvalue()).jpeg) as image:
        assert is_near(image.getpixel((5, 5)), (255, 255, 255))


def test_large_ones_become_smaller() -> None:
    drawn = draw_anew(picture("PNG", (4_000, 1_000)))
    assert (drawn.width, drawn.height) == (LONGEST_SIDE, LONGEST_SIDE // 4)
    assert thumbnail(drawn).width == THUMBNAIL_SIDE


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!L", len(data)) + name + data + struct.pack("!L", zlib.crc32(name + data))

    head = struct.pack("!LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"", ImageNotReadable),
        (b"no picture at all", ImageNotReadable),
        (b"%PDF-1.7\n%\xe2\xe3\n", ImageNotReadable),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ImageNotReadable),
        (picture("GIF"), ImageNotReadable),
        (picture("TIFF"), ImageNotReadable),
        (picture()[:400], ImageNotReadable),
        (_bomb(100, 100), ImageNotReadable),
        (_bomb(MOST_PIXELS // 1_000 + 1, 1_000), ImageTooLarge),
        (_bomb(60_000, 60_000), ImageTooLarge),
        (bytes(LARGEST_UPLOAD_BYTES + 1), ImageTooLarge),
    ],
    ids=[
        "nothing", "text", "pdf", "svg", "gif", "tiff", "cut off", "empty png", "many pixels", "a bomb", "many bytes",
    ],
)  # fmt: skip
def test_what_is_no_picture_or_too_much_is_refused(sent: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        draw_anew(sent)


GOOD = [picture(form, (40, 20)) for form in ("JPEG", "PNG", "WEBP")]


@given(st.sampled_from(GOOD), st.data())
def test_a_damaged_picture_is_drawn_or_refused(good: bytes, data: st.DataObject) -> None:
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        drawn = draw_anew(bytes(damaged))
    except (ImageNotReadable, ImageTooLarge):
        return
    assert drawn.jpeg.startswith(b"\xff\xd8")
