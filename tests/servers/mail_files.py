"""Scenes of files: one that was removed, one that no row knows, pages that become a PDF."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.file_store import FileGone, FolderStore
from coworking.kit.images import draw_anew
from coworking.kit.outbox import Resources
from coworking.kit.sealing import FieldKeys
from coworking.kit.stored_files import ORPHAN_AGE, Files, StoredFile, keep_file, read_file, remove_file, sweep
from coworking.kit.virus_check import VirusScanner
from mail_handling.pictures.models import MailScan
from mail_handling.pictures.scans import make_pdf
from mail_handling.pictures.taking import Taking, keep_picture
from mail_handling.pictures.text_reader import TextReader
from tests.factories.mail import ACTOR, make_item
from tests.factories.mail_pictures import PICTURE
from tests.factories.membership import NOW, make_member

ORPHAN = "ab/0123456789abcdef"


def _provide(resources: Resources, folder: Path | None = None) -> Files:
    files = Files(FolderStore(folder or Path(tempfile.mkdtemp())), FieldKeys({"a": os.urandom(32)}))
    resources.provide(Files, files)
    resources.provide(TextReader, TextReader("off"))
    return files


def queue_delete(resources: Resources, session: Session, operator_id: int) -> None:
    files = _provide(resources)
    row = keep_file(session, files, b"x", media_type="image/jpeg", operator_id=operator_id, now=NOW)
    remove_file(session, row.id, now=NOW)


def is_deleted(resources: Resources, session: Session) -> bool:
    return _is_gone(resources, session.scalars(select(StoredFile.key)).one())


def queue_sweep(resources: Resources, session: Session, operator_id: int) -> None:
    folder = Path(tempfile.mkdtemp())
    files = _provide(resources, folder)
    files.store.put(f"op{operator_id}/{ORPHAN}", b"x")
    written = (NOW - 2 * ORPHAN_AGE).timestamp()
    os.utime(folder / f"op{operator_id}" / ORPHAN, (written, written))
    sweep.enqueue(session, operator_id=operator_id, now=NOW, day=NOW.date().isoformat())


def is_swept(resources: Resources, operator_id: int) -> bool:
    return _is_gone(resources, f"op{operator_id}/{ORPHAN}")


def queue_pdf(resources: Resources, session: Session, operator_id: int) -> None:
    files = _provide(resources)
    member = make_member(session, operator_id)
    item = make_item(session, operator_id, member=member)
    keep_picture(
        session,
        Taking(files, VirusScanner(None)),
        draw_anew(PICTURE),
        kind="page",
        item=item,
        operator_id=operator_id,
        actor=ACTOR,
        now=NOW,
    )
    scan = MailScan(
        operator_id=operator_id, item_id=item.id, member_id=member.id, pages=1, asked_at=NOW, asked_by=ACTOR
    )
    session.add(scan)
    session.flush()
    make_pdf.enqueue(session, operator_id=operator_id, now=NOW, scan_id=scan.id)


def is_made(resources: Resources, session: Session) -> bool:
    scan = session.scalars(select(MailScan)).one()
    return scan.file_id is not None and read_file(session, resources[Files], scan.file_id).startswith(
        b"%PDF-"
    )


def _is_gone(resources: Resources, key: str) -> bool:
    try:
        resources[Files].store.get(key)
    except FileGone:
        return True
    return False
