from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coworking.kit import mail_folder
from coworking.kit.clock import VirtualClock
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.mailer import Attachment, Mail, MailRefused

STARTS_AT = datetime(2026, 7, 14, 4, 8, tzinfo=UTC)


def a_mail(number: int = 1, *, subject: str = "転送を止めました", to: str = "hanako@example.jp") -> Mail:
    return Mail(f"notice-{number}", to, subject, "こんにちは。\n", "ja", STARTS_AT)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(STARTS_AT)


@pytest.fixture
def mailer(tmp_path: Path, clock: VirtualClock) -> FolderMailer:
    return FolderMailer(tmp_path / "mail", clock)


def test_an_empty_mailbox_needs_no_folder(mailer: FolderMailer, tmp_path: Path) -> None:
    assert mailer.messages(10) == []
    assert not (tmp_path / "mail").exists()


def test_a_message_can_be_read_again(mailer: FolderMailer) -> None:
    mailer.send(a_mail())
    [kept] = mailer.messages(10)
    assert (kept.to, kept.subject, kept.body) == ("hanako@example.jp", "転送を止めました", "こんにちは。\n")
    assert (kept.sent_at, kept.message_id) == (STARTS_AT, "<notice-1@localhost>")
    assert mailer.message(kept.name) == kept


def test_what_was_attached_is_named_and_the_text_is_read_however_large_it_is(mailer: FolderMailer) -> None:
    mail = a_mail()
    recording = Attachment("伝言.wav", "audio/wav", bytes(2 * mail_folder.MOST_READ_BYTES))
    mailer.send(
        Mail(mail.reference, mail.to, mail.subject, mail.body, mail.language, STARTS_AT, (recording,))
    )
    [kept] = mailer.messages(10)
    assert (kept.subject, kept.body, kept.attached) == ("転送を止めました", "こんにちは。\n", ("伝言.wav",))


def test_the_newest_come_first_up_to_the_limit(mailer: FolderMailer, clock: VirtualClock) -> None:
    for number in range(5):
        clock.advance_to(STARTS_AT + timedelta(seconds=number))
        mailer.send(a_mail(number))
    assert [kept.message_id for kept in mailer.messages(2)] == [
        "<notice-4@localhost>",
        "<notice-3@localhost>",
    ]


def test_messages_of_one_instant_do_not_replace_each_other(mailer: FolderMailer) -> None:
    for number in range(20):
        mailer.send(a_mail(number))
    assert len(mailer.messages(100)) == 20


def test_only_the_owner_can_read_and_nothing_unfinished_stays(mailer: FolderMailer, tmp_path: Path) -> None:
    mailer.send(a_mail())
    [file] = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_malformed_address_leaves_no_file(mailer: FolderMailer, tmp_path: Path) -> None:
    with pytest.raises(MailRefused):
        mailer.send(a_mail(to="nobody"))
    assert not (tmp_path / "mail").exists()


def test_the_oldest_go_first(
    mailer: FolderMailer, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_folder, "MOST_KEPT", 3)
    for number in range(5):
        clock.advance_to(STARTS_AT + timedelta(seconds=number))
        mailer.send(a_mail(number))
    assert [kept.message_id for kept in mailer.messages(10)] == [f"<notice-{n}@localhost>" for n in (4, 3, 2)]


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "20260714T040800000000Z-0000000g", "x\x00y"])
def test_a_name_from_outside_reaches_nothing_else(mailer: FolderMailer, name: str) -> None:
    mailer.send(a_mail())
    assert mailer.message(name) is None


def test_a_file_that_is_no_letter_is_passed_over(mailer: FolderMailer, tmp_path: Path) -> None:
    mailer.send(a_mail())
    strange = tmp_path / "mail" / "20260714T040900000000Z-00000000.eml"
    strange.write_bytes(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n--x--\r\n")
    assert len(mailer.messages(10)) == 1
