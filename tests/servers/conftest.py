"""Servers from Debian's packages, each started once for the whole run by the first test that asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import once
from tests.servers.debian import start_postgres15, start_rabbitmq, start_redis
from tests.servers.mosquitto import start_mosquitto

FOLDER = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # With --dist loadgroup they share one worker, and so do not wait for one another's server.
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.xdist_group("servers"))


@pytest.fixture(scope="session")
def rabbitmq_url(run_folder: Path) -> str:
    return once(run_folder, "rabbitmq", lambda: start_rabbitmq(run_folder))


@pytest.fixture(scope="session")
def redis_url(run_folder: Path) -> str:
    return once(run_folder, "redis", lambda: start_redis(run_folder))


@pytest.fixture(scope="session")
def mosquitto_folder(run_folder: Path) -> Path:
    """Where the broker's port, authority and password are (see tests/servers/mosquitto.py)."""
    return Path(once(run_folder, "mosquitto", lambda: str(start_mosquitto(run_folder))))


@pytest.fixture(scope="session")
def postgres15_url(run_folder: Path) -> str:
    """The address of the database `postgres`, as the superuser."""
    return once(run_folder, "postgres15", lambda: start_postgres15(run_folder))
