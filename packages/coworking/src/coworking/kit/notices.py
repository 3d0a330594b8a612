"""Notices: what the operator writes to people. Each is kept as it was written, with its times.

A notice is rendered, stored and queued in the transaction of the change that it tells of, and sent later by a
task. Its text comes from a pair of templates, `<package>/notices/<kind>.ja.txt` and `<kind>.en.txt`, whose
first line is `Subject: …`; the body follows. Packages announce theirs with `register_templates`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import structlog
from jinja2 import Environment, StrictUndefined, Template
from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.errors import Language
from coworking.kit.mailer import MOST_ATTACHMENTS, Attachment, Mail, Mailer, MailRefused
from coworking.kit.outbox import TaskContext, task

LONGEST_SUBJECT = 200  # characters
LONGEST_BODY = 20_000  # characters
SUBJECT_PREFIX = "Subject: "
LANGUAGES: tuple[Language, ...] = ("ja", "en")

Channel = Literal["mail"]
"""How a notice can be sent. The table also knows `sms`, which needs a sender first."""

AttachmentSource = Callable[[Session, int], Attachment | None]
"""Finds what a reference stands for, in the session that sends the notice; None when it is no more."""

log = structlog.get_logger(__name__)


class Notice(Base):
    """What was written to whom. `recipient` is a reference such as `member:12`, `address` where it goes. `attachments`
    are references too, such as `recording:7`: what they stand for is found when the notice is sent."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("channel IN ('mail', 'sms')", name="channel"),
        CheckConstraint("language IN ('ja', 'en')", name="language"),
        CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name="outcome"),
        Index("ix_notices_recipient", "operator_id", "recipient", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    recipient: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[str]] = mapped_column(JSONB, default=list)
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True)
class _NoticeTemplate:
    package: str
    subject: Template
    body: Template


_environment = Environment(
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - text for mail readers: escaping would put &amp; into people's letters
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates: dict[tuple[str, Language], _NoticeTemplate] = {}
_attachment_sources: dict[str, AttachmentSource] = {}


def register_templates(package: str) -> None:
    """Read the notices of a package; doing it again changes nothing.

    Raises ValueError for a template without a subject line, a kind that lacks a language, and a kind of two
    packages; jinja2.TemplateSyntaxError for one that cannot be read.
    """
    folder = _folder(package)
    found: dict[tuple[str, Language], _NoticeTemplate] = {}
    for kind in sorted({path.name.split(".")[0] for path in folder.glob("*.txt")}):
        for language in LANGUAGES:
            known = _templates.get((kind, language))
            if known is not None and known.package != package:
                raise ValueError(f"the notice {kind} belongs to {known.package} and to {package}")
            found[kind, language] = _read(package, folder / f"{kind}.{language}.txt")
    _templates.update(found)


def register_attachments(kind: str, source: AttachmentSource) -> None:
    """Say who finds the attachments of a kind, which is what stands before the colon of their references."""
    _attachment_sources[kind] = source


def notify(
    session: Session,
    *,
    operator_id: int,
    now: datetime,
    recipient: str,
    address: str,
    kind: str,
    language: Language,
    channel: Channel = "mail",
    attachments: Sequence[str] = (),
    **facts: Any,
) -> Notice:
    """Write a notice, keep it and queue it for sending, all in this session's transaction.

    `facts` fill the template; one that it names and that is missing raises jinja2.UndefinedError. A line
    break in a fact of the subject becomes a space, and a subject that long names make too long is cut.
    `attachments` are references of registered kinds, such as `recording:7`. Raises LookupError for a kind that
    nobody registered.
    """
    template = _templates.get((kind, language))
    if template is None:
        raise LookupError(f"no template for the notice {kind} in {language}")
    subject = _shortened(_one_line(template.subject.render(facts)))
    body = template.body.render(facts).strip() + "\n"
    if len(body) > LONGEST_BODY:
        raise ValueError(f"the notice {kind} is longer than {LONGEST_BODY} characters")
    if len(attachments) > MOST_ATTACHMENTS:
        raise ValueError(f"the notice {kind} has more than {MOST_ATTACHMENTS} attachments")
    for reference in attachments:
        _source_of(reference)
    notice = Notice(
        operator_id=operator_id,
        recipient=recipient,
        address=address,
        kind=kind,
        channel=channel,
        language=language,
        subject=subject,
        body=body,
        attachments=list(attachments),
        created_at=now,
    )
    session.add(notice)
    session.flush()
    send.enqueue(session, operator_id=operator_id, now=now, notice_id=notice.id)
    return notice


@task("notices.send")
def send(context: TaskContext, *, notice_id: int) -> None:
    """Send one notice, once. A passing refusal (`MailDelayed`) is raised, so that the outbox tries again.

    Should the process die between the mail server's answer and the commit, the same Message-ID goes out
    again: who receives both can tell that they are one.
    """
    notice = context.session.get_one(Notice, notice_id)
    if notice.sent_at is not None or notice.failed_at is not None:
        return
    mail = Mail(
        reference=f"notice-{notice.id}-{notice.created_at:%Y%m%d%H%M%S}",
        to=notice.address,
        subject=notice.subject,
        body=notice.body,
        language=notice.language,
        written_at=notice.created_at,
        attachments=_attached(context.session, notice.attachments),
    )
    try:
        # A lookup by an abstract type: the application provides the mailer under the protocol's name.
        context.resource(Mailer).send(mail)  # type: ignore[type-abstract]  # a Protocol as a key
    except MailRefused as refusal:
        notice.failed_at = context.clock.now()
        log.warning("notice refused", notice_id=notice.id, kind=notice.kind, reason=refusal.reason)
    else:
        notice.sent_at = context.clock.now()


def _attached(session: Session, references: Sequence[str]) -> tuple[Attachment, ...]:
    """What is still there of what was to be attached: the letter goes out without what is gone."""
    found = (_source_of(one)(session, int(one.partition(":")[2])) for one in references)
    return tuple(attachment for attachment in found if attachment is not None)


def _source_of(reference: str) -> AttachmentSource:
    source = _attachment_sources.get(reference.partition(":")[0])
    if source is None:
        raise LookupError("an attachment of a kind that nobody registered")
    return source


def _one_line(text: str) -> str:
    printable = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in text
    )
    return " ".join(printable.split())


def _shortened(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"there is no package {package}")
    folder = Path(spec.submodule_search_locations[0]) / "notices"
    if not folder.is_dir():
        raise ValueError(f"the package {package} has no folder notices")
    return folder


@cache
def _read(package: str, path: Path) -> _NoticeTemplate:
    if not path.is_file():
        raise ValueError(f"{path} is missing: every notice exists in {' and '.join(LANGUAGES)}")
    first_line, _, rest = path.read_text(encoding="utf-8").partition("\n")
    if not first_line.startswith(SUBJECT_PREFIX) or not first_line.removeprefix(SUBJECT_PREFIX).strip():
        raise ValueError(f"{path} must begin with a line “{SUBJECT_PREFIX}…”")
    # Two templates, so that no fact can reach from the subject into the body.
    return _NoticeTemplate(
        package,
        _environment.from_string(first_line.removeprefix(SUBJECT_PREFIX)),
        _environment.from_string(rest),
    )
