from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jinja2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit import notices
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database, belong_to
from coworking.kit.mailer import Attachment, Mail, MailDelayed, Mailer, MailRefused
from coworking.kit.notices import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    Notice,
    notify,
    register_attachments,
    register_templates,
    send,
)
from coworking.kit.operators import ensure_operator
from coworking.kit.outbox import OutboxTask, Resources, TaskContext, run_due

NOW = datetime(2026, 7, 14, 4, 8, tzinfo=UTC)
WELCOME = {
    "welcome.ja.txt": "Subject: {{ name }}様、ようこそ\n\n{{ name }}様\n\n{{ line }}をお使いいただけます。\n",
    "welcome.en.txt": "Subject: Welcome, {{ name }}\n\nDear {{ name }},\n\n{{ line }} is yours.\n",
}

Package = Callable[[str, dict[str, str]], str]


class Postbox:
    """Takes what it is given, or fails as it is told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> None:
        if self.failure is not None:
            raise self.failure
        self.mails.append(mail)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """`package(name, files)` makes an importable package with notices; nothing is registered before."""
    monkeypatch.setattr(notices, "_templates", {})
    monkeypatch.syspath_prepend(tmp_path)

    def make(name: str, files: dict[str, str]) -> str:
        folder = tmp_path / name / "notices"
        folder.mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        return name

    return make


@pytest.fixture
def operator_id(session: Session, package: Package) -> int:
    """An operator whose session this is; the notice `welcome` is registered."""
    register_templates(package("letters", WELCOME))
    operator_id = ensure_operator(session, "nex", NOW)
    belong_to(session, operator_id)
    return operator_id


def welcome(
    session: Session, operator_id: int, *, name: str = "花子", address: str = "a@example.jp"
) -> Notice:
    return notify(
        session,
        operator_id=operator_id,
        now=NOW,
        recipient="member:12",
        address=address,
        kind="welcome",
        language="ja",
        name=name,
        line="045-123-4567",
    )


def context(session: Session, operator_id: int, postbox: Postbox) -> TaskContext:
    resources = Resources()
    resources.provide(Mailer, postbox)
    return TaskContext(session, VirtualClock(NOW + timedelta(minutes=1)), operator_id, resources)


# Templates


def test_every_notice_exists_in_both_languages(package: Package) -> None:
    with pytest.raises(ValueError, match=r"welcome\.en\.txt is missing"):
        register_templates(package("letters", {"welcome.ja.txt": WELCOME["welcome.ja.txt"]}))


@pytest.mark.parametrize("text", ["", "Hello\n", "Subject:\nHello\n", "Subject:   \nHello\n"])
def test_every_notice_has_a_subject(package: Package, text: str) -> None:
    with pytest.raises(ValueError, match="must begin with a line"):
        register_templates(package("letters", {"welcome.ja.txt": text, "welcome.en.txt": text}))


def test_a_kind_belongs_to_one_package(package: Package) -> None:
    register_templates(package("letters", WELCOME))
    with pytest.raises(ValueError, match="belongs to letters and to others"):
        register_templates(package("others", WELCOME))


def test_registering_again_changes_nothing(package: Package) -> None:
    name = package("letters", WELCOME)
    register_templates(name)
    register_templates(name)


@pytest.mark.parametrize("name", ["no_such_package", "json"])
def test_a_package_without_notices(name: str) -> None:
    with pytest.raises(ValueError, match=r"has no folder notices|there is no package"):
        register_templates(name)


def test_a_template_that_cannot_be_read(package: Package) -> None:
    broken = {"welcome.ja.txt": "Subject: a\n{{ name", "welcome.en.txt": "Subject: a\n"}
    with pytest.raises(jinja2.TemplateSyntaxError):
        register_templates(package("letters", broken))


# Writing


def test_a_notice_is_kept_and_queued_together(session: Session, operator_id: int) -> None:
    notice = welcome(session, operator_id)
    kept = session.scalars(select(Notice)).one()
    assert kept is notice
    assert kept.subject == "花子様、ようこそ"
    assert kept.body == "花子様\n\n045-123-4567をお使いいただけます。\n"
    assert (kept.created_at, kept.sent_at, kept.failed_at) == (NOW, None, None)
    queued = session.scalars(select(OutboxTask)).one()
    assert (queued.name, queued.arguments) == ("notices.send", {"notice_id": notice.id})
    assert queued.operator_id == operator_id


def test_a_name_with_a_line_break_stays_in_its_line(session: Session, operator_id: int) -> None:
    notice = welcome(session, operator_id, name="花子\r\nBcc: x@example.jp\u2028\x85")
    assert notice.subject == "花子 Bcc: x@example.jp 様、ようこそ"


def test_text_is_not_escaped(session: Session, operator_id: int) -> None:
    assert welcome(session, operator_id, name="A & <B>").subject == "A & <B>様、ようこそ"


def test_a_missing_fact_is_a_defect(session: Session, operator_id: int) -> None:
    with pytest.raises(jinja2.UndefinedError):
        notify(
            session,
            operator_id=operator_id,
            now=NOW,
            recipient="member:12",
            address="a@example.jp",
            kind="welcome",
            language="en",
            name="Hanako",
        )


def test_an_unknown_kind_is_a_defect(session: Session, operator_id: int) -> None:
    with pytest.raises(LookupError, match="no template for the notice goodbye in en"):
        notify(
            session,
            operator_id=operator_id,
            now=NOW,
            recipient="member:12",
            address="a@example.jp",
            kind="goodbye",
            language="en",
        )


def test_a_notice_has_a_longest_length(session: Session, operator_id: int) -> None:
    subject = welcome(session, operator_id, name="花" * 201).subject
    assert (len(subject), subject[-1]) == (LONGEST_SUBJECT, "…")
    with pytest.raises(ValueError, match="is longer than"):
        welcome(session, operator_id, name="花" * LONGEST_BODY)


# Sending


def test_a_sent_notice_says_when(session: Session, operator_id: int) -> None:
    notice = welcome(session, operator_id)
    postbox = Postbox()
    send.run(context(session, operator_id, postbox), notice_id=notice.id)
    assert notice.sent_at == NOW + timedelta(minutes=1)
    [mail] = postbox.mails
    assert (mail.to, mail.subject, mail.written_at) == ("a@example.jp", "花子様、ようこそ", NOW)
    assert mail.reference == f"notice-{notice.id}-20260714040800"


def test_a_task_that_runs_twice_sends_once(session: Session, operator_id: int) -> None:
    notice = welcome(session, operator_id)
    postbox = Postbox()
    for _ in range(2):
        send.run(context(session, operator_id, postbox), notice_id=notice.id)
    assert len(postbox.mails) == 1


def test_a_refusal_for_good_is_on_record(session: Session, operator_id: int) -> None:
    notice = welcome(session, operator_id)
    send.run(context(session, operator_id, Postbox(MailRefused("no such user"))), notice_id=notice.id)
    assert (notice.sent_at, notice.failed_at) == (None, NOW + timedelta(minutes=1))


def test_a_message_of_which_the_end_was_lost_has_the_same_reference(
    session: Session, operator_id: int
) -> None:
    notice = welcome(session, operator_id)
    postbox = Postbox()
    send.run(context(session, operator_id, postbox), notice_id=notice.id)
    notice.sent_at = None  # as after a crash between the answer and the commit
    send.run(context(session, operator_id, postbox), notice_id=notice.id)
    first, second = postbox.mails
    assert first == second


def test_a_passing_failure_is_tried_again_by_the_outbox(clean_database: Database, package: Package) -> None:
    register_templates(package("letters", WELCOME))
    with clean_database.transaction() as session:
        operator_id = ensure_operator(session, "nex", NOW)
    with clean_database.transaction(operator_id) as session:
        notice_id = welcome(session, operator_id).id
    clock = VirtualClock(NOW)
    postbox = Postbox(MailDelayed("greylisted"))
    resources = Resources()
    resources.provide(Mailer, postbox)

    run_due(clean_database, clock, resources)
    with clean_database.transaction(operator_id) as session:
        notice = session.get_one(Notice, notice_id)
        assert (notice.sent_at, notice.failed_at) == (None, None)

    postbox.failure = None
    clock.advance_to(NOW + timedelta(minutes=1))
    run_due(clean_database, clock, resources)
    with clean_database.transaction(operator_id) as session:
        assert session.get_one(Notice, notice_id).sent_at == clock.now()
        assert session.scalars(select(OutboxTask)).all() == []
    assert len(postbox.mails) == 1


def test_a_notice_of_a_change_that_is_undone_is_not_sent(clean_database: Database, package: Package) -> None:
    register_templates(package("letters", WELCOME))
    with clean_database.transaction() as session:
        operator_id = ensure_operator(session, "nex", NOW)

    def change_its_mind() -> None:
        with clean_database.transaction(operator_id) as session:
            welcome(session, operator_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_its_mind()
    with clean_database.transaction(operator_id) as session:
        assert session.scalars(select(Notice)).all() == []
        assert session.scalars(select(OutboxTask)).all() == []


# Attachments


def letter_with(session: Session, operator_id: int, *attachments: str) -> Notice:
    return notify(
        session,
        operator_id=operator_id,
        now=NOW,
        recipient="member:12",
        address="a@example.jp",
        kind="welcome",
        language="ja",
        attachments=attachments,
        name="花子",
        line="045-123-4567",
    )


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures 1 and 2 exist."""
    monkeypatch.setattr(notices, "_attachment_sources", {})

    def picture(_: Session, number: int) -> Attachment | None:
        return Attachment(f"{number}.png", "image/png", b"png") if number in {1, 2} else None

    register_attachments("picture", picture)


@pytest.mark.usefixtures("pictures")
def test_attachments_are_found_when_the_notice_is_sent(session: Session, operator_id: int) -> None:
    postbox = Postbox()
    notice = letter_with(session, operator_id, "picture:2", "picture:3", "picture:1")
    assert notice.attachments == ["picture:2", "picture:3", "picture:1"]
    send.run(context(session, operator_id, postbox), notice_id=notice.id)
    [mail] = postbox.mails
    assert [attachment.file_name for attachment in mail.attachments] == ["2.png", "1.png"]


@pytest.mark.usefixtures("pictures")
def test_an_attachment_of_an_unknown_kind_is_no_attachment(session: Session, operator_id: int) -> None:
    with pytest.raises(LookupError, match="nobody registered"):
        letter_with(session, operator_id, "sound:1")
    with pytest.raises(ValueError, match="attachments"):
        letter_with(session, operator_id, *["picture:1"] * 6)
