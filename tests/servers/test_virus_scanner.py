"""Debian's clamd, with one signature of our own instead of all that it knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from coworking.kit.virus_check import FileInfected, VirusCheckAway, VirusScanner
from tests.processes import free_port, listens, once, start, wait_for

VIRUS = b"a virus of our tests"
MOST_MEGABYTES = 1


def start_clamd(run_folder: Path) -> str:
    folder, log, port = run_folder / "clamd", run_folder / "clamd.log", free_port()
    folder.mkdir()
    (folder / "tests.ndb").write_text(f"Rusuban-Test:0:*:{VIRUS.hex()}\n", encoding="ascii")
    settings = run_folder / "clamd.conf"
    settings.write_text(
        f"DatabaseDirectory {folder}\nTCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\n"
        f"StreamMaxLength {MOST_MEGABYTES}M\n",
        encoding="ascii",
    )
    process = start(["/usr/sbin/clamd", f"--config-file={settings}"], run_folder, log=log)
    wait_for(lambda: listens(port), process, log)
    return f"clamd://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def scanner(run_folder: Path) -> VirusScanner:
    return VirusScanner.parse(once(run_folder, "clamd", lambda: start_clamd(run_folder)))


def test_clamd_is_asked(scanner: VirusScanner) -> None:
    scanner.check(b"")
    scanner.check(b"clean " * 50_000)
    with pytest.raises(FileInfected):
        scanner.check(bytes(200_000) + VIRUS + bytes(1_000))


def test_what_clamd_does_not_take_does_not_pass(scanner: VirusScanner) -> None:
    with pytest.raises(VirusCheckAway):
        scanner.check(bytes((MOST_MEGABYTES + 1) * 1024 * 1024))
