"""The server process of a data folder, as its `postmaster.pid` tells of it.

https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/utils/pidfile.h
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

PID_LINE, PORT_LINE, STATUS_LINE = 0, 3, 7
READY = "ready"
STOPPING = "stopping"

POLL_SECONDS = 0.01
# A fast shutdown ends connections and writes a checkpoint; one that hangs is ended without, to recover later.
SHUTDOWNS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))


@dataclass(frozen=True, slots=True)
class Postmaster:
    process: psutil.Process
    port: int
    status: str


def postmaster_of(cluster: Path) -> Postmaster | None:
    """The server that serves this data folder; None if there is none, whatever a left-over pid file says."""
    lines = _pid_lines(cluster)
    if len(lines) <= STATUS_LINE or not (lines[PID_LINE].isdecimal() and lines[PORT_LINE].isdecimal()):
        return None
    process = serving_process(int(lines[PID_LINE]), cluster)
    return Postmaster(process, int(lines[PORT_LINE]), lines[STATUS_LINE]) if process else None


def serving_process(pid: int, cluster: Path) -> psutil.Process | None:
    """The process `pid` if it is a live server of this data folder: no dead one, zombie or other program.

    A server stands in its data folder, so its working folder tells which one it serves even after a move.
    """
    try:
        process = psutil.Process(pid)
        if not lives(process) or not process.name().startswith("postgres"):
            return None
        return process if os.path.samefile(process.cwd(), cluster) else None
    except (psutil.Error, OSError):
        return None


def drop_stale_pid_file(cluster: Path) -> None:
    """Remove a pid file whose process is not the server: PostgreSQL itself takes any live process for one.

    That a server is dead while children of it still live is found by PostgreSQL through its shared memory.
    """
    lines = _pid_lines(cluster) or [""]
    if not (lines[PID_LINE].isdecimal() and serving_process(int(lines[PID_LINE]), cluster)):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def wait_until_ready(cluster: Path, process: psutil.Process, timeout_seconds: float) -> Postmaster | None:
    """The server once it takes connections; None if it ended or did not get there in time."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline and lives(process):
        found = postmaster_of(cluster)
        if found and found.process == process and found.status == READY:
            return found
        time.sleep(POLL_SECONDS)
    return None


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def shut_down(process: psutil.Process, child: subprocess.Popen[bytes] | None) -> None:
    """End a server: politely first, then by force. `child` is given when this program started it."""
    for number, seconds in SHUTDOWNS:
        try:
            process.send_signal(number)
            if child is not None and child.pid == process.pid:
                child.wait(seconds)
            else:
                process.wait(seconds)
        except psutil.NoSuchProcess:
            break
        except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
            continue
        else:
            break
    if child is not None:
        child.wait()


def _pid_lines(cluster: Path) -> list[str]:
    try:
        text = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [line.strip() for line in text.splitlines()]
