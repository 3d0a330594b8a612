"""What all tests share: the folder of the run, its servers and its databases (see tests/databases.py).

`--postgres15` runs every test that uses a database a second time, against Debian's PostgreSQL 15;
RUSUBAN_TEST_DATABASE_URL names a superuser's address on a server to use instead of the embedded one.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.orm import Session

from coworking.kit.db import Database
from tests.databases import EMBEDDED, POSTGRES15, Databases, default_server, delete_everything, drop_template
from tests.processes import end_run, make_run_folder

RUN_FOLDER = pytest.StashKey[Path]()
# A browser, a broker, a page and a scenario do the same whatever the database is. What the servers could differ in is
# asked where the statements are: in the kit, membership, billing, numbers, metering, the settling of calls.
ONCE_ONLY = (
    "tests/app/accounts",
    "tests/app/cli",
    "tests/app/console",
    "tests/app/doors",
    "tests/app/imports",
    "tests/app/member",
    "tests/app/published",
    "tests/app/simulate",
    "tests/app/test_api",
    "tests/app/test_door_agent",
    "tests/app/test_list_files.py",
    "tests/app/test_operators_side_by_side.py",
    "tests/billing/test_bank_files.py",
    "tests/browser",
    "tests/lives",
    "tests/mail_handling",
    "tests/scenarios",
    "tests/servers",
    "tests/telephony/forwarding/calling_out",
    "tests/telephony/forwarding/control",
    "tests/telephony/forwarding/member_webhooks",
    "tests/telephony/forwarding/voicemail",
    "tests/telephony/numbers/test_numbers_api.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres15", action="store_true", help="run database tests against Debian's PostgreSQL 15, too"
    )
    parser.addoption(
        "--lives",
        type=int,
        default=1,
        metavar="N",
        help="live N random lives with each operator (tests/lives)",
    )


def pytest_configure(config: pytest.Config) -> None:
    _plain_logs()
    worker_input = getattr(config, "workerinput", None)
    if worker_input is not None:
        config.stash[RUN_FOLDER] = Path(worker_input["run_folder"])
        return
    config.stash[RUN_FOLDER] = make_run_folder()
    # Somebody who ends the run with SIGTERM wants its servers ended as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _plain_logs() -> None:
    """Until a test configures logging itself. Left alone, structlog draws tracebacks with every local value, which
    takes seconds under Hypothesis."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist, before it starts, where the run's folder is."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and RUN_FOLDER in config.stash:
        drop_template(config.stash[RUN_FOLDER])
        end_run(config.stash[RUN_FOLDER])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    path = metafunc.definition.path.relative_to(metafunc.config.rootpath).as_posix()
    if (
        metafunc.config.getoption("--postgres15")
        and "database_server" in metafunc.fixturenames
        and not path.startswith(ONCE_ONLY)
    ):
        metafunc.parametrize("database_server", [EMBEDDED, POSTGRES15], indirect=True, scope="session")


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """A folder for servers, shared by all workers and reachable by every account; removed after the run."""
    return pytestconfig.stash[RUN_FOLDER]


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config, run_folder: Path) -> Iterator[Databases]:
    worker = getattr(pytestconfig, "workerinput", {"workerid": "main"})["workerid"]
    databases = Databases(run_folder, worker)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> str:
    """Which server the test's database is on."""
    return getattr(request, "param", default_server())


@pytest.fixture(scope="session")
def database_url(databases: Databases, database_server: str) -> str:
    """This worker's migrated database, as its owner. A test that commits to it asks for `clean_database`, too."""
    return databases.url(database_server)


@pytest.fixture
def session(databases: Databases, database_server: str) -> Iterator[Session]:
    """A session as the service's role, of which nothing stays; what the test commits is a savepoint."""
    with databases.as_service(database_server).engine.connect() as connection:
        transaction = connection.begin()
        with Session(
            bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        transaction.rollback()


@pytest.fixture
def clean_database(databases: Databases, database_server: str, database_url: str) -> Iterator[Database]:
    """The database as the service's role, for tests of edges: what they commit is deleted afterwards."""
    yield databases.as_service(database_server)
    delete_everything(database_url)
