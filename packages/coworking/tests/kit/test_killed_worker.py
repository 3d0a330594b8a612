"""R07: a worker that is killed anywhere loses nothing and does nothing twice."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from coworking.kit.audit import AuditEntry
from coworking.kit.db import Database
from coworking.kit.operators import ensure_operator
from coworking.kit.outbox import OutboxTask

PROGRAM = Path(__file__).parent / "killed_worker.py"
NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
KILLS = 150


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_worker_loses_nothing_and_does_nothing_twice(clean_database: Database, seed: int) -> None:
    with clean_database.transaction() as session:
        operator_id = ensure_operator(session, "nex", NOW)
    command = [sys.executable, str(PROGRAM), clean_database.url, str(seed), str(KILLS)]
    died, outlived, queued = map(
        int, subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.split()
    )
    assert died == KILLS
    assert outlived > 0
    with clean_database.transaction(operator_id) as session:
        effects = Counter(session.scalars(select(AuditEntry.subject)))
        assert session.scalars(select(OutboxTask)).all() == []
    assert effects == {f"{which} {number}": 1 for which in ("first", "second") for number in range(queued)}
