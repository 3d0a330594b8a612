"""Pictures and scans of mail, and other names of members."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image
from sqlalchemy.orm import Session

from coworking.kit.images import draw_anew
from coworking.kit.stored_files import Files, keep_file
from coworking.kit.virus_check import VirusScanner
from coworking.membership.models import Member
from mail_handling import get_item
from mail_handling.addressees.aliases import add_alias
from mail_handling.pictures.models import MailPicture, MailScan
from mail_handling.pictures.scans import PDF
from mail_handling.pictures.taking import Taking, keep_picture
from tests.factories.membership import NOW

ACTOR = "account:1"
PDF_FILE = b"%PDF-1.4 of a test"


def picture_file(side: int = 60, form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side // 2), (240, 240, 235)).save(out, form)
    return out.getvalue()


PICTURE = picture_file()


@dataclass(frozen=True)
class MailPictureIds:
    picture_id: int
    alias_id: int


def make_picture(session: Session, files: Files, operator_id: int, item_id: int | None) -> MailPicture:
    return keep_picture(
        session,
        Taking(files, VirusScanner(None)),
        draw_anew(PICTURE),
        kind="outside",
        item=get_item(session, item_id) if item_id is not None else None,
        operator_id=operator_id,
        actor=ACTOR,
        now=NOW,
    )


def make_scan(session: Session, files: Files, member: Member, item_id: int) -> MailScan:
    """One that is made."""
    file = keep_file(session, files, PDF_FILE, media_type=PDF, operator_id=member.operator_id, now=NOW)
    scan = MailScan(
        operator_id=member.operator_id,
        item_id=item_id,
        member_id=member.id,
        pages=1,
        asked_at=NOW,
        asked_by=ACTOR,
        file_id=file.id,
        is_searchable=False,
        made_at=NOW,
    )
    session.add(scan)
    session.flush()
    return scan


def make_mail_pictures(session: Session, files: Files, member: Member, item_id: int) -> MailPictureIds:
    picture = make_picture(session, files, member.operator_id, item_id)
    make_scan(session, files, member, item_id)
    alias = add_alias(session, member.id, "さくら屋", actor=ACTOR, now=NOW)
    return MailPictureIds(picture.id, alias.id)
