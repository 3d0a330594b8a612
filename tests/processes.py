"""Programs that a test run starts: in one folder of the run, found and stopped by their ids when it ends.

Every process of the run (the workers of xdist) shares the folder. What all of them need is made once, by the first
that asks for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from coworking.kit.postgres.postmaster import lives, postmaster_of, shut_down

PREFIX = "rusuban-tests-"
IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 2_000_000_000
READY_TIMEOUT_SECONDS = 90.0
END_TIMEOUT_SECONDS = 20.0
POLL_SECONDS = 0.02

# Children stay referenced: the run stops them by id at its end, whichever worker started them.
_children: list[subprocess.Popen[bytes]] = []


def make_run_folder() -> Path:
    """A folder that every account can reach, in memory where there is room: making databases is quicker there."""
    in_memory = os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM_BYTES
    above = IN_MEMORY if in_memory else Path(tempfile.gettempdir())
    # A run that was killed could not end what it had started.
    for left in above.glob(f"{PREFIX}*/run"):
        if left.parent.stat().st_uid == os.geteuid() and _noted_process(left) is None:
            with contextlib.suppress(FileNotFoundError):  # another run ends it just now
                end_run(left.parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=above))
    folder.chmod(0o711)
    (folder / "pids").mkdir()
    _note_process(folder / "run", psutil.Process())
    return folder


def once(run_folder: Path, name: str, make: Callable[[], str]) -> str:
    """What `make` returned the first time that any process of the run asked for `name`."""
    kept = run_folder / f"{name}.made"
    with (run_folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            made = make()
            kept.with_suffix(".partial").write_text(made, encoding="utf-8")
            kept.with_suffix(".partial").replace(kept)
        return kept.read_text(encoding="utf-8")


def unprivileged() -> pwd.struct_passwd | None:
    """The account for programs that refuse to be run by root; None when we are not root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def start(
    command: Sequence[str | Path],
    run_folder: Path,
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: pwd.struct_passwd | None = None,
) -> psutil.Process:
    """Start a program in a session of its own, so that Ctrl-C is the run's to handle."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(environment or {})},
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    _children.append(child)
    process = psutil.Process(child.pid)
    _note_process(run_folder / "pids" / str(child.pid), process)
    return process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(ready: Callable[[], bool], process: psutil.Process, log: Path) -> None:
    """Wait until the program answers; says what it logged when it ended instead."""
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while not ready():
        ended = not lives(process)
        if ended or time.monotonic() > deadline:
            said = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise RuntimeError(f"{log.stem} {'ended' if ended else 'does not answer'}:\n{said}")
        time.sleep(POLL_SECONDS)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end_run(run_folder: Path) -> None:
    """Stop everything that was started in the folder, the last first, and remove the folder."""
    for cluster in sorted(path.parent for path in run_folder.rglob("postmaster.pid")):
        if found := postmaster_of(cluster):
            shut_down(found.process, None)
    for entry in sorted(
        (run_folder / "pids").iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True
    ):
        if process := _noted_process(entry):
            _end(process)
    for child in _children:
        child.poll()
    shutil.rmtree(run_folder, ignore_errors=True)


def _note_process(file: Path, process: psutil.Process) -> None:
    partial = file.with_suffix(".partial")
    partial.write_text(f"{process.pid} {process.create_time()}", encoding="ascii")
    partial.replace(file)


def _noted_process(file: Path) -> psutil.Process | None:
    """The process that was noted, if it still lives and its pid is not another's by now."""
    try:
        pid, created = file.read_text(encoding="ascii").split()
        process = psutil.Process(int(pid))
        return process if str(process.create_time()) == created and lives(process) else None
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None


def _end(process: psutil.Process) -> None:
    """End a program and what it started, politely first."""
    try:
        family = [*process.children(recursive=True), process]
        process.terminate()
    except psutil.NoSuchProcess:
        return
    _, left = psutil.wait_procs(family, timeout=END_TIMEOUT_SECONDS)
    for member in left:
        member.kill()
    psutil.wait_procs(left, timeout=END_TIMEOUT_SECONDS)
