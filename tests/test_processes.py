"""What a test run starts, it ends; and what a killed run left, the next one ends."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coworking.kit.postgres.postmaster import lives
from tests import processes
from tests.processes import end_run, make_run_folder, once, start, wait_for

SLEEPER = [sys.executable, "-c", "import threading; threading.Event().wait()"]


@pytest.fixture
def a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run other than the one that this test belongs to."""
    monkeypatch.setattr(processes, "IN_MEMORY", tmp_path)
    monkeypatch.setattr(processes, "ROOM_BYTES", 0)
    return make_run_folder()


def test_a_run_ends_what_it_started(a_run: Path) -> None:
    one, other = (start(SLEEPER, a_run, log=a_run / "log") for _ in range(2))
    assert lives(one)
    end_run(a_run)
    assert not lives(one)
    assert not lives(other)
    assert not a_run.exists()


def test_a_pid_that_is_another_program_s_by_now_is_left_alone(a_run: Path) -> None:
    sleeper = start(SLEEPER, a_run, log=a_run / "log")
    noted = a_run / "pids" / str(sleeper.pid)
    noted.write_text(f"{sleeper.pid} 1.0", encoding="ascii")
    end_run(a_run)
    assert lives(sleeper)
    sleeper.terminate()
    sleeper.wait()


def test_what_a_killed_run_left_is_ended_by_the_next(a_run: Path) -> None:
    sleeper = start(SLEEPER, a_run, log=a_run / "log")
    next_run = make_run_folder()
    assert lives(sleeper)
    (a_run / "run").write_text("999999999 1.0", encoding="ascii")
    make_run_folder()
    assert not lives(sleeper)
    assert not a_run.exists()
    assert next_run.exists()


def test_a_program_that_ends_at_once_is_told_with_what_it_said(a_run: Path) -> None:
    log = a_run / "broken.log"
    broken = start([sys.executable, "-c", "print('no such option')"], a_run, log=log)
    with pytest.raises(RuntimeError, match="no such option"):
        wait_for(lambda: False, broken, log)
    end_run(a_run)


def test_what_all_workers_need_is_made_once(tmp_path: Path) -> None:
    assert once(tmp_path, "word", lambda: "first") == "first"
    assert once(tmp_path, "word", lambda: "second") == "first"


def test_what_could_not_be_made_is_tried_again(tmp_path: Path) -> None:
    def fail() -> str:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        once(tmp_path, "word", fail)
    assert once(tmp_path, "word", lambda: "made") == "made"
