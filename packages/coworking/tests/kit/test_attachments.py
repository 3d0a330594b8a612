"""Files that go with a mail arrive as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coworking.kit.mailer import MOST_ATTACHED_BYTES, MOST_ATTACHMENTS, Attachment, Mail, compose

WRITTEN_AT = datetime(2026, 7, 14, 4, 8, tzinfo=UTC)
SENDER = "office@example.jp"


def read_back(raw: bytes) -> EmailMessage:
    return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)


def with_files(*files: Attachment) -> Mail:
    return Mail(
        "notice-7-20260714040800",
        "hanako@example.jp",
        "転送を止めました",
        "こんにちは。\n転送を止めました。\n",
        "ja",
        WRITTEN_AT,
        attachments=files,
    )


@settings(deadline=None)
@given(
    content=st.binary(max_size=3_000),
    name=st.sampled_from(["message.wav", "伝言 6月10日.wav", 'a"b;c.wav', "é" * 100]),
)
@example(content=b"\r\n.\r\n--=_\x00", name="message.wav")
def test_a_file_arrives_as_it_was(content: bytes, name: str) -> None:
    mail = with_files(Attachment(name, "audio/wav", content))
    raw = compose(mail, SENDER).as_bytes()
    raw.decode("ascii")
    assert raw == compose(mail, SENDER).as_bytes()
    message = read_back(raw)
    assert str(message["Subject"]) == "転送を止めました"
    body = message.get_body(("plain",))
    assert body is not None
    assert str(body.get_content()).replace("\r\n", "\n") == "こんにちは。\n転送を止めました。\n"
    [file] = message.iter_attachments()
    assert (file.get_content_type(), file.get_filename(), file.get_content()) == ("audio/wav", name, content)


@pytest.mark.parametrize("name", ["", "a\r\nBcc: x", "a\x00", "a\u2028", "a" * 101])
def test_a_file_name_that_no_header_holds_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        Attachment(name, "audio/wav", b"")


@pytest.mark.parametrize(
    "content_type", ["", "audio", "text/plain", "multipart/mixed", "audio/wav; x=1", "audio/\nx"]
)
def test_a_content_type_of_no_file_is_refused(content_type: str) -> None:
    with pytest.raises(ValueError, match="content type"):
        Attachment("a.wav", content_type, b"")


def test_attachments_have_a_limit_of_number_and_of_size() -> None:
    small = Attachment("a.wav", "audio/wav", b"x")
    whole = Attachment("b.wav", "audio/wav", bytes(MOST_ATTACHED_BYTES))
    assert len(with_files(*[small] * MOST_ATTACHMENTS).attachments) == MOST_ATTACHMENTS
    assert with_files(whole).attachments == (whole,)
    for files in ([small] * (MOST_ATTACHMENTS + 1), [whole, small]):
        with pytest.raises(ValueError, match="more attachments"):
            with_files(*files)
