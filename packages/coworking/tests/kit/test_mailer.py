from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coworking.kit.mailer import (
    Mail,
    MailDelayed,
    MailRefused,
    Security,
    SmtpMailer,
    SmtpServer,
    compose,
    mail_address,
    parse_smtp_url,
)

WRITTEN_AT = datetime(2026, 7, 14, 4, 8, tzinfo=UTC)
SENDER = "office@example.jp"
# Of these tests only: for 127.0.0.1, signed by itself, from 2020 to 2119.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg81C9LhicIG/Kykwx
ftFsLsSicNe74AOc5J84526zVd2hRANCAAQtSxz1XHtNL2QYDojvWi4HONquEHqA
nYlCd3CcVwSgCsiGJyO61oZxajAsyzVlZ6fXoexD9S9KilbNeLTChBag
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBbTCCARKgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAkxMjcuMC4w
LjEwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CTEyNy4wLjAuMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC1LHPVce00vZBgO
iO9aLgc42q4QeoCdiUJ3cJxXBKAKyIYnI7rWhnFqMCzLNWVnp9eh7EP1L0qKVs14
tMKEFqCjUzBRMA8GA1UdEQQIMAaHBH8AAAEwDwYDVR0TAQH/BAUwAwEB/zAdBgNV
HQ4EFgQUrdIqZcatJ/V5i3sWHMYRcPuw6r4wDgYDVR0PAQH/BAQDAgKEMAoGCCqG
SM49BAMCA0kAMEYCIQDcHAeVCBL/rA1GvcFIFVw7DaqK75lKnaXR0kO5Uq9t8gIh
APK0gMS8Pf0U9fp9zGGvEr8PGiAqdkt0FbsnSUWB8mO6
-----END CERTIFICATE-----
"""


def a_mail(**changes: str) -> Mail:
    facts = {
        "reference": "notice-7-20260714040800",
        "to": "hanako@example.jp",
        "subject": "転送を止めました",
        "body": "こんにちは。\n転送を止めました。\n",
        "language": "ja",
    }
    return Mail(**{**facts, **changes}, written_at=WRITTEN_AT)


def read_back(raw: bytes) -> EmailMessage:
    return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)


def text_of(message: EmailMessage) -> str:
    """Lines travel with CRLF (RFC 2045, 6.8)."""
    return str(message.get_content()).replace("\r\n", "\n")


def test_a_message_carries_what_receivers_need() -> None:
    message = read_back(compose(a_mail(), SENDER).as_bytes())
    assert message["From"] == SENDER
    assert message["To"] == "hanako@example.jp"
    assert message["Subject"] == "転送を止めました"
    assert message["Message-ID"] == "<notice-7-20260714040800@example.jp>"
    assert message["Date"] == "Tue, 14 Jul 2026 04:08:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert text_of(message) == "こんにちは。\n転送を止めました。\n"


def test_the_same_mail_is_the_same_message() -> None:
    assert compose(a_mail(), SENDER).as_bytes() == compose(a_mail(), SENDER).as_bytes()


LINES = st.text(
    st.one_of(
        st.sampled_from('転送を止めました 　abc,:;=?_<>"()@𠮷😀é'),
        st.characters(categories=["L", "N", "P", "S"]),
    ),
    max_size=150,
).map(lambda text: " ".join(text.split()))
BODIES = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=300)


@settings(deadline=None)
@given(subject=LINES, body=BODIES)
@example(subject="=?utf-8?q?no_code?=", body="")
@example(subject="a" * 150, body="a" * 2000)
@example(subject="転" * 150, body="\n.\nFrom: x\n..\n")
def test_any_subject_and_body_arrive_as_written(subject: str, body: str) -> None:
    raw = compose(a_mail(subject=subject, body=body), SENDER).as_bytes()
    raw.decode("ascii")
    message = read_back(raw)
    assert str(message["Subject"]) == subject
    assert text_of(message).rstrip("\n") == body.rstrip("\n")
    # As many headers as any message has: none was added, none repeated.
    assert sorted(message.keys()) == sorted(read_back(compose(a_mail(), SENDER).as_bytes()).keys())


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\x00", "\x0b", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("part", ["subject", "reference", "language"])
def test_a_control_character_never_reaches_a_header(part: str, line_break: str) -> None:
    with pytest.raises(ValueError, match="control characters"):
        a_mail(**{part: f"a{line_break}Bcc: everybody@example.jp"})


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hanako",
        "@example.jp",
        "hanako@",
        "hanako@example.jp\r\nBcc: x@example.jp",
        "hanako@example.jp\n",
        "a@b@example.jp",
        "花子@example.jp",
        "hanako@例え.jp",
        "ha nako@example.jp",
        "Hanako <hanako@example.jp>",
        "a@example.jp,b@example.jp",
        ".a@example.jp",
        "a.@example.jp",
        "a..b@example.jp",
        "a@-example.jp",
        "a@example..jp",
        f"{'a' * 65}@example.jp",
        f"a@{'b' * 250}.jp",
    ],
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(MailRefused, match="malformed address"):
        compose(a_mail(to=address), SENDER)


@pytest.mark.parametrize("address", ["a@localhost", "o'neil+tag@mail.example.co.jp", "rusuban@localhost"])
def test_ordinary_addresses_are_taken(address: str) -> None:
    assert mail_address(address).addr_spec == address


# The setting


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.jp", SmtpServer("mail.example.jp", 587, Security.STARTTLS)),
        ("smtps://mail.example.jp", SmtpServer("mail.example.jp", 465, Security.TLS)),
        ("smtp+plain://127.0.0.1:2525", SmtpServer("127.0.0.1", 2525, Security.NONE)),
        (
            "smtp://user%40example.jp:p%3Ass@mail.example.jp:25",
            SmtpServer("mail.example.jp", 25, Security.STARTTLS, "user@example.jp", "p:ss"),
        ),
    ],
)
def test_an_address_names_server_and_security(url: str, server: SmtpServer) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    "url",
    ["", "mail.example.jp", "http://mail.example.jp", "smtp://", "smtp://host:99999", "smtp://host/path"],
)
def test_another_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=re.escape("smtp://[user:password@]host[:port]")):
        parse_smtp_url(url)


def test_a_password_does_not_show() -> None:
    assert "geheim" not in repr(parse_smtp_url("smtp://user:geheim@mail.example.jp"))


# A mail server that answers as it is told


class FakeServer(socketserver.ThreadingTCPServer):
    """Speaks just enough SMTP; `replies` overrides the answer to a verb."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, replies: dict[str, str], tls: ssl.SSLContext | None = None) -> None:
        self.replies = replies
        self.tls = tls
        self.encrypted_from_the_start = False
        self.messages: list[bytes] = []
        self.connections = 0
        super().__init__(("127.0.0.1", 0), _Conversation)

    def mailer(self, **options: float) -> SmtpMailer:
        server = SmtpServer("127.0.0.1", self.server_address[1], Security.NONE)
        return SmtpMailer(server, sender=SENDER, **options)


