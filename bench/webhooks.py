"""CPU time that a server spends on one request, against an endpoint that does nothing, in the same run.

Each contestant is one uvicorn worker in a process of its own; the load comes from another process. Rounds of the
contestants alternate, so that a slow spell of the machine hits all of them, and the median of the rounds counts.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median

import psutil

HOST = "127.0.0.1"
CONNECTIONS = 32
ROUNDS = 5
REQUESTS_A_ROUND = 4000
LEAST_REQUESTS_A_ROUND = 400  # the kernel counts CPU time in ticks of 10 ms
WARM_UP_REQUESTS = 800
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Contestant:
    """An endpoint to measure.

    `app` is `module:factory` of an ASGI application, `source` is `module:function` that makes its requests (see
    `bench.load`); both processes get `environment` on top of this one's.
    """

    name: str
    app: str
    source: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    requests_per_second: float
    cpu_us_per_request: float
    p99_ms: float


@dataclass(frozen=True)
class Result:
    """Medians of the rounds. `ratio` is the yardstick's CPU time over this one's: 1 is as light, 0.5 costs double.
    `half_load_p99_ms` is of further rounds, in which half as many requests came in a second."""

    name: str
    requests_per_second: float
    cpu_us_per_request: float
    p99_ms: float
    half_load_p99_ms: float
    ratio: float


BARE_FASTAPI = Contestant("bare FastAPI", "bench.bare:fastapi_app", "bench.form_posts:bare")
BARE_STARLETTE = Contestant("bare Starlette", "bench.bare:starlette_app", "bench.form_posts:bare")
CONTESTANTS: tuple[Contestant, ...] = (BARE_STARLETTE,)


def compare(
    contestants: Sequence[Contestant] = CONTESTANTS,
    *,
    yardstick: Contestant = BARE_FASTAPI,
    rounds: int = ROUNDS,
    requests: int = REQUESTS_A_ROUND,
) -> list[Result]:
    """The yardstick first, then the contestants in their order. Raises RuntimeError when an answer is not 2xx."""
    everybody = (yardstick, *contestants)
    with ExitStack() as running:
        servers = [(each, *running.enter_context(served(each))) for each in everybody]
        for contestant, _, port in servers:
            _load(contestant, port, WARM_UP_REQUESTS)
        measured: list[list[Round]] = [[] for _ in everybody]
        for _ in range(rounds):
            for position, (contestant, process, port) in enumerate(servers):
                measured[position].append(_round(contestant, process, port, requests))
        rates = [median(each.requests_per_second for each in own) for own in measured]
        half_loads: list[list[float]] = [[] for _ in everybody]
        for _ in range(rounds):
            for position, (contestant, _, port) in enumerate(servers):
                half = _load(contestant, port, requests // 4, per_second=rates[position] / 2)
                half_loads[position].append(half["p99_seconds"] * 1e3)
    return [
        Result(
            name=contestant.name,
            requests_per_second=rate,
            cpu_us_per_request=median(each.cpu_us_per_request for each in own),
            p99_ms=median(each.p99_ms for each in own),
            half_load_p99_ms=median(half_load),
            ratio=median(
                bare.cpu_us_per_request / each.cpu_us_per_request
                for bare, each in zip(measured[0], own, strict=True)
            ),
        )
        for contestant, own, rate, half_load in zip(everybody, measured, rates, half_loads, strict=True)
    ]


@contextmanager
def served(contestant: Contestant) -> Iterator[tuple[psutil.Process, int]]:
    """The contestant's server process and its port, until the end of the block."""
    # The socket is bound here and inherited: no other program can take the port in between.
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen(CONNECTIONS * 2)
        port = int(listening.getsockname()[1])
        descriptor = listening.fileno()
        command = [sys.executable, "-m", "bench.serve", contestant.app, str(descriptor)]
        server = subprocess.Popen(command, env=_environment(contestant), pass_fds=[descriptor])
    try:
        _wait_until_it_answers(contestant, server, port)
        yield psutil.Process(server.pid), port
    finally:
        server.terminate()
        try:
            server.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_it_answers(contestant: Contestant, server: subprocess.Popen[bytes], port: int) -> None:
    """The kernel takes connections before the application is up, so one request must come back."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    with socket.create_connection((HOST, port), timeout=1) as probe:
        probe.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while time.monotonic() < deadline:
            try:
                answered = probe.recv(1)
            except TimeoutError:
                continue
            except ConnectionResetError:
                answered = b""
            if answered:
                return
            # It closed without a word: it is gone or about to go.
            raise RuntimeError(
                f"{contestant.name}: the server ended with {server.wait(STOP_TIMEOUT_SECONDS)}"
            )
    raise RuntimeError(f"{contestant.name}: no answer within {START_TIMEOUT_SECONDS} s")


def _round(contestant: Contestant, process: psutil.Process, port: int, requests: int) -> Round:
    before = process.cpu_times()
    answer = _load(contestant, port, requests)
    after = process.cpu_times()
    cpu_seconds = after.user + after.system - before.user - before.system
    if cpu_seconds <= 0:
        raise RuntimeError(f"{contestant.name}: too few requests to measure")
    return Round(
        requests_per_second=answer["requests"] / answer["seconds"],
        cpu_us_per_request=cpu_seconds * 1e6 / answer["requests"],
        p99_ms=answer["p99_seconds"] * 1e3,
    )


def _load(
    contestant: Contestant, port: int, requests: int, per_second: float | None = None
) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.load", HOST, str(port), str(CONNECTIONS), str(requests)]
    rate = [] if per_second is None else [str(per_second)]
    finished = subprocess.run(
        [*command, contestant.source, *rate],
        env=_environment(contestant),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise RuntimeError(f"{contestant.name}: the load failed: {finished.stderr.strip().splitlines()[-1:]}")
    answer = json.loads(finished.stdout)
    refused = {status: count for status, count in answer["statuses"].items() if not status.startswith("2")}
    if refused:
        raise RuntimeError(f"{contestant.name}: not every answer was 2xx: {refused}")
    return {name: answer[name] for name in ("requests", "seconds", "p99_seconds")}


def _environment(contestant: Contestant) -> dict[str, str]:
    return {**os.environ, **contestant.environment}
