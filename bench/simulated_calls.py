"""Forwarded calls through the whole service on a virtual clock: calls a second, and how memory grows with them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

FEW = 1_000
MANY = 10_000

SCENARIO = """\
scenario: {times} forwarded calls
operator: nex
starts: 2026-06-01T09:00
steps:
  - {{do: join, as: sato, plan: virtual-office, office: yokohama}}
  - {{do: rent-line, as: desk, member: sato, line_plan: incoming-outgoing, area_code: "045"}}
  - {{do: set-forwarding, line: desk, to: ["090-1234-5678"], on: true}}
  - do: call
    from: "03-6666-7777"
    to: desk
    answered_by: "090-1234-5678"
    after: 8
    talks: 61
    repeat: {{times: {times}, every: 30s}}
expect:
  - sum(charges[what=call].quantity) == {units}
"""


@dataclass(frozen=True)
class Simulated:
    """One run; start and end of the process are in its seconds."""

    calls: int
    wall_seconds: float
    peak_mib: float

    @property
    def calls_per_second(self) -> float:
        return self.calls / self.wall_seconds


def simulate(calls: int) -> Simulated:
    """Run so many calls in a process of its own. Raises RuntimeError when one of them is not charged."""
    with tempfile.TemporaryDirectory(prefix="rusuban-bench-") as folder:
        file = Path(folder) / "calls.yaml"
        file.write_text(SCENARIO.format(times=calls, units=2 * calls), encoding="utf-8")
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "simulate", str(file)],
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{calls} simulated calls ended with {process.returncode}")
    return Simulated(calls, wall_seconds, usage.ru_maxrss / 1024)