class _Conversation(socketserver.StreamRequestHandler):
    server: FakeServer

    def handle(self) -> None:
        self.server.connections += 1
        try:
            if self.server.encrypted_from_the_start:
                self._encrypt()
            self._say(self.server.replies.get("connect", "220 ready"))
            self._talk()
        except OSError:  # the client did not trust it
            return
        finally:
            self.request.close()

    def _encrypt(self) -> None:
        assert self.server.tls is not None
        self.finish()
        self.request = self.server.tls.wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False
        )
        self.request.do_handshake()
        self.setup()

    def _talk(self) -> None:
        for line in self.rfile:
            verb = line[:4].decode("ascii").upper().strip()
            self._say(self.server.replies.get(verb, "354 go on" if verb == "DATA" else "250 fine"))
            if verb == "STAR" and self.server.tls is not None:
                self._encrypt()
                self._talk()
                return
            if verb == "DATA" and "DATA" not in self.server.replies:
                letter = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    letter += part
                self._say(self.server.replies.get("end", "250 taken"))
                self.server.messages.append(letter)

    def _say(self, reply: str) -> None:
        if reply:
            self.wfile.write(reply.encode("ascii") + b"\r\n")


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeServer]]:
    started: list[FakeServer] = []

    def start(**replies: str) -> FakeServer:
        server = FakeServer(replies)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


