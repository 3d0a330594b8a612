"""Programs that read what people sent: processes of their own, with limits on their time and memory."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Sequence

import structlog

ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

log = structlog.get_logger(__name__)


class ProgramFailed(Exception):
    """It gave up, or was ended. `status` is what it ended with, None where it was ended or did not listen."""

    def __init__(self, status: int | None) -> None:
        self.status = status
        super().__init__(status)


def run_limited(command: Sequence[str], given: bytes, *, seconds: float, memory_bytes: int) -> bytes:
    """What it writes. Raises `ProgramFailed`."""
    with subprocess.Popen(  # noqa: S603 - the program is the deployment's setting, its arguments are ours
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    ) as running:
        try:
            if hasattr(resource, "prlimit"):
                resource.prlimit(running.pid, resource.RLIMIT_AS, (memory_bytes, memory_bytes))
            answer, _ = running.communicate(given, timeout=seconds)
        except (subprocess.TimeoutExpired, ProcessLookupError, BrokenPipeError) as error:
            running.kill()
            log.warning("program ended", error=type(error).__name__)
            raise ProgramFailed(None) from error
        if running.returncode != 0:
            log.warning("program failed", status=running.returncode)
            raise ProgramFailed(running.returncode)
        return answer
