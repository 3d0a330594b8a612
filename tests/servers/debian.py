"""Debian's PostgreSQL 15, RabbitMQ and Redis, started on free ports with folders of their own.

Never the machine's services: nothing here reads what stands in /etc or /var for them.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis

from coworking.kit.postgres.postmaster import READY, postmaster_of
from tests.processes import free_port, listens, start, unprivileged, wait_for

POSTGRES15_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
RABBITMQ_PROGRAMS = Path("/usr/lib/rabbitmq/bin")
KILL_TIMEOUT_SECONDS = 20.0
FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


def start_postgres15(run_folder: Path) -> str:
    """Start the server; returns the address of its database `postgres`, as the superuser."""
    account = unprivileged()
    folder = run_folder / "postgres15"
    folder.mkdir()
    password = secrets.token_urlsafe(16)
    password_file = folder / "password"
    password_file.write_text(password, encoding="ascii")
    if account:
        for path in (folder, password_file):
            os.chown(path, account.pw_uid, account.pw_gid)
    subprocess.run(
        [
            POSTGRES15_PROGRAMS / "initdb",
            *("-D", folder / "cluster"),
            *("-U", "postgres"),
            *("--pwfile", password_file),
            *("--auth", "scram-sha-256"),
            *("--encoding", "UTF8"),
            *("--locale", "C.UTF-8"),
            "--no-sync",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    port = free_port()
    log = run_folder / "postgres15.log"
    process = start(
        [
            POSTGRES15_PROGRAMS / "postgres",
            *("-D", folder / "cluster"),
            *("-h", "127.0.0.1"),
            *("-p", str(port)),
            *("-k", ""),
            *FAST,
        ],
        run_folder,
        log=log,
        account=account,
    )
    wait_for(lambda: _is_ready(folder / "cluster"), process, log)
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"


@dataclass
class Broker:
    """A broker that can be started, killed and started again at the same address."""

    url: str
    command: Sequence[str]
    log: Path
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] | None = None
    _process: psutil.Process | None = None

    def start(self, run_folder: Path) -> str:
        self._process = start(self.command, run_folder, log=self.log, environment=self.environment)
        wait_for(self.is_ready, self._process, self.log)
        return self.url

    def kill(self) -> None:
        """As `kill -9` does: whatever it had not written down is lost."""
        assert self._process is not None
        family = [*self._process.children(recursive=True), self._process]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=KILL_TIMEOUT_SECONDS)


def start_redis(run_folder: Path) -> str:
    """Start a Redis that keeps nothing on disk; returns its address."""
    return redis_broker(run_folder, "redis").start(run_folder)


def start_rabbitmq(run_folder: Path) -> str:
    """Start a RabbitMQ node with a name, a home and a port mapper of its own; returns its address."""
    return rabbitmq_broker(run_folder, "rabbitmq").start(run_folder)


def redis_broker(run_folder: Path, name: str) -> Broker:
    folder = run_folder / name
    folder.mkdir()
    port = free_port()
    program = shutil.which("redis-server") or "redis-server"
    options = {"bind": "127.0.0.1", "port": str(port), "dir": str(folder), "save": "", "appendonly": "no"}
    return Broker(
        url=f"redis://127.0.0.1:{port}/0",
        command=[program, *(word for name, value in options.items() for word in (f"--{name}", value))],
        log=run_folder / f"{name}.log",
        is_ready=lambda: _answers_ping(port),
    )


def rabbitmq_broker(run_folder: Path, name: str) -> Broker:
    folder = run_folder / name
    folder.mkdir()
    port, distribution_port, mapper_port = free_port(), free_port(), free_port()
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\nlog.console = true\nlog.file = false\n", encoding="ascii"
    )
    for file in ("rabbitmq-env.conf", "advanced.config", "enabled_plugins"):
        (folder / file).write_text("[].\n" if file != "rabbitmq-env.conf" else "", encoding="ascii")
    mapping = {"ERL_EPMD_PORT": str(mapper_port), "ERL_EPMD_ADDRESS": "127.0.0.1"}
    # Started by us, in the foreground: the one that Erlang would start on its own outlives the node.
    mapper_log = run_folder / f"{name}-epmd.log"
    mapper = start(["/usr/bin/epmd"], run_folder, log=mapper_log, environment=mapping)
    wait_for(lambda: listens(mapper_port), mapper, mapper_log)
    return Broker(
        url=f"amqp://guest:guest@127.0.0.1:{port}//",
        # Not the wrapper in /usr/sbin: it changes to the account and the folders of the machine's service.
        command=[str(RABBITMQ_PROGRAMS / "rabbitmq-server")],
        log=run_folder / f"{name}.log",
        is_ready=lambda: listens(port),
        environment={
            **mapping,
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"rusuban-{port}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        },
    )


def _is_ready(cluster: Path) -> bool:
    found = postmaster_of(cluster)
    return found is not None and found.status == READY


def _answers_ping(port: int) -> bool:
    with redis.Redis(port=port, socket_timeout=1) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