Serve = Callable[..., FakeServer]


def test_a_message_reaches_the_server(serve: Serve) -> None:
    server = serve()
    server.mailer().send(a_mail())
    assert read_back(server.messages[0])["Subject"] == "転送を止めました"


@pytest.mark.parametrize("replies", [{"RCPT": "550 no such user"}, {"end": "554 not wanted"}])
def test_a_refusal_for_good(serve: Serve, replies: dict[str, str]) -> None:
    with pytest.raises(MailRefused) as refusal:
        serve(**replies).mailer().send(a_mail())
    assert "example" not in str(refusal.value)


@pytest.mark.parametrize(
    "replies",
    [
        {"RCPT": "451 greylisted"},
        {"end": "452 full"},
        {"MAIL": "550 unknown sender"},
        {"connect": "554 not now"},
        {"EHLO": "500 what", "HELO": "500 what"},
    ],
)
def test_what_says_nothing_against_the_message_may_pass(serve: Serve, replies: dict[str, str]) -> None:
    with pytest.raises(MailDelayed) as delay:
        serve(**replies).mailer().send(a_mail())
    assert "example" not in str(delay.value)


def test_encryption_that_the_server_does_not_offer_is_not_done_without(serve: Serve) -> None:
    server = serve()
    mailer = SmtpMailer(
        SmtpServer("127.0.0.1", server.server_address[1], Security.STARTTLS, "user", "password"),
        sender=SENDER,
    )
    with pytest.raises(MailDelayed):
        mailer.send(a_mail())
    assert server.messages == []


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("trusted", [True, False])
def test_an_encrypted_server_must_be_the_right_one(
    serve: Serve, tmp_path: Path, security: Security, trusted: bool
) -> None:
    certificate = tmp_path / "certificate.pem"
    certificate.write_text(CERTIFICATE)
    as_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    as_server.load_cert_chain(certificate)
    server = serve(EHLO="250-localhost\r\n250 STARTTLS", STAR="220 go ahead")
    server.tls = as_server
    server.encrypted_from_the_start = security is Security.TLS
    mailer = SmtpMailer(
        SmtpServer("127.0.0.1", server.server_address[1], security),
        sender=SENDER,
        tls=ssl.create_default_context(cafile=certificate) if trusted else None,
    )
    if trusted:
        mailer.send(a_mail())
    else:
        with pytest.raises(MailDelayed):
            mailer.send(a_mail())
    assert len(server.messages) == trusted


def test_a_server_that_is_silent_is_given_up(serve: Serve) -> None:
    server = serve(connect="")
    with pytest.raises(MailDelayed):
        server.mailer(total_seconds=0.05).send(a_mail())


def test_a_server_that_failed_is_left_alone_for_a_while(serve: Serve) -> None:
    server = serve(connect="554 not now")
    mailer = server.mailer()
    for _ in range(3):
        with pytest.raises(MailDelayed):
            mailer.send(a_mail())
    assert server.connections == 1


def test_a_refused_message_does_not_hold_up_the_next(serve: Serve) -> None:
    server = serve(RCPT="550 no such user")
    mailer = server.mailer()
    for _ in range(2):
        with pytest.raises(MailRefused):
            mailer.send(a_mail())
    assert server.connections == 2
