"""`rusuban run` as a newcomer meets it: it serves, it stops, it keeps, and it says in one line why it cannot start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from coworking.kit.postgres import EmbeddedServer, remove
from coworking.kit.postgres.server import free_port

START_SECONDS = 60
STOP_SECONDS = 30
COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "run"]


class Service:
    """A service on a folder of its own, started and stopped as a person does."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    def command(self, **options: object) -> list[str]:
        given = {"port": self.port, "var-dir": self.var} | options
        return [*COMMAND, *(f"--{name}={value}" for name, value in given.items())]

    def start(self) -> httpx.Client:
        self.process = subprocess.Popen(
            self.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment()
        )
        address = f"http://localhost:{self.port}"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                httpx.get(f"{address}/simulator", timeout=10)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return httpx.Client(base_url=address, timeout=10)
        raise AssertionError(f"it did not start: {self.stop()}")

    def stop(self, by: signal.Signals = signal.SIGINT) -> str:
        """Ctrl-C, or what a supervisor sends; returns what it printed."""
        assert self.process is not None
        self.process.send_signal(by)
        printed, _ = self.process.communicate(timeout=STOP_SECONDS)
        return printed

    def refused(self, **options: object) -> str:
        """A start that cannot be: the one line that it prints."""
        ended = subprocess.run(
            self.command(**options),
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
            timeout=START_SECONDS,
        )
        assert ended.returncode == 1, ended
        assert ended.stdout == ""
        [line] = ended.stderr.splitlines()
        return line


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("RUSUBAN_")}


@pytest.fixture
def service(run_folder: Path) -> Iterator[Service]:
    service = Service(run_folder / f"service-{free_port()}")
    yield service
    if service.process is not None and service.process.poll() is None:
        service.process.kill()
        service.process.wait()
    remove(service.var / "postgres")


def signed_in(client: httpx.Client, service: Service) -> httpx.Response:
    shown = json.loads((service.var / "demonstration.json").read_text(encoding="utf-8"))
    staff = shown["accounts"][0]
    return client.post("/api/sign-in", json={"email": staff["sign_in_name"], "password": staff["password"]})


def test_it_serves_stops_and_keeps_what_it_had(service: Service) -> None:
    with service.start() as client:
        token = signed_in(client, service).json()["token"]
        lines = client.get("/api/lines", headers={"Authorization": f"Bearer {token}"}).json()["items"]
        beside = service.refused(port=free_port())
        taken = service.refused(**{"var-dir": service.var.with_name("other")})
    printed = service.stop()
    assert service.process is not None
    assert service.process.returncode == 0
    assert f"http://localhost:{service.port}/simulator" in printed
    assert "Traceback" not in printed
    assert printed.endswith("Rusuban has stopped.\n")
    assert not EmbeddedServer(service.var / "postgres").running
    assert "in use by another rusuban run" in beside
    assert f"port {service.port} of 127.0.0.1 cannot be used" in taken
    with service.start() as client:
        again = client.get("/api/lines", headers={"Authorization": f"Bearer {token}"}).json()["items"]
    printed = service.stop(signal.SIGTERM)
    assert service.process.returncode == 0
    assert "Traceback" not in printed
    assert printed.endswith("Rusuban has stopped.\n")
    assert again == lines
    assert not EmbeddedServer(service.var / "postgres").running


def test_what_cannot_start_says_why_in_one_line(service: Service) -> None:
    service.var.mkdir()
    (service.var / "VERSION").write_text("99\n", encoding="ascii")
    assert "made by a newer version (99; this is 1)" in service.refused()
    (service.var / "VERSION").write_text("1\n", encoding="ascii")
    cluster = service.var / "postgres" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("18\n", encoding="ascii")
    assert "is broken" in service.refused()
