"""The life of the embedded server: made, started, joined, stopped, removed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from coworking.kit.postgres.errors import (
    DataFolderBroken,
    DataFolderNewer,
    DataFolderOlder,
    EmbeddedServerError,
    PortTaken,
    error_from,
    error_in,
)
from coworking.kit.postgres.place import Place, place_for
from coworking.kit.postgres.postmaster import (
    READY,
    STOPPING,
    drop_stale_pid_file,
    lives,
    postmaster_of,
    shut_down,
    wait_until_ready,
)
from coworking.kit.postgres.programs import Programs

OWNER = "rusuban_owner"
ADDRESS = "127.0.0.1"
MOST_STARTS = 50
PAUSE_BETWEEN_STARTS_SECONDS = 0.1
# Generous, for the recovery after a crash in the middle of much work.
READY_TIMEOUT_SECONDS = 120.0
CONNECT_TIMEOUT_SECONDS = 10

# What the server itself logs must not hold what people stored (statements, keys of refused rows).
SETTINGS = {"log_min_error_statement": "panic", "log_error_verbosity": "terse", "timezone": "UTC"}
# Three times faster and lost with the machine's power: for tests and simulations.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class EmbeddedServer:
    """The server whose files lie in the folder `data`; as a context manager it starts and stops.

    Who started it stops it: one that was already serving is joined and left alone, unless the process that
    started it is gone. `port=None` takes a free port. `fast` gives up durability.
    """

    data: Path
    fast: bool = False
    port: int | None = None
    database: str = "rusuban"
    _place: Place | None = field(default=None, init=False, repr=False)
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _stops_it: bool = field(default=False, init=False, repr=False)

    def start(self) -> str:
        """Start or join the server; returns the address (with the owner's password) of its database.

        Raises `EmbeddedServerError` with one line that says what to do.
        """
        place = self._place = self._find_place()
        try:
            place.prepare()
            with place.locked():
                if not self._join(place):
                    self._launch(place)
                self._create_database()
        except OSError as error:
            raise error_from(error, folder=place.folder, log=place.log) from error
        return self.url

    def stop(self) -> None:
        """Stop the server if this object started it (or took it over); nothing happens otherwise."""
        if self._place is None or not self._place.folder.exists():
            self._forget_child()
            return
        with self._place.locked():
            self._halt(self._place)

    def __enter__(self) -> EmbeddedServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        found = postmaster_of(self._find_place().cluster)
        return found is not None and found.status == READY

    @property
    def joined(self) -> bool:
        """Whether the server runs for somebody else and stays when this object stops."""
        return self.running and not self._stops_it

    @property
    def folder(self) -> Path:
        """Where the files really lie: `data`, but for root's servers in folders that only root can reach."""
        return self._find_place().folder

    @property
    def account(self) -> str | None:
        """The name of the account that the server runs as when we are root."""
        account = self._find_place().account
        return account.pw_name if account else None

    @property
    def url(self) -> str:
        return self.url_of(self.database)

    def url_of(self, database: str) -> str:
        """The address of another database of this server."""
        place = self._find_place()
        found = postmaster_of(place.cluster)
        if found is None:
            raise EmbeddedServerError(reason="it does not run", log=place.log)
        return f"postgresql://{OWNER}:{place.password()}@{ADDRESS}:{found.port}/{database}"

    def _find_place(self) -> Place:
        if self._place is not None:
            return self._place
        try:
            return place_for(self.data)
        except OSError as error:
            raise error_from(error, folder=self.data, log=self.data) from error

    def _join(self, place: Place) -> bool:
        """Join a server that serves already; one whose starter is gone is taken over, to be stopped by us."""
        found = postmaster_of(place.cluster)
        if found is None:
            return False
        if found.status == STOPPING:
            found.process.wait(READY_TIMEOUT_SECONDS)
            return False
        if wait_until_ready(place.cluster, found.process, READY_TIMEOUT_SECONDS) is None:
            return False
        if not self._stops_it and not _starter_lives(place):
            _write_starter(place)
            self._stops_it = True
        return True

    def _launch(self, place: Place) -> None:
        self._forget_child()
        programs = place.programs()
        if not place.cluster.exists():
            _make_cluster(place, programs, durable=not self.fast)
        _check_version(place, programs)
        drop_stale_pid_file(place.cluster)
        for _ in range(MOST_STARTS):
            port = self.port or free_port()
            log_start = place.log_end()
            child = place.launch(self._command(place, programs, port), new_session=True)
            process = psutil.Process(child.pid)
            try:
                ready = wait_until_ready(place.cluster, process, READY_TIMEOUT_SECONDS)
            except BaseException:  # Ctrl-C must not leave behind what is just starting
                shut_down(process, child)
                raise
            if ready:
                self._child, self._stops_it = child, True
                _write_starter(place)
                return
            shut_down(process, child)
            output = place.log_from(log_start)
            error = error_in(output, folder=place.folder, log=place.log, port=port)
            # Children of a killed server end within moments; a free port may be taken before we get it.
            passing = "shared memory block" in output or (isinstance(error, PortTaken) and self.port is None)
            if not passing:
                raise error
            time.sleep(PAUSE_BETWEEN_STARTS_SECONDS)
        raise error

    def _command(self, place: Place, programs: Programs, port: int) -> list[str | Path]:
        settings = {**SETTINGS, **(FAST_SETTINGS if self.fast else {})}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return [
            programs.path("postgres"),
            *("-D", place.cluster),
            *("-h", ADDRESS),
            *("-p", str(port)),
            *("-k", ""),
            *options,
        ]

    def _create_database(self) -> None:
        place = self._find_place()
        try:
            with psycopg.connect(
                self.url_of("postgres"), autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS
            ) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database])
                if known.fetchone() is None:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database)))
        except psycopg.Error as error:
            self._halt(place)
            raise error_in(str(error), folder=place.folder, log=place.log) from error

    def _halt(self, place: Place) -> None:
        if self._stops_it:
            found = postmaster_of(place.cluster)
            if found:
                shut_down(found.process, self._child)
            place.starter.unlink(missing_ok=True)
        self._forget_child()

    def _forget_child(self) -> None:
        if self._child is not None:
            self._child.wait()
        self._child, self._stops_it = None, False


