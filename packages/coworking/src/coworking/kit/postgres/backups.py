"""Backups in the custom format of pg_dump, checked when they are made and before they are used."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from coworking.kit.db import HOT_ROLE, SERVICE_ROLE
from coworking.kit.digests import differs, digest_of, write_digest
from coworking.kit.postgres.errors import (
    BackupDamaged,
    BackupFailed,
    RestoreFailed,
    RestoreNotEmpty,
    error_from,
    reason_in,
)
from coworking.kit.postgres.programs import find_programs

CONNECT_TIMEOUT_SECONDS = 10


def backup(url: str, to: Path) -> Path:
    """Write all of the database to the file `to` (mode 0600), and its SHA-256 beside it; returns `to`.

    The database may be at work meanwhile: the backup is of one moment. It gets its name when it is complete
    and has been read once more from beginning to end.
    """
    partial = to.with_name(to.name + ".partial")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise error_from(error, folder=to.parent, log=to) from error
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        done = _run("pg_dump", "--format=custom", f"--file={partial}", url=url)
        if done.returncode != 0:
            raise BackupFailed(reason=reason_in(done.stderr))
        _read_through(partial)
        digest = digest_of(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(to)
        write_digest(to, digest)
    except OSError as error:
        raise error_from(error, folder=to.parent, log=to) from error
    finally:
        partial.unlink(missing_ok=True)
    return to


def verify(file: Path) -> None:
    """Raise `BackupDamaged` unless the file is the backup that was written."""
    try:
        if differs(file):
            raise BackupDamaged(file=file, reason="its SHA-256 differs")
    except OSError as error:
        raise BackupDamaged(file=file, reason=error.strerror) from error
    _read_through(file)


def restore(url: str, file: Path, *, roles: Iterable[str] = (SERVICE_ROLE, HOT_ROLE)) -> None:
    """Restore a backup into an empty database: all of it or nothing.

    Roles belong to the server, not to a database: those that the backup grants something to are made if
    need be.
    """
    verify(file)
    try:
        with psycopg.connect(_libpq(url), connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            tables = connection.execute(
                "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
                " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
            ).fetchone()
            if tables != (0,):
                raise RestoreNotEmpty(database=connection.info.dbname)
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role in roles:
                if role not in known:
                    connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    except psycopg.Error as error:
        raise RestoreFailed(reason=reason_in(str(error))) from error
    done = _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(file), url=url)
    if done.returncode != 0:
        raise RestoreFailed(reason=reason_in(done.stderr))


def _read_through(file: Path) -> None:
    """Have the table of contents and every compressed block of a backup read, which checks them."""
    for arguments in (["--list"], [f"--file={os.devnull}"]):
        done = _run("pg_restore", *arguments, str(file))
        if done.returncode != 0:
            raise BackupDamaged(file=file, reason=reason_in(done.stderr))


def _run(program: str, *arguments: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL; the password goes through its environment, hidden from other accounts."""
    environment = {**os.environ, "LC_ALL": "C", "PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT_SECONDS)}
    options: list[str] = []
    if url is not None:
        parameters = conninfo_to_dict(_libpq(url))
        environment["PGPASSWORD"] = str(parameters.pop("password", "") or "")
        options = [f"--dbname={make_conninfo('', **parameters)}"]
    return subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
        [find_programs().path(program), *options, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )


def _libpq(url: str) -> str:
    """The address without the driver that SQLAlchemy's spelling names."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme.split('+')[0]}{separator}{rest}"
