"""Open and scan: pages of what was in an item become one PDF, on the member's recorded instruction only."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import structlog
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.file_store import LARGEST_FILE_BYTES
from coworking.kit.images import Picture, thumbnail
from coworking.kit.outbox import TaskContext, task
from coworking.kit.stored_files import Files, keep_file, read_file, remove_file
from mail_handling.endings import record_scan, require_scan_wanted
from mail_handling.pictures.errors import NothingScanned, ScanNotReady, TooManyPages
from mail_handling.pictures.models import MailPicture, MailScan
from mail_handling.pictures.pdf_pages import is_pdf, pages_of
from mail_handling.pictures.taking import Taking, keep_picture, pictures_of, receive, remove_picture
from mail_handling.pictures.text_reader import LONGEST_PDF_SECONDS, PAGE_DPI, ReaderUnavailable, TextReader
from mail_handling.rules import MailRules

MOST_PAGES = 30
LARGEST_PAGE_BYTES = LARGEST_FILE_BYTES * 9 // 10 // MOST_PAGES
"""What is over is for the text and the PDF's own."""
PDF = "application/pdf"
LONG_READING = select(
    func.set_config("idle_in_transaction_session_timeout", f"{2 * LONGEST_PDF_SECONDS + 60}s", True)
)
"""For this transaction: the database hears nothing while a place is waited for and the pages are read."""

log = structlog.get_logger(__name__)


def add_page(
    session: Session, taking: Taking, item_id: int, data: bytes, *, actor: str, now: datetime
) -> MailPicture:
    """A further page of an item that the member wants opened. Raises `NotFound`, `InstructionMissing`,
    `TooManyPages`, what tells that the item is gone, and what `receive` raises."""
    item = require_scan_wanted(session, item_id)
    if _pages(session, item_id) >= MOST_PAGES:
        raise TooManyPages(most=MOST_PAGES)
    return keep_picture(
        session,
        taking,
        _fitting(receive(taking, data)),
        kind="page",
        item=item,
        operator_id=item.operator_id,
        actor=actor,
        now=now,
    )


def add_file(
    session: Session, taking: Taking, item_id: int, data: bytes, *, actor: str, now: datetime
) -> list[MailPicture]:
    """Pages as a picture or a PDF: all of the file's or none. Raises what `add_page` raises, `PdfNotReadable`."""
    if not is_pdf(data):
        return [add_page(session, taking, item_id, data, actor=actor, now=now)]
    require_scan_wanted(session, item_id)
    taking.scanner.check(data)
    room = MOST_PAGES - _pages(session, item_id)
    if room <= 0:
        raise TooManyPages(most=MOST_PAGES)
    try:
        pages = pages_of(data, most=room)
    except TooManyPages as error:
        raise TooManyPages(most=MOST_PAGES) from error
    return [add_page(session, taking, item_id, page, actor=actor, now=now) for page in pages]


def drop_page(session: Session, item_id: int, picture_id: int, *, actor: str, now: datetime) -> None:
    """A page that is blurred, or not of this item, before the scan is finished. Raises `NotFound`,
    `InstructionMissing`, and what tells that the item is gone."""
    item = require_scan_wanted(session, item_id)
    page = session.get(MailPicture, picture_id, with_for_update=True)
    if page is None or page.item_id != item.id or page.kind != "page" or page.removed_at is not None:
        raise NotFound
    remove_picture(session, page, now)
    record(
        session,
        operator_id=item.operator_id,
        at=now,
        actor=actor,
        action="mail.scan-page.dropped",
        subject=f"mail-picture:{page.id}",
        details={"item": item.id},
    )
    session.flush()