def stop(data: Path) -> bool:
    """Stop the server of this folder, whoever started it; returns whether there was one."""
    place = place_for(data)
    if not place.folder.exists():
        return False
    with place.locked():
        found = postmaster_of(place.cluster)
        if found:
            shut_down(found.process, None)
        place.starter.unlink(missing_ok=True)
    return found is not None


def remove(data: Path) -> None:
    """Stop the server of this folder and delete everything it kept, wherever it lies."""
    stop(data)
    place_for(data).remove()


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
        return port


def _make_cluster(place: Place, programs: Programs, *, durable: bool) -> None:
    """Make the data folder; it gets its name when it is complete, so that a broken-off attempt is redone."""
    partial = place.folder / "cluster.partial"
    shutil.rmtree(partial, ignore_errors=True)
    place.password()
    log_start = place.log_end()
    command: list[str | Path] = [
        programs.path("initdb"),
        *("-D", partial),
        *("-U", OWNER),
        f"--pwfile={place.password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        *([] if durable else ["--no-sync"]),
    ]
    if place.launch(command).wait() != 0:
        raise error_in(place.log_from(log_start), folder=place.folder, log=place.log)
    partial.rename(place.cluster)


def _check_version(place: Place, programs: Programs) -> None:
    try:
        found = (place.cluster / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        raise DataFolderBroken(folder=place.folder, reason="PG_VERSION is missing") from None
    if not found.isdecimal():
        raise DataFolderBroken(folder=place.folder, reason="PG_VERSION holds no number")
    if not place.password_file.exists():
        raise DataFolderBroken(folder=place.folder, reason=f"{place.password_file.name} is missing")
    if int(found) > programs.major:
        raise DataFolderNewer(folder=place.folder, found=f"PostgreSQL {found}", known=programs.major)
    if int(found) < programs.major:
        raise DataFolderOlder(folder=place.folder, found=found, known=programs.major)


def _write_starter(place: Place) -> None:
    me = psutil.Process()
    with place.open(place.starter, "w") as file:
        file.write(f"{me.pid} {me.create_time()}\n")


def _starter_lives(place: Place) -> bool:
    """Whether the process that started the server is still there (and its pid is not another's by now)."""
    try:
        pid, started_at = place.starter.read_text(encoding="ascii").split()
        process = psutil.Process(int(pid))
        return str(process.create_time()) == started_at and lives(process)
    except (FileNotFoundError, ValueError, psutil.Error):
        return False
