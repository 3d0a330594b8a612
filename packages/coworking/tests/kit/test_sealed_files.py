"""Files of evidence: what is taken, what is kept of it, and that only the service can read it."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.sealed_files import (
    LARGEST_FILE,
    LONGEST_SIDE,
    PART_BYTES,
    FileRefused,
    SealedFile,
    SealedPart,
    clean_file,
    delete_files,
    open_file,
    store_file,
)
from coworking.kit.sealing import FieldKeys, SealBroken
from coworking.kit.virus_check import FileInfected, VirusScanner
from tests.factories.membership import NOW, make_operator

KEYS = FieldKeys({"k1": bytes(32)})
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 250 + b"%%EOF\n"


def picture(form: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """With a place and a maker in its metadata."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"
    exif[0x0112] = 6  # to be turned by a quarter
    Image.new("RGB", size, "white").save(file, form, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_is_encoded_anew_upright_and_without_metadata(form: str) -> None:
    sent = picture(form)
    kept = clean_file(sent)
    assert (kept.media_type, b"SECRET" in sent, b"SECRET" in kept.content) == ("image/jpeg", True, False)
    with Image.open(io.BytesIO(kept.content)) as shown:
        assert (shown.size, dict(shown.getexif())) == ((40, 60), {})


def test_a_large_picture_is_made_smaller() -> None:
    with Image.open(io.BytesIO(clean_file(picture("PNG", (4_000, 100))).content)) as shown:
        assert max(shown.size) == LONGEST_SIDE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n broken",
        picture("GIF"),
        picture("PNG", (20_000, 20_000)),
        b"%PDF-" + bytes(LARGEST_FILE),
    ],
    ids=["empty", "text", "svg", "broken", "gif", "bomb", "too large"],
)
def test_what_is_no_picture_or_too_much_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        clean_file(content)


class Finding(VirusScanner):
    def check(self, data: bytes) -> None:
        raise FileInfected


def test_what_the_scanner_finds_is_not_kept(session: Session) -> None:
    with pytest.raises(FileInfected):
        store_file(session, KEYS, Finding(None), PDF, operator_id=make_operator(session), now=NOW)
    assert session.scalars(select(SealedFile)).all() == []


def test_a_file_comes_back_as_it_was_and_opens_nowhere_else(session: Session) -> None:
    operator_id = make_operator(session)
    assert len(PDF) > PART_BYTES
    file = store_file(session, KEYS, VirusScanner(None), PDF, operator_id=operator_id, now=NOW)
    assert open_file(session, KEYS, file.id).content == PDF
    first, second = session.scalars(select(SealedPart).order_by(SealedPart.position)).all()
    assert b"PDF" not in first.sealed
    first.sealed, second.sealed = second.sealed, first.sealed
    session.flush()
    with pytest.raises(SealBroken):
        open_file(session, KEYS, file.id)
    delete_files(session, [file.id])
    session.expire_all()
    assert session.scalars(select(SealedFile)).all() == []
    with pytest.raises(NotFound):
        open_file(session, KEYS, file.id)
