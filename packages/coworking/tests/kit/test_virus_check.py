"""What a scanner finds is refused; what it cannot be asked about is not taken."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from coworking.kit.virus_check import CHUNK_BYTES, FileInfected, VirusCheckAway, VirusScanner

VIRUS = b"X5O!P%@AP a test file"


def _answer(listener: socket.socket, answer: bytes | None) -> None:
    """Reads one INSTREAM command as clamd does."""
    connection, _ = listener.accept()
    with closing(connection), connection.makefile("rb") as sent:
        assert sent.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!L", sent.read(4))[0]:
            assert size <= CHUNK_BYTES
            data += sent.read(size)
        if answer is None:
            answer = b"stream: Test-Signature FOUND\0" if VIRUS in data else b"stream: OK\0"
        connection.sendall(answer)


@contextmanager
def clamd(listener: socket.socket, answer: bytes | None = None) -> Iterator[None]:
    with closing(listener):
        listener.listen()
        thread = threading.Thread(target=_answer, args=(listener, answer))
        thread.start()
        yield
        thread.join()


def tcp() -> tuple[socket.socket, VirusScanner]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, VirusScanner.parse(f"clamd://127.0.0.1:{listener.getsockname()[1]}")


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 1])
def test_what_is_clean_passes(size: int) -> None:
    listener, scanner = tcp()
    with clamd(listener):
        scanner.check(bytes(size))


def test_what_is_found_is_refused_over_a_socket_too(tmp_path: Path) -> None:
    path = tmp_path / "clamd.ctl"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    with clamd(listener), pytest.raises(FileInfected):
        VirusScanner.parse(f"clamd://{path}").check(bytes(CHUNK_BYTES - 4) + VIRUS)


@pytest.mark.parametrize(
    "answer", [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"stream: O\0", b"x" * 9_000]
)
def test_another_answer_lets_nothing_pass_but_ok(answer: bytes) -> None:
    listener, scanner = tcp()
    with clamd(listener, answer):
        if answer == b"stream: OK":
            scanner.check(b"data")
        else:
            with pytest.raises(VirusCheckAway):
                scanner.check(b"data")


def test_a_scanner_that_is_away_lets_nothing_pass() -> None:
    listener, scanner = tcp()
    listener.close()
    for away in (scanner, VirusScanner.parse("clamd:///nowhere/clamd.ctl")):
        with pytest.raises(VirusCheckAway):
            away.check(b"data")


def test_without_a_scanner_everything_passes() -> None:
    VirusScanner.parse("off").check(VIRUS)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("off", None),
        ("clamd://scanner", ("scanner", 3310)),
        ("clamd://scanner:1", ("scanner", 1)),
        ("clamd:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
    ],
)
def test_a_scanner_is_named(text: str, address: object) -> None:
    assert VirusScanner.parse(text).address == address


@pytest.mark.parametrize(
    "text", ["on", "", "clamd://", "clamd:///", "http://scanner", "clamd://a/b", "clamd://a?b"]
)
def test_anything_else_names_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        VirusScanner.parse(text)
