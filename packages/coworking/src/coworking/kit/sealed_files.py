"""Files that only the service can read, such as papers that people showed: shown to the virus scanner, typed by what is
in them, pictures encoded anew so that nothing else comes along, sealed part by part in the database (R27, R28)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.errors import NotFound, UserError
from coworking.kit.images import JPEG, ImageNotReadable, ImageTooLarge, draw_anew
from coworking.kit.sealing import LONGEST_VALUE, SEALED_COLUMNS, FieldKeys, SealedColumn
from coworking.kit.virus_check import VirusScanner

LARGEST_FILE = 3 * 1024 * 1024
"""Bytes, as sent."""
LONGEST_SIDE = 3_000
"""Pixels of a picture as it is kept; larger ones are made smaller."""
PART_BYTES = LONGEST_VALUE // 4 * 3
PDF = "application/pdf"


class FileRefused(UserError):
    code = "file-refused"
    ja = "このファイルは受け付けられません。JPEG・PNG・WebPの画像かPDFを、{megabytes}MB以下で送ってください。"
    en = "This file cannot be taken. Send a JPEG, PNG or WebP picture or a PDF of at most {megabytes} MB."

    def __init__(self) -> None:
        super().__init__(megabytes=LARGEST_FILE // 1024 // 1024)


class SealedFile(Base):
    """`digest` is the SHA-256 of what is kept, `size_bytes` its length."""

    __tablename__ = "sealed_files"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size_bytes"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime] = mapped_column(Instant)


class SealedPart(Base):
    """Parts of a file in their order from 0, each the base64 of PART_BYTES."""

    __tablename__ = "sealed_parts"
    __table_args__ = (UniqueConstraint("file_id", "position"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("sealed_files.id"))
    position: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


def place_of_part(part: SealedPart) -> str:
    return _place(part.file_id, part.position)


SEALED_COLUMNS.append(SealedColumn(SealedPart.sealed, SealedPart.id, place_of_part))


@dataclass(frozen=True, slots=True)
class CleanFile:
    media_type: str
    content: bytes


def clean_file(content: bytes) -> CleanFile:
    """The file as it may be kept: a PDF as it is, a picture upright, without metadata, as JPEG. Raises
    `FileRefused`."""
    if not 0 < len(content) <= LARGEST_FILE:
        raise FileRefused
    if content.startswith(b"%PDF-"):
        return CleanFile(PDF, content)
    return CleanFile(JPEG, _encoded_anew(content))


def store_file(
    session: Session,
    keys: FieldKeys,
    scanner: VirusScanner,
    content: bytes,
    *,
    operator_id: int,
    now: datetime,
) -> SealedFile:
    """Raises `FileRefused`, `FileInfected`, `VirusCheckAway`."""
    if len(content) <= LARGEST_FILE:
        scanner.check(content)
    clean = clean_file(content)
    file = SealedFile(
        operator_id=operator_id,
        media_type=clean.media_type,
        size_bytes=len(clean.content),
        digest=hashlib.sha256(clean.content).digest(),
        stored_at=now,
    )
    session.add(file)
    session.flush()
    for position, start in enumerate(range(0, len(clean.content), PART_BYTES)):
        text = base64.b64encode(clean.content[start : start + PART_BYTES]).decode()
        session.add(
            SealedPart(
                operator_id=operator_id,
                file_id=file.id,
                position=position,
                sealed=keys.seal(text, place=_place(file.id, position)),
            )
        )
    session.flush()
    return file


def open_file(session: Session, keys: FieldKeys, file_id: int) -> CleanFile:
    """Raises `NotFound`, `SealBroken`."""
    file = session.get(SealedFile, file_id)
    if file is None:
        raise NotFound
    parts = session.scalars(
        select(SealedPart).where(SealedPart.file_id == file_id).order_by(SealedPart.position)
    )
    content = b"".join(base64.b64decode(keys.open(part.sealed, place=place_of_part(part))) for part in parts)
    return CleanFile(file.media_type, content)


def delete_files(session: Session, file_ids: Sequence[int]) -> None:
    """For good; whatever refers to them has to be gone before."""
    session.execute(delete(SealedPart).where(SealedPart.file_id.in_(file_ids)))
    session.execute(delete(SealedFile).where(SealedFile.id.in_(file_ids)))


def _place(file_id: int, position: int) -> str:
    return f"sealed_parts:{file_id}:{position}"


def _encoded_anew(content: bytes) -> bytes:
    try:
        return draw_anew(content, longest_side=LONGEST_SIDE).jpeg
    except (ImageNotReadable, ImageTooLarge) as error:
        raise FileRefused from error
