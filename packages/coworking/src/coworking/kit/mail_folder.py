"""A folder in place of a mail server: every message is a file, for a demonstration to look at."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from coworking.kit.clock import Clock
from coworking.kit.mailer import Mail, compose

MOST_KEPT = 1000  # messages; the oldest go first
MOST_READ_BYTES = 1024 * 1024
"""Of a file: the text stands before what is attached, so that a large attachment is never read."""

_NAME_TIME = "%Y%m%dT%H%M%S%fZ"
_NAME = re.compile(r"(\d{8}T\d{12}Z)-[0-9a-f]{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A message in the folder. `name` is its file's, without the ending; `sent_at` is aware, UTC."""

    name: str
    sent_at: datetime
    to: str
    subject: str
    body: str
    message_id: str
    attached: tuple[str, ...] = ()
    """Names of the files that went with it."""


class FolderMailer:
    """Writes each message as `<time>-<random>.eml`, never half of one. Makes the folder if need be."""

    def __init__(self, folder: Path, clock: Clock, *, sender: str = "rusuban@localhost") -> None:
        self._folder = folder
        self._clock = clock
        self._sender = sender

    def send(self, mail: Mail) -> None:
        message = compose(mail, self._sender)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{self._clock.now().astimezone(UTC):{_NAME_TIME}}-{secrets.token_hex(4)}"
        # mkstemp gives 0600: letters carry codes and links.
        handle, unfinished = tempfile.mkstemp(dir=self._folder, prefix=".unfinished-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, self._path(name))
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        for old in self._names()[MOST_KEPT:]:
            self._path(old).unlink(missing_ok=True)

    def messages(self, limit: int) -> list[KeptMail]:
        """The newest first."""
        read = (self.message(name) for name in self._names()[:limit])
        return [kept for kept in read if kept is not None]

    def message(self, name: str) -> KeptMail | None:
        """None when there is no such message; `name` may be anything that came in an address."""
        matched = _NAME.fullmatch(name)
        if matched is None:
            return None
        try:
            with self._path(name).open("rb") as file:
                parsed = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(
                    file.read(MOST_READ_BYTES)
                )
            if parsed["Message-ID"] is None:
                return None
            return KeptMail(
                name=name,
                sent_at=datetime.strptime(matched[1], _NAME_TIME).replace(tzinfo=UTC),
                to=str(parsed["To"] or ""),
                subject=str(parsed["Subject"] or ""),
                body=_text_of(parsed),
                message_id=str(parsed["Message-ID"]),
                attached=tuple(part.get_filename() or "" for part in parsed.iter_attachments()),
            )
        except (FileNotFoundError, ValueError, LookupError):  # gone, or not a message that was written here
            return None

    def _names(self) -> list[str]:
        """The newest first."""
        if not self._folder.is_dir():
            return []
        names = (path.stem for path in self._folder.glob("*.eml"))
        return sorted((name for name in names if _NAME.fullmatch(name)), reverse=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.eml"


def _text_of(message: EmailMessage) -> str:
    """Raises LookupError where a message has no text."""
    text = message.get_body(("plain",))
    if text is None:
        raise LookupError("a message without text")
    return str(text.get_content()).replace("\r\n", "\n")
