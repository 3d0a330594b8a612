"""Servers of the test's own, in folders that every account can reach."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from coworking.kit.postgres import EmbeddedServer, stop


@pytest.fixture
def fresh(run_folder: Path) -> Iterator[Path]:
    """A folder for a server that was never started; whatever serves it at the end is stopped and removed."""
    above = _reachable_folder(run_folder)
    yield above / "postgres"
    stop(above / "postgres")
    shutil.rmtree(above)


@pytest.fixture(scope="session")
def made(run_folder: Path) -> Iterator[Path]:
    """The folder of a server that was started once: copying it is quicker than making another."""
    above = _reachable_folder(run_folder)
    with EmbeddedServer(above / "postgres", fast=True):
        pass
    yield above / "postgres"
    shutil.rmtree(above)


@pytest.fixture
def folder(fresh: Path, made: Path) -> Path:
    """The folder of a server that has been stopped."""
    subprocess.run(["cp", "-a", made, fresh], check=True)
    return fresh


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    """A server that runs."""
    with EmbeddedServer(folder, fast=True) as running:
        yield running


@pytest.fixture
def another_machine(run_folder: Path) -> Iterator[EmbeddedServer]:
    """A server that has nothing in common with `server`."""
    above = _reachable_folder(run_folder)
    with EmbeddedServer(above / "postgres", fast=True) as running:
        yield running
    shutil.rmtree(above)


def _reachable_folder(run_folder: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="server-", dir=run_folder))
    folder.chmod(0o711)
    return folder
