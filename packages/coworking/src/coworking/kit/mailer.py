"""Mail leaves through an SMTP server, or, for demonstrations and tests, into a folder.

A message has one recipient, plain text and at most a few attachments. Whatever a person may have put into a name or a
subject, no header can be added: control characters are refused before a message is built.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

LONGEST_ADDRESS = 254  # octets, RFC 5321, 4.5.3.1.3
LONGEST_LINE = 998  # characters, RFC 5322, 2.1.1
LONGEST_PLAIN_SUBJECT = 60  # characters: with the header's name a line that need not be folded
MOST_ATTACHMENTS = 5
MOST_ATTACHED_BYTES = 10 * 1024 * 1024  # of one message: what nearly every mail server takes
LONGEST_FILE_NAME = 100  # characters
TOTAL_SECONDS = 20  # below the database's limit for a transaction that waits
REST_AFTER_FAILURE_SECONDS = 15

_CONTENT_TYPE = re.compile(r"(?:application|audio|image|video)/[a-z0-9.+-]{1,60}")
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)


class MailRefused(Exception):
    """This message will never be taken: a malformed or unknown address, or a refusal for good (SMTP 5xx)."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class MailDelayed(Exception):
    """The message was not taken now; a later try may do. The reason names no address."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. `content_type` is `type/subtype`, neither text nor multipart.

    Raises ValueError for a name that a header cannot hold and for another content type.
    """

    file_name: str
    content_type: str
    content: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 < len(self.file_name) <= LONGEST_FILE_NAME or _has_control_character(self.file_name):
            raise ValueError("a file name that no header can hold")
        if not _CONTENT_TYPE.fullmatch(self.content_type):
            raise ValueError("not a content type of files")


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `reference` becomes its Message-ID: the same reference is the same message, sent again.

    Raises ValueError for a control character in the subject, the reference or the language, and for attachments that
    are more than `MOST_ATTACHMENTS` or larger than `MOST_ATTACHED_BYTES` together.
    """

    reference: str
    to: str
    subject: str
    body: str
    language: str
    written_at: datetime
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        if any(_has_control_character(line) for line in (self.reference, self.subject, self.language)):
            raise ValueError("a header of a mail must not contain control characters")
        attached_bytes = sum(len(attachment.content) for attachment in self.attachments)
        if len(self.attachments) > MOST_ATTACHMENTS or attached_bytes > MOST_ATTACHED_BYTES:
            raise ValueError("more attachments than a mail may carry")


def _has_control_character(line: str) -> bool:
    return any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in line)


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand the message over; when this returns it has been taken. Raises MailRefused, MailDelayed."""


