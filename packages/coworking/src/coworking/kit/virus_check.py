"""Files that people send are shown to a virus scanner first, where the deployment has one: clamd, by INSTREAM.

What a scanner finds is refused; while it cannot be asked, nothing is taken.
"""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from coworking.kit.errors import UserError

CLAMD_PORT = 3310
CONNECT_TIMEOUT_SECONDS = 3
ANSWER_TIMEOUT_SECONDS = 20
CHUNK_BYTES = 64 * 1024
LONGEST_ANSWER = 4_096
CLEAN = b"stream: OK"
FOUND = b" FOUND"
SCANNER_WORDS = "off, clamd://host[:3310], clamd:///path/of/a/socket"

log = structlog.get_logger(__name__)


class FileInfected(UserError):
    code = "file-infected"
    ja = "ウイルスが検出されたため、ファイルを受け取れません。別のファイルを送ってください。"
    en = "A virus was found in the file, so it is not taken. Send another one."


class VirusCheckAway(UserError):
    code = "virus-check-away"
    status = 503
    ja = "ウイルスの検査ができないため、ファイルを受け取れません。少し待ってからもう一度送ってください。"
    en = "Files cannot be checked for viruses right now, so none is taken. Wait a moment and send it again."


@dataclass(frozen=True)
class VirusScanner:
    """`address` is host and port, the path of a socket, or None: off."""

    address: tuple[str, int] | str | None

    @classmethod
    def parse(cls, text: str) -> VirusScanner:
        """Raises ValueError."""
        if text == "off":
            return cls(None)
        parts = urlsplit(text)
        named = parts.hostname, parts.path.strip("/")
        if parts.scheme != "clamd" or any((parts.query, parts.fragment, parts.username)) or all(named):
            raise ValueError(f"a scanner reads {SCANNER_WORDS}")
        if parts.hostname:
            return cls((parts.hostname, parts.port or CLAMD_PORT))
        if not parts.path.strip("/"):
            raise ValueError(f"a scanner reads {SCANNER_WORDS}")
        return cls(parts.path)

    def check(self, data: bytes) -> None:
        """Raises `FileInfected`, `VirusCheckAway`. Without a scanner everything passes."""
        if self.address is None:
            return
        try:
            answer = self._ask(data)
        except OSError as error:
            log.warning("virus scanner away", error=type(error).__name__)
            raise VirusCheckAway from error
        if answer.endswith(FOUND):
            log.warning("virus found", signature=answer[:200].decode("ascii", "replace"))
            raise FileInfected
        if answer != CLEAN:
            log.warning("virus scanner answered", answer=answer[:200].decode("ascii", "replace"))
            raise VirusCheckAway

    def _ask(self, data: bytes) -> bytes:
        with closing(self._connected()) as connection:
            connection.settimeout(ANSWER_TIMEOUT_SECONDS)
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK_BYTES):
                chunk = data[start : start + CHUNK_BYTES]
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
                part = connection.recv(LONGEST_ANSWER)
                if not part:
                    break
                answer += part
            return answer.rstrip(b"\0")

    def _connected(self) -> socket.socket:
        if isinstance(self.address, tuple):
            return socket.create_connection(self.address, CONNECT_TIMEOUT_SECONDS)
        assert self.address is not None
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(CONNECT_TIMEOUT_SECONDS)
            connection.connect(self.address)
        except OSError:
            connection.close()
            raise
        return connection
