"""`rusuban door-agent` as it runs beside a door: it decides while the server is gone, and tells everything once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest
import uvicorn

from coworking.doors import Credentials
from coworking.doors.models import AccessCard
from coworking.kit.db import Database
from coworking.kit.postgres.server import free_port
from tests.api_house import ApiHouse, open_house

PATIENCE_SECONDS = 60
COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "door-agent", "--config"]
CARD = "CARD-1"
ASKED = {"inside": "exit", "outside": "unlock", "button": "button"}


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def serving(house: ApiHouse, port: int) -> Iterator[None]:
    """The API over HTTP, until the block ends."""
    config = uvicorn.Config(
        house.composition.api, lifespan="off", log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as bound:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([bound])), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)


@dataclass
class Beside:
    """The door's computer: its readers are FIFOs, and opening the door is a line in a file."""

    folder: Path
    readers: dict[str, IO[str]]
    process: subprocess.Popen[str]

    def show(self, reader: str, text: str) -> None:
        self.readers[reader].write(f"{text}\n")
        self.readers[reader].flush()

    def opened(self) -> int:
        file = self.folder / "opened"
        return len(file.read_text(encoding="ascii").splitlines()) if file.exists() else 0

    def on_disk(self, what: str) -> int:
        file = self.folder / "data" / "door-agent.sqlite3"
        if not file.exists():
            return 0
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as disk:
            try:
                return int(disk.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
            except sqlite3.OperationalError:  # its tables are not there yet
                return 0


@contextmanager
def beside_the_door(folder: Path, made: dict[str, Any], port: int) -> Iterator[Beside]:
    """The program, started; ended whatever happens."""
    folder.mkdir()
    (folder / "token").write_text(made["token"], encoding="ascii")
    readers = [(folder / name, asked) for name, asked in ASKED.items()]
    for device, _ in readers:
        os.mkfifo(device)
    lines = [
        f'server = "http://127.0.0.1:{port}"',
        f'token_file = "{folder / "token"}"',
        f'public_key = "{made["public_key"]}"',
        f'data_dir = "{folder / "data"}"',
        "meets_every_seconds = 1",
        "[[doors]]",
        'name = "entrance"',
        f'open = ["/bin/sh", "-c", "echo open >> {folder / "opened"}"]',
    ]
    for device, asked in readers:
        lines += ["[[readers]]", 'door = "entrance"', f'device = "{device}"', f'asked = "{asked}"']
    (folder / "agent.toml").write_text("\n".join(lines), encoding="utf-8")
    process = subprocess.Popen(
        [*COMMAND, str(folder / "agent.toml")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    opened: dict[str, IO[str]] = {}
    try:
        for device, _ in readers:
            # Opening a FIFO for both never waits for who reads it.
            opened[device.name] = os.fdopen(os.open(device, os.O_RDWR), "w", encoding="ascii")
        yield Beside(folder, opened, process)
    finally:
        for one in opened.values():
            one.close()
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def give_card(house: ApiHouse) -> None:
    first = house.first
    with house.composition.database.transaction(first.operator_id) as session:
        session.add(
            AccessCard(
                operator_id=first.operator_id,
                member_id=first.member_id,
                kind="ic-card",
                digest=house.composition.resources[Credentials].digest(CARD),
                issued_at=house.clock.now(),
                issued_by="account:1",
            )
        )


def test_it_decides_while_the_server_is_gone_and_tells_everything_once(
    house: ApiHouse, tmp_path: Path
) -> None:
    give_card(house)
    staff, port = house.staff["nex"], free_port()
    body = {"name": "panel", "doors": ["entrance"]}
    made = json.loads(house.ask("POST", "/api/door-agents", token=staff, body=body).body)
    listed = house.ask("GET", "/api/door-events?limit=200", token=staff)
    before = {one["id"] for one in json.loads(listed.body)["items"]}
    with beside_the_door(tmp_path / "door", made, port) as door:
        door.show("inside", "nobody's")  # before the first list: out, and kept for later
        until(lambda: door.opened() == 1)
        with serving(house, port):
            until(lambda: door.on_disk("kept WHERE name = 'list'") == 1)
            until(lambda: door.on_disk("events") == 0)
        for reader, text in (("outside", CARD), ("outside", "CARD-2"), ("inside", CARD), ("button", "")):
            shown = door.on_disk("events")
            door.show(reader, text)
            until(lambda shown=shown: door.on_disk("events") == shown + 1)
        until(lambda: door.opened() == 4)
        with serving(house, port):
            until(lambda: door.on_disk("events") == 0)
        door.process.send_signal(signal.SIGTERM)
        printed, _ = door.process.communicate(timeout=PATIENCE_SECONDS)
    assert (door.process.returncode, "Traceback" in printed) == (0, False), printed

    answer = house.ask("GET", "/api/door-events?limit=200", token=staff)
    items = sorted(json.loads(answer.body)["items"], key=lambda one: int(one["id"]))
    told = [one for one in items if one["id"] not in before]
    member_id = house.first.member_id
    assert [(one["act"], one["by"], one["member_id"], one["allowed"], one["reason"]) for one in told] == [
        ("check-out", "card", None, True, "no-valid-list"),
        ("unlock", "card", member_id, True, None),
        ("unlock", "card", None, False, "card-unknown"),
        ("check-out", "card", member_id, True, None),
        ("check-out", "reception", None, True, "no-entry"),
    ]
    own = json.loads(house.ask("GET", "/api/door-events", token=house.first.token).body)["items"]
    assert {one["id"] for one in told if one["member_id"] == member_id} <= {one["id"] for one in own}
    csv = house.ask("GET", "/api/door-events.csv", token=staff).body.decode()
    assert csv.count("no-valid-list") == 1