def finish_scan(session: Session, rules: MailRules, item_id: int, *, actor: str, now: datetime) -> MailScan:
    """The pages are all there: the item counts as scanned, the member is told and charged by the rules, and a task
    makes the PDF. Raises `NothingScanned`, `ScanNotReady` while an earlier one is made, `NotFound`,
    `InstructionMissing`, and what tells that the item is gone."""
    item = require_scan_wanted(session, item_id)
    unmade = MailScan.item_id == item_id, MailScan.made_at.is_(None)
    if session.scalar(select(MailScan.id).where(*unmade)) is not None:
        raise ScanNotReady
    pages = _pages(session, item_id)
    if not pages:
        raise NothingScanned
    assert item.member_id is not None
    scan = MailScan(
        operator_id=item.operator_id,
        item_id=item.id,
        member_id=item.member_id,
        pages=pages,
        asked_at=now,
        asked_by=actor,
    )
    session.add(scan)
    session.flush()
    record_scan(session, rules, item_id, actor=actor, now=now)
    make_pdf.enqueue(session, operator_id=item.operator_id, now=now, scan_id=scan.id)
    return scan


@task("mail.make-pdf")
def make_pdf(context: TaskContext, *, scan_id: int) -> None:
    """The PDF with its text where this deployment reads text, of pictures alone where it does not; the pages go."""
    session, now = context.session, context.clock.now()
    scan = session.get_one(MailScan, scan_id, with_for_update=True)
    if scan.made_at is not None or scan.removed_at is not None:
        return
    session.execute(LONG_READING)
    files = context.resource(Files)
    pages = pictures_of(session, scan.item_id, kind="page")[: scan.pages]
    pdf, is_searchable = _as_pdf(
        context.resource(TextReader), [read_file(session, files, page.file_id) for page in pages]
    )
    kept = keep_file(session, files, pdf, media_type=PDF, operator_id=scan.operator_id, now=now)
    scan.file_id, scan.is_searchable, scan.made_at = kept.id, is_searchable, now
    for page in pages:
        remove_picture(session, page, now)
    session.flush()


def read_scan(
    session: Session,
    files: Files,
    item_id: int,
    *,
    member_id: int | None,
    actor: str,
    channel: str,
    now: datetime,
) -> bytes:
    """The last PDF of an item, for the member whose item was opened (`member_id`) or for staff (None). Raises
    `NotFound`, `ScanNotReady`."""
    scan = session.scalars(
        select(MailScan).where(MailScan.item_id == item_id).order_by(MailScan.id.desc()).limit(1)
    ).first()
    if scan is None or scan.removed_at is not None or member_id not in {None, scan.member_id}:
        raise NotFound
    if scan.file_id is None:
        raise ScanNotReady
    record(
        session,
        operator_id=scan.operator_id,
        at=now,
        actor=actor,
        action="mail.scan.read",
        subject=f"mail:{item_id}",
        details={"scan": scan.id},
        channel=channel,
    )
    return read_file(session, files, scan.file_id)


def remove_scan(session: Session, scan: MailScan, now: datetime) -> None:
    if scan.file_id is not None:
        remove_file(session, scan.file_id, now=now)
    scan.removed_at = now


def _fitting(picture: Picture) -> Picture:
    """A page so small that all of a scan go into one file."""
    side = max(picture.width, picture.height)
    while len(picture.jpeg) > LARGEST_PAGE_BYTES:
        side = side * 4 // 5
        picture = thumbnail(picture, side=side)
    return picture


def _pages(session: Session, item_id: int) -> int:
    own = MailPicture.item_id == item_id, MailPicture.kind == "page", MailPicture.removed_at.is_(None)
    return session.scalar(select(func.count()).select_from(MailPicture).where(*own)) or 0


def _as_pdf(reader: TextReader, pages: Sequence[bytes]) -> tuple[bytes, bool]:
    try:
        return reader.searchable_pdf(pages), True
    except ReaderUnavailable as unavailable:
        log.warning("scan without text", reason=unavailable.reason)
    first, *others = [Image.open(io.BytesIO(page), formats=("JPEG",)) for page in pages]
    out = io.BytesIO()
    first.save(out, "PDF", resolution=PAGE_DPI, save_all=True, append_images=others)
    return out.getvalue(), False
