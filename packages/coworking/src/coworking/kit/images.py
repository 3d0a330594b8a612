"""Pictures that people send are drawn anew: what leaves here was never anything but pixels (R27)."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass

from PIL import ExifTags, Image

from coworking.kit.errors import UserError

MOST_PIXELS = 50_000_000
"""Of a picture as it is sent; a tablet's camera makes 12 million."""
LARGEST_UPLOAD_BYTES = 12 * 1024 * 1024
LONGEST_SIDE = 2_400
THUMBNAIL_SIDE = 480
QUALITY = 88
JPEG = "image/jpeg"
FORMATS = ("JPEG", "PNG", "WEBP")
WHITE = (255, 255, 255)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture upright, by its orientation in EXIF."""


class ImageNotReadable(UserError):
    code = "image-not-readable"
    ja = "写真として読めません。JPEG、PNG、WebP の画像を送ってください。"
    en = "This cannot be read as a picture. Send a JPEG, PNG or WebP image."


class ImageTooLarge(UserError):
    code = "image-too-large"
    status = 413
    ja = "画像が大きすぎます。{megabytes}MB、{megapixels}メガピクセル以下にしてください。"
    en = "The picture is too large. Send at most {megabytes} MB and {megapixels} megapixels."

    def __init__(self) -> None:
        super().__init__(megabytes=LARGEST_UPLOAD_BYTES // 1024 // 1024, megapixels=MOST_PIXELS // 1_000_000)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of ours: upright, without metadata; sides in pixels."""

    jpeg: bytes
    width: int
    height: int


def draw_anew(data: bytes, *, longest_side: int = LONGEST_SIDE) -> Picture:
    """The picture by its content, whatever it was called: its first frame, turned as its EXIF says, at most
    `longest_side` on either side. Raises `ImageTooLarge`, `ImageNotReadable`."""
    if len(data) > LARGEST_UPLOAD_BYTES:
        raise ImageTooLarge
    try:
        with warnings.catch_warnings():
            # Our own limit on pixels is asked before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _drawn(data, longest_side)
    except Image.DecompressionBombError as error:
        raise ImageTooLarge from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, ArithmeticError, LookupError) as error:
        # What Pillow's decoders raise on broken input.
        raise ImageNotReadable from error


def thumbnail(picture: Picture, *, side: int = THUMBNAIL_SIDE) -> Picture:
    return _drawn(picture.jpeg, side)


def _drawn(data: bytes, longest_side: int) -> Picture:
    with Image.open(io.BytesIO(data), formats=FORMATS) as sent:
        if sent.width * sent.height > MOST_PIXELS:
            raise ImageTooLarge
        sent.draft("RGB", (longest_side, longest_side))
        # One number is read of the EXIF. Pillow's own turning writes it anew, and fails where the rest makes no sense.
        orientation = sent.getexif().get(ExifTags.Base.Orientation)
        turn = TURNS.get(orientation) if isinstance(orientation, int) else None
        picture = _opaque(sent)
        picture.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        # A new image takes the pixels only: no profile, no comment, no EXIF goes with it.
        plain = Image.new("RGB", picture.size, WHITE)
        plain.paste(picture)
    if turn is not None:
        plain = plain.transpose(turn)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, optimize=False)
    return Picture(out.getvalue(), plain.width, plain.height)


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I"):
        # Of 16 bits to a pixel Pillow would take all but the darkest for white.
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if image.has_transparency_data or image.mode == "P":
        with_alpha = image if image.mode == "RGBA" else image.convert("RGBA")
        ground = Image.new("RGB", with_alpha.size, WHITE)
        ground.paste(with_alpha, mask=with_alpha)
        return ground
    return image.convert("RGB")
