"""The database: one engine, one Session type, one way to open a transaction.

Only this module commits. A request, a webhook and a task are one transaction each; what is asked of a transaction that
may be repeated (a serialization failure, a deadlock) is asked again by `Database.run`.

Rows belong to an operator. Row-level security shows a session only the rows of the operator that it was opened for
(setting `rusuban.operator_id`), or, when it was opened for none, only the rows that belong to none.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy import BigInteger, DateTime, Engine, MetaData, Table, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.pool import Pool, QueuePool

from coworking.kit.errors import TryAgain
from coworking.kit.events import Subscriptions

SERVICE_ROLE = "rusuban_service"
HOT_ROLE = "rusuban_hot"

STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 5_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
POOL_SIZE = 10
POOL_OVERFLOW = 10
POOL_TIMEOUT_SECONDS = 5
CONNECT_TIMEOUT_SECONDS = 5

MOST_ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.01

# https://www.postgresql.org/docs/current/errcodes-appendix.html
SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
REPEATABLE = frozenset({SERIALIZATION_FAILURE, DEADLOCK_DETECTED})
# lock_not_available, query_canceled, disk_full, too_many_connections, out_of_memory, admin_shutdown, crash_shutdown,
# cannot_connect_now, idle_in_transaction_session_timeout: nothing was changed and a later try may do.
UNAVAILABLE = frozenset({"55P03", "57014", "53100", "53300", "53200", "57P01", "57P02", "57P03", "25P03"})

log = structlog.get_logger(__name__)
T = TypeVar("T")

AfterCommit = Callable[[Session], None]
"""Told once when a transaction that queued work has been committed; must not raise and must not use the session."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements over many rows, where the ORM's bookkeeping costs more than the rows."""
    return cast("Table", model.__table__)


Id = BigInteger
Instant = DateTime(timezone=True)


def sqlalchemy_url(url: str) -> str:
    """The URL with the driver that the service uses, whatever spelling of `postgresql` the settings have."""
    scheme, _, rest = url.partition("://")
    if scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError(f"not a PostgreSQL address: {scheme}://…")
    return f"postgresql+psycopg://{rest}"


def connection_options(role: str | None) -> str:
    """libpq `options` that set the role and the limits for every connection of a pool."""
    options = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
        "timezone": "UTC",
        **({"role": role} if role else {}),
    }
    return " ".join(f"-c {name}={value}" for name, value in options.items())


class Database:
    """One database as one role. `role=None` connects as the owner: migrations and tests only."""

    def __init__(
        self,
        url: str,
        *,
        role: str | None = SERVICE_ROLE,
        subscriptions: Subscriptions | None = None,
        poolclass: type[Pool] = QueuePool,
    ) -> None:
        self.url = url
        self.subscriptions = subscriptions or Subscriptions()
        self.after_commit: AfterCommit | None = None
        pool: dict[str, Any] = (
            {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW, "pool_timeout": POOL_TIMEOUT_SECONDS}
            if poolclass is QueuePool
            else {}
        )
        self.engine: Engine = create_engine(
            sqlalchemy_url(url),
            poolclass=poolclass,
            hide_parameters=True,  # what people stored does not belong in logs (R30)
            pool_pre_ping=poolclass is QueuePool,
            connect_args={"options": connection_options(role), "connect_timeout": CONNECT_TIMEOUT_SECONDS},
            **pool,
        )

    @contextmanager
    def transaction(self, operator_id: int | None = None) -> Iterator[Session]:
        """A session in one transaction for the rows of one operator: committed at the end, undone on any error.

        Raises `TryAgain` when the database is full, locked, slow or away, or chose this transaction to fail.
        """
        with unavailable_as_try_again(), self._transaction(operator_id) as session:
            yield session

    def run(self, work: Callable[[Session], T], operator_id: int | None = None) -> T:
        """`work` in one transaction; after a serialization failure or a deadlock the whole of it again (R13). Raises
        `TryAgain` as `transaction` does, after `MOST_ATTEMPTS`."""
        with unavailable_as_try_again():
            for attempt in range(1, MOST_ATTEMPTS + 1):
                try:
                    with self._transaction(operator_id) as session:
                        return work(session)
                except DBAPIError as error:
                    if sqlstate(error) not in REPEATABLE or attempt == MOST_ATTEMPTS:
                        raise
                    time.sleep(FIRST_PAUSE_SECONDS * 2**attempt * random.random())  # noqa: S311 - jitter, no secret
        raise AssertionError("unreachable")

    @contextmanager
    def _transaction(self, operator_id: int | None) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.info["subscriptions"] = self.subscriptions
            session.info["after_commit"] = self.after_commit
            belong_to(session, operator_id)
            yield session

    def close(self) -> None:
        self.engine.dispose()


BELONG_TO = text("SELECT set_config('rusuban.operator_id', :id, true)")
"""Read once: every transaction begins with it."""


def belong_to(session: Session, operator_id: int | None) -> None:
    """Show this transaction the rows of one operator only."""
    session.execute(BELONG_TO, {"id": "" if operator_id is None else str(operator_id)})
    session.info["operator_id"] = operator_id


def sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def violated_constraint(error: DBAPIError) -> str | None:
    """The name of the constraint that refused a row, so that a caller can say which rule it was."""
    diagnostic = getattr(error.orig, "diag", None)
    return getattr(diagnostic, "constraint_name", None)


@contextmanager
def unavailable_as_try_again() -> Iterator[None]:
    """A database that is full, locked, slow or away is the user's `try-again`, not a defect."""
    try:
        yield
    except PoolTimeoutError as error:
        log.warning("no database connection is free")
        raise TryAgain from error
    except DBAPIError as error:
        code = sqlstate(error)
        if code in UNAVAILABLE | REPEATABLE or (code is None and isinstance(error, OperationalError)):
            log.warning("database unavailable", sqlstate=code)
            raise TryAgain from error
        raise


@event.listens_for(Session, "after_commit")
def _tell_after_commit(session: Session) -> None:
    # SQLAlchemy also calls this when a SAVEPOINT is released.
    if session.in_nested_transaction():
        return
    told = session.info.get("after_commit")
    if told is not None and session.info.pop("queued", False):
        told(session)


@event.listens_for(Session, "do_orm_execute")
def _read_anew_what_is_locked(asked: ORMExecuteState) -> None:
    # Whoever waits for a lock wants the row as the one before has left it. The ORM would give the object that this
    # session read earlier, unchanged, for as long as anybody holds it.
    if getattr(asked.statement, "_for_update_arg", None) is not None:
        asked.update_execution_options(populate_existing=True)


@event.listens_for(Session, "before_flush")
def _refuse_rows_of_another_operator(session: Session, *_: Any) -> None:
    # Row-level security refuses these too; here the mistake is named at the place where it is made.
    if "operator_id" not in session.info:
        return
    for row in session.new:
        owner = getattr(row, "operator_id", None)
        if owner is not None and session.info["operator_id"] not in (None, owner):
            raise AssertionError(f"{type(row).__name__} of operator {owner} in a session of another")