def compose(mail: Mail, sender: str) -> EmailMessage:
    """The message as it travels: 7-bit clean, CRLF. Raises MailRefused when there is no such address."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = mail_address(sender)
    message["To"] = mail_address(mail.to)
    if mail.subject.isascii() and len(mail.subject) <= LONGEST_PLAIN_SUBJECT and "=?" not in mail.subject:
        message["Subject"] = mail.subject
    else:
        # EmailMessage loses spaces between encoded words when it folds (CPython issue 92081). Header does
        # not, and its lines are short enough to be left as they are.
        message.set_raw("Subject", Header(mail.subject, "utf-8", header_name="Subject").encode())
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.reference}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies, please
    message["Content-Language"] = mail.language
    plain = mail.body.isascii() and all(len(line) <= LONGEST_LINE for line in mail.body.split("\n"))
    message.set_content(mail.body, charset="utf-8", cte="7bit" if plain else "base64")
    for attachment in mail.attachments:
        main_type, _, subtype = attachment.content_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=main_type, subtype=subtype, filename=attachment.file_name
        )
    if mail.attachments:
        # A boundary of chance would make another message of the same mail.
        message.set_boundary(f"=_{hashlib.sha256(mail.reference.encode()).hexdigest()[:32]}")
    return message


def mail_address(text: str) -> Address:
    """An address as RFC 5321 has it, ASCII only, without a display name. Raises MailRefused."""
    local_part, _, domain = text.rpartition("@")
    well_formed = (
        len(text) <= LONGEST_ADDRESS
        and _LOCAL_PART.fullmatch(local_part)
        and not local_part.startswith(".")
        and not local_part.endswith(".")
        and ".." not in local_part
        and _DOMAIN.fullmatch(domain)
    )
    if not well_formed:
        raise MailRefused("malformed address")
    return Address(username=local_part, domain=domain)


class Security(StrEnum):
    """How a connection to a mail server is protected."""

    STARTTLS = "smtp"
    TLS = "smtps"
    NONE = "smtp+plain"


_USUAL_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)


SMTP_URL_WORDS = (
    "smtp://[user:password@]host[:port] (STARTTLS), smtps://… (TLS) or smtp+plain://… (no encryption)"
)


def parse_smtp_url(url: str) -> SmtpServer:
    """The server that a setting names; user and password are percent-encoded. ValueError, without the URL."""
    parts = urlsplit(url)
    try:
        security, port = Security(parts.scheme), parts.port
    except ValueError:
        raise ValueError(SMTP_URL_WORDS) from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(SMTP_URL_WORDS)
    return SmtpServer(
        host=parts.hostname,
        port=port or _USUAL_PORTS[security],
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class SmtpMailer:
    """Sends through one mail server, a connection for each message, `TOTAL_SECONDS` at most.

    After a failure of the server itself the next messages are put off for `REST_AFTER_FAILURE_SECONDS`: a mail
    server that is away must not hold up the other work of a worker.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        sender: str,
        tls: ssl.SSLContext | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._server = server
        self._sender = sender
        self._tls = tls or ssl.create_default_context()
        self._total_seconds = total_seconds
        self._resting_until = 0.0  # of time.monotonic

    def send(self, mail: Mail) -> None:
        message = compose(mail, self._sender)
        if time.monotonic() < self._resting_until:
            raise MailDelayed("the mail server did not answer a moment ago")
        try:
            with self._connection() as connection:
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refusal(max(codes, default=0), "recipient") from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, "message") from error
        except (smtplib.SMTPException, OSError) as error:
            # Everything else, a rejected password included, says nothing against this message.
            self._resting_until = time.monotonic() + REST_AFTER_FAILURE_SECONDS
            code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else ""
            raise MailDelayed(f"mail server: {type(error).__name__} {code}".rstrip()) from error

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        deadline = time.monotonic() + self._total_seconds
        if server.security is Security.TLS:
            opened: smtplib.SMTP = _SmtpTlsUntil(deadline, server.host, server.port, context=self._tls)
        else:
            opened = _SmtpUntil(deadline, server.host, server.port)
        try:
            if server.security is Security.STARTTLS:
                opened.starttls(context=self._tls)
            if server.user is not None:
                opened.login(server.user, server.password or "")
            yield opened
        finally:
            # The message is taken or not by now: a farewell could only turn a success into a failure.
            opened.close()


def _refusal(code: int, of: str) -> MailRefused | MailDelayed:
    """SMTP replies of 5xx are for good (RFC 5321, 4.2.1), all others may pass."""
    reason = f"{of} refused with {code}"
    return MailRefused(reason) if 500 <= code <= 599 else MailDelayed(reason)


class _SmtpUntil(smtplib.SMTP):
    """smtplib limits each wait; here all waits together end at `deadline` (time.monotonic)."""

    def __init__(self, deadline: float, host: str, port: int, **options: Any) -> None:
        self._deadline = deadline
        super().__init__(host, port, timeout=self._rest_seconds(), **options)

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            self.sock.settimeout(self._rest_seconds())
        return super().getreply()

    def _rest_seconds(self) -> float:
        rest = self._deadline - time.monotonic()
        if rest <= 0:
            raise TimeoutError("the mail server took too long")
        return rest


class _SmtpTlsUntil(_SmtpUntil, smtplib.SMTP_SSL):
    pass
