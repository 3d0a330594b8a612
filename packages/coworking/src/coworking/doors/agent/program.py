"""The program on a door's computer: readers, what opens the doors, and the server over HTTPS.

A reader is a device that writes lines (a serial port, a keyboard wedge's event pipe, a FIFO); an opener is a command.
"""

from __future__ import annotations

import subprocess
import time
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Annotated, Any, Final, Literal

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from coworking.doors.agent.at_the_door import DoorComputer, Revoked, Unreachable
from coworking.doors.agent.deciding import LONGEST_SHOWN
from coworking.doors.agent.disk import Disk
from coworking.doors.agent.signed_lists import SignedList
from coworking.kit.clock import SystemClock

OPENING_TIMEOUT_SECONDS: Final = 10
SERVER_TIMEOUT_SECONDS: Final = 20
LONGEST_PAUSE_SECONDS: Final = 60.0
REOPEN_AFTER_SECONDS: Final = 1.0
UNAUTHORIZED: Final = 401

log = structlog.get_logger(__name__)


class ConfigRefused(Exception):
    """What is wrong with the file, a line for each mistake."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DoorConfig(_Table):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    """As in the profile."""
    open: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    """The command that opens the door for some seconds, and ends."""


class ReaderConfig(_Table):
    """`asked` is what showing something here asks for; `button` lets out whoever presses it."""

    door: str
    device: Path
    asked: Literal["check-in", "unlock", "exit", "button"]


class AgentConfig(_Table):
    server: Annotated[str, Field(pattern=r"^https?://[^/\s]+$")]
    token_file: Path
    public_key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    data_dir: Path
    meets_every_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    doors: Annotated[tuple[DoorConfig, ...], Field(min_length=1, max_length=50)]
    readers: Annotated[tuple[ReaderConfig, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _readers_of_doors(self) -> AgentConfig:
        unknown = {reader.door for reader in self.readers} - {door.name for door in self.doors}
        if unknown:
            raise ValueError(f"readers of doors that are not there: {', '.join(sorted(unknown))}")
        return self


def read_config(file: Path) -> AgentConfig:
    """Raises `ConfigRefused`."""
    try:
        return AgentConfig.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigRefused(f"{file}: {error}") from error
    except ValidationError as invalid:
        lines = [f"{file}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in invalid.errors()]
        raise ConfigRefused("\n".join(lines)) from None


class HttpServer:
    """The service, over its API."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def fetch(self) -> SignedList:
        answer = self._ask("GET", "/api/door-agent/list", None)
        try:
            return SignedList.model_validate_json(answer.content)
        except ValidationError as error:
            raise Unreachable from error

    def tell(
        self, events: Sequence[dict[str, Any]], *, sent_at: datetime, clock_ahead_seconds: float
    ) -> None:
        body = {
            "sent_at": sent_at.isoformat(),
            "clock_ahead_seconds": round(clock_ahead_seconds),
            "events": list(events),
        }
        self._ask("POST", "/api/door-agent/events", body)

    def _ask(self, method: str, path: str, body: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise Unreachable from error
        if answer.status_code == UNAUTHORIZED:
            raise Revoked
        if not answer.is_success:
            log.warning("the server refused", path=path, status=answer.status_code)
            raise Unreachable
        return answer


def run_agent(config: AgentConfig, stopping: Event) -> None:
    """Until `stopping` is set. Raises `ConfigRefused` for a token that cannot be read."""
    try:
        token = config.token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigRefused(f"{config.token_file}: {error}") from error
    commands = {door.name: door.open for door in config.doors}

    def open_door(door: str) -> None:
        # Nothing that was read at a door is in the command.
        subprocess.run(  # noqa: S603 - it stands in the computer's own file
            commands[door], check=True, timeout=OPENING_TIMEOUT_SECONDS
        )

    disk = Disk(config.data_dir / "door-agent.sqlite3")
    client = httpx.Client(
        base_url=config.server,
        headers={"Authorization": f"Bearer {token}"},
        timeout=SERVER_TIMEOUT_SECONDS,
    )
    computer = DoorComputer(
        disk, SystemClock(), HttpServer(client), bytes.fromhex(config.public_key), open_door
    )
    for reader in config.readers:
        Thread(target=_read, args=(reader, computer), name=str(reader.device), daemon=True).start()
    pause = 1.0
    while not stopping.is_set():
        met = computer.meet_server()
        pause = float(config.meets_every_seconds) if met else min(pause * 2, LONGEST_PAUSE_SECONDS)
        stopping.wait(pause)
    client.close()
    disk.close()


def _read(reader: ReaderConfig, computer: DoorComputer) -> None:
    """Each line that a reader writes, for as long as the program runs; a reader that goes away is waited for."""
    while True:
        try:
            with reader.device.open(encoding="utf-8", errors="replace") as lines:
                while line := lines.readline(LONGEST_SHOWN + 1):
                    if reader.asked == "button":
                        computer.pressed(reader.door)
                    elif line.strip():
                        computer.shown(reader.door, reader.asked, line.strip())
        except OSError as error:
            log.warning("a reader cannot be read", device=str(reader.device), error=error.strerror)
        time.sleep(REOPEN_AFTER_SECONDS)
