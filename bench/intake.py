"""One item of mail from the photo to the notice: what the counter does between two presses of a button and the mail.

Against decoding the same photo and encoding it anew, once, in the same run.
"""

from __future__ import annotations

import io
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from sqlalchemy import func, select

from app.migrations import migrate
from app.wiring import Composition
from bench.forwarding_line import composed
from bench.label_names import Named, make_named
from bench.label_pictures import TUNING_FONTS, Label, make_label
from coworking.kit.file_store import FolderStore
from coworking.kit.notices import Notice
from coworking.kit.outbox import run_due
from coworking.kit.postgres import EmbeddedServer
from coworking.kit.stored_files import Files
from coworking.kit.virus_check import VirusScanner
from coworking.membership import NewMember, confirm_identity, join
from mail_handling import MailKind, NewItem, RulesOfMail, assign, take_in
from mail_handling.addressees.aliases import add_alias
from mail_handling.addressees.suggesting import read_and_suggest
from mail_handling.pictures.taking import Taking, attach_picture, keep_picture, receive
from mail_handling.pictures.text_reader import TextReader

MEMBERS = 200
INTAKES = 10
LIMIT_SECONDS = 2
SEED = 2_026
ACTOR = "bench"


@dataclass(frozen=True)
class Intakes:
    """Of `many` photos. `cpu_seconds` is the median of what this process and its readers of print took of the
    processors, which a busy machine does not change; `redraw_seconds` that of decoding and encoding one. `right` were
    suggested rightly, and `mailed` is how many mails were written."""

    many: int
    median_seconds: float
    slowest_seconds: float
    cpu_seconds: float
    redraw_seconds: float
    right: int
    mailed: int

    @property
    def ratio(self) -> float:
        return self.cpu_seconds / self.redraw_seconds


def intake(many: int = INTAKES) -> Intakes:
    """Raises RuntimeError where no text can be read here."""
    with (
        tempfile.TemporaryDirectory(prefix="rusuban-bench-") as folder,
        EmbeddedServer(Path(folder) / "postgres") as server,
    ):
        migrate(server.url)
        composition = composed(server.url)
        files = Files(FolderStore(Path(folder) / "files"), composition.resources[Files].keys)
        taking, reader = Taking(files, VirusScanner(None)), TextReader("tesseract")
        members = make_named(MEMBERS, SEED)
        member_ids = _join(composition, members)
        run_due(composition.database, composition.clock, composition.resources)
        took: list[float] = []
        redrawn: list[float] = []
        worked: list[float] = []
        right = 0
        for number in range(many):
            label = make_label(members, TUNING_FONTS, number=number, seed=SEED)
            redrawn.append(_redraw(label.jpeg))
            began, cpu = time.perf_counter(), _cpu()
            right += _take_in(composition, taking, reader, label, member_ids[label.member_id])
            run_due(composition.database, composition.clock, composition.resources)
            took.append(time.perf_counter() - began)
            worked.append(_cpu() - cpu)
        with composition.database.transaction(composition.operators[0].id) as session:
            sent = Notice.kind == "mail-arrived", Notice.sent_at.is_not(None)
            mailed = session.scalar(select(func.count()).select_from(Notice).where(*sent)) or 0
        composition.close()
    medians = statistics.median(worked), statistics.median(redrawn)
    return Intakes(many, statistics.median(took), max(took), *medians, right, mailed)


def _take_in(
    composition: Composition, taking: Taking, reader: TextReader, label: Label, member_id: int
) -> bool:
    """The two requests of the counter; the member is the one on the label, whoever was suggested. Returns whether that
    was the first one."""
    operator, now = composition.operators[0], composition.clock.now()
    with composition.database.transaction(operator.id) as session:
        picture = receive(taking, label.jpeg)
        reading, found = read_and_suggest(session, picture, reader)
        if reading.unavailable is not None:
            raise RuntimeError(f"no text was read: {reading.unavailable}")
        kept = keep_picture(
            session, taking, picture, kind="outside", item=None, operator_id=operator.id, actor=ACTOR, now=now
        )
    with composition.database.transaction(operator.id) as session:
        rules = composition.resources[RulesOfMail][operator.id]
        new = NewItem(MailKind.PARCEL, tracking_number=reading.tracking_number)
        item = take_in(session, rules, new, operator_id=operator.id, actor=ACTOR, now=now)
        attach_picture(session, kept.id, item, actor=ACTOR, now=now)
        assign(session, rules, item.id, member_id, actor=ACTOR, now=now)
    return bool(found) and found[0].member_id == member_id


def _join(composition: Composition, members: Sequence[Named]) -> dict[int, int]:
    """The members of the service by those on the labels."""
    operator, now = composition.operators[0], composition.clock.now()
    profile = operator.profile.membership
    joined = {}
    with composition.database.transaction(operator.id) as session:
        for one in members:
            new = NewMember(
                "person",
                one.name,
                f"member-{one.member_id}@example.jp",
                "virtual-office",
                profile.default_office,
                operator.calendar.local_date(now),
            )
            member = join(session, profile, new, operator_id=operator.id, actor=ACTOR, now=now)
            confirm_identity(
                session,
                member.id,
                method="my-number-card",
                operator_id=operator.id,
                actor=ACTOR,
                now=now,
            )
            if one.kana:
                add_alias(session, member.id, one.kana, actor=ACTOR, now=now)
            joined[one.member_id] = member.id
    return joined


def _redraw(jpeg: bytes) -> float:
    """Seconds of the processor that decoding and encoding once take."""
    began = _cpu()
    with Image.open(io.BytesIO(jpeg)) as photo:
        photo.convert("RGB").save(io.BytesIO(), "JPEG", quality=88)
    return _cpu() - began


def _cpu() -> float:
    """Seconds of the processors so far, of this process and of those that it waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
