"""The life of a service process: what is started in which order, and stopped in the other."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from sqlalchemy.exc import OperationalError

from app.carriers import OperatorsCarrier
from app.demonstration import Demonstration, load_demonstration
from app.door_simulator import DOOR_SIMULATOR_PATH, simulated_operators
from app.in_process import InProcess
from app.migrations import DatabaseTooNew, migrate
from app.pages import page_routes
from app.settings import Settings
from app.wiring import Composition, asgi_application, compose, make_mailer, open_carriers
from coworking.kit.clock import SystemClock
from coworking.kit.errors import UserError
from coworking.kit.logs import configure_logging
from coworking.kit.phone import from_e164
from coworking.kit.postgres import EmbeddedServer, claim_layout
from coworking.kit.profile import ProfileError
from coworking.kit.queue import EMBEDDED_BROKER, EmbeddedWorker, Pulse, make_celery
from coworking.kit.watchdog import Watchdog
from telephony.carrier.sandbox.real_time import PacedClock
from telephony.carrier.sandbox.real_time import run as run_sandbox

VAR_LAYOUT = 1
"""Of the folder `var/`; raised when older versions could not read it any more."""
SHUTDOWN_TIMEOUT_SECONDS = 10


class CannotStart(Exception):
    """Why the service does not start: one line that says what to do."""


async def run_service(settings: Settings, *, demonstration: bool, say: Callable[[str], object]) -> None:
    """Run until a signal. Raises `CannotStart`."""
    configure_logging(as_json=settings.log_format == "json", level=settings.log_level)
    with _refusals(), _alone_in(settings), _listening(settings) as listener, _database(settings, say) as url:
        migrate(url)
        clock = PacedClock(SystemClock())
        composition = compose(settings, database_url=url, clock=clock, mailer=make_mailer(settings, clock))
        with contextlib.closing(composition):
            door = InProcess()
            carriers = open_carriers(composition, deliver=door.deliver, folder=settings.var_dir)
            shown = load_demonstration(composition, carriers) if demonstration else None
            door.application = asgi_application(
                composition, pages=page_routes(composition, carriers, clock, shown)
            )
            simulates_doors = bool(simulated_operators(composition.operators))
            async with _running(composition, carriers, clock):
                await _serve(
                    door.application, listener, lambda: _announce(settings, shown, simulates_doors, say)
                )
    say("Rusuban has stopped.")


class _Server(uvicorn.Server):
    """Told to stop by a signal, it ends, and so does nothing else: uvicorn would raise the signal again once it has
    ended, and break off the stopping of all that was started before it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, self.handle_exit, one, None)
        yield


async def _serve(application: object, listener: socket.socket, started: Callable[[], object]) -> None:
    server = _Server(
        uvicorn.Config(
            application,  # type: ignore[arg-type]  # uvicorn spells ASGI its own way
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_SECONDS,
        )
    )
    asyncio.get_running_loop().call_soon(started)
    await server.serve(sockets=[listener])


@asynccontextmanager
async def _running(
    composition: Composition, carriers: list[OperatorsCarrier], clock: PacedClock
) -> AsyncIterator[None]:
    """The hot path, the worker and the sandbox carriers, while the server serves."""
    celery = make_celery(composition.settings.broker_url, composition.work)
    worker = (
        EmbeddedWorker(celery, composition.work)
        if composition.settings.broker_url == EMBEDDED_BROKER
        else None
    )
    signs = composition.work.signs
    # Workers of their own watch themselves.
    pulse = Pulse(celery, signs.said) if worker else Pulse(celery)
    watchdog = Watchdog(signs, worker.revive if worker else lambda: None, composition.work.measure)
    composition.hot.stored = pulse.wake
    composition.database.after_commit = pulse.wake
    async with composition.hot.opened():
        if worker is not None:
            await asyncio.to_thread(worker.start)
        pulse.start()
        watchdog.start()
        sandboxes = [asyncio.create_task(run_sandbox(one.sandbox, clock)) for one in carriers if one.sandbox]
        try:
            yield
        finally:
            for sandbox in sandboxes:
                sandbox.cancel()
            await asyncio.gather(*sandboxes, return_exceptions=True)
            await asyncio.to_thread(watchdog.stop)
            await asyncio.to_thread(pulse.stop)
            if worker is not None:
                await asyncio.to_thread(worker.stop)


@contextmanager
def _refusals() -> Iterator[None]:
    """Everything that an operator can mend becomes one line."""
    try:
        yield
    except UserError as error:
        raise CannotStart(error.sentence("en")) from error
    except (DatabaseTooNew, ProfileError) as error:
        raise CannotStart(str(error)) from error
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise CannotStart(f"the database cannot be reached ({reason}): check database_url") from error


@contextmanager
def _alone_in(settings: Settings) -> Iterator[None]:
    """Hold `var/` for this process: two services on one folder would disturb each other's carrier and secrets."""
    claim_layout(settings.var_dir, VAR_LAYOUT)
    lock = settings.var_dir / "run.lock"
    with _opened(lock) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = lock.read_text(encoding="ascii", errors="replace").strip() or "unknown"
            raise CannotStart(
                f"{settings.var_dir} is in use by another rusuban run (process {holder}): stop it, "
                "or choose another --var-dir and --port"
            ) from error
        os.ftruncate(held, 0)
        os.write(held, f"{os.getpid()}\n".encode())
        yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise CannotStart(f"{path} cannot be written ({error.strerror}): choose another --var-dir") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """The port, taken before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen(socket.SOMAXCONN)
        except OSError as error:
            raise CannotStart(
                f"port {settings.port} of {settings.host} cannot be used ({error.strerror}): "
                "stop what uses it, or choose another --port"
            ) from error
        yield listener


@contextmanager
def _database(settings: Settings, say: Callable[[str], object]) -> Iterator[str]:
    if settings.database_url is not None:
        yield settings.database_url
        return
    asked_for = settings.var_dir / "postgres"
    with EmbeddedServer(asked_for) as server:
        if server.folder != asked_for:
            say(f"PostgreSQL refuses root: it runs as {server.account}, with its files in {server.folder}")
        yield server.url


def _announce(
    settings: Settings, shown: Demonstration | None, simulates_doors: bool, say: Callable[[str], object]
) -> None:
    say(f"Rusuban is at {settings.public_url}  (Ctrl-C stops it)")
    say("")
    if simulates_doors:
        say(f"  Door simulator    {settings.public_url}{DOOR_SIMULATOR_PATH}")
    if shown is None:
        return
    say(f"  Phone simulator   {settings.public_url}/simulator")
    say(f"  Mail viewer       {settings.public_url}/mailbox")
    say(f"  API description   {settings.public_url}/api")
    say("")
    for account in shown.accounts:
        say(f"  {account.role:<14} {account.sign_in_name}  {account.password}")
    say("")
    say(f"  Dial {shown.number_national} on the simulator; {shown.rings_national} rings.")
    if shown.control_number is not None:
        say(f"  To steer by phone, set a PIN at /phones and dial {from_e164(shown.control_number).national}.")
