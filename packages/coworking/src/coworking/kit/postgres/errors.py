"""What can be wrong with the embedded server and with backups: one line each, with what to do about it."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from coworking.kit.errors import UserError


class EmbeddedServerError(UserError):
    code = "database-not-started"
    status = 503
    ja = "データベースを起動できません({reason})。詳しくは {log} を見てください。"
    en = "The database does not start ({reason}). {log} says more."


class ProgramsMissing(EmbeddedServerError):
    code = "database-programs-missing"
    ja = "PostgreSQL のプログラムがありません。`make setup` を実行してください。"
    en = "The programs of PostgreSQL are missing. Run `make setup`."


class DataFolderNewer(EmbeddedServerError):
    code = "data-folder-newer"
    ja = (
        "{folder} はより新しい版({found})で作られています(この版は {known})。"
        "新しい版を使うか、フォルダーを移してください。"
    )
    en = "{folder} was made by a newer version ({found}; this is {known}). Use that version or move it away."


class DataFolderOlder(EmbeddedServerError):
    code = "data-folder-older"
    ja = (
        "{folder} は PostgreSQL {found} で作られています(この版は {known})。"
        "前の版で `rusuban backup` を行い、フォルダーを移してから復元してください。"
    )
    en = (
        "{folder} was made by PostgreSQL {found}; this version brings {known}. "
        "Make a `rusuban backup` with the version before, move the folder away, then restore."
    )


class DataFolderBroken(EmbeddedServerError):
    code = "data-folder-broken"
    ja = "{folder} は壊れています({reason})。フォルダーを移し、バックアップから復元してください。"
    en = "{folder} is broken ({reason}). Move it away and restore a backup."


class DataFolderForbidden(EmbeddedServerError):
    code = "data-folder-forbidden"
    ja = "{path} を使う権限がありません。作成したアカウントで起動するか、別のフォルダーを指定してください。"
    en = (
        "{path} may not be used by this account. Start as the account that made it, or choose another folder."
    )


class PortTaken(EmbeddedServerError):
    code = "database-port-taken"
    ja = "ポート {port} は使用中です。使っているプログラムを止めるか、別のポートを指定してください。"
    en = "Port {port} is taken. Stop the program that uses it, or choose another port."


class DiskFull(EmbeddedServerError):
    code = "disk-full"
    ja = "{folder} のあるディスクがいっぱいです。空きを作ってからもう一度起動してください。"
    en = "The disk of {folder} is full. Make room, then start again."


class BackupFailed(EmbeddedServerError):
    code = "backup-failed"
    ja = "バックアップできません({reason})。"
    en = "No backup was made ({reason})."


class BackupDamaged(EmbeddedServerError):
    code = "backup-damaged"
    ja = "{file} はバックアップとして読めません({reason})。別のバックアップを使ってください。"
    en = "{file} cannot be read as a backup ({reason}). Use another one."


class RestoreFailed(EmbeddedServerError):
    code = "restore-failed"
    ja = "復元できません({reason})。データベースは変わっていません。"
    en = "Nothing was restored ({reason}). The database is unchanged."


class RestoreNotEmpty(EmbeddedServerError):
    code = "restore-not-empty"
    ja = "復元先のデータベース {database} は空ではありません。空のデータベースを指定してください。"
    en = "The database {database} is not empty. Restore into an empty one."


# What PostgreSQL and its programs say before the sentence that counts.
_SEVERITY = re.compile(r"(?:FATAL|PANIC|ERROR|error|fatal):\s+(?P<reason>.+)")


def reason_in(output: str) -> str:
    """The first sentence of a program's output that says why it failed, on one line."""
    found = _SEVERITY.search(output)
    if found:
        return found["reason"].strip().rstrip(".")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it ended without a message"


def error_in(output: str, *, folder: Path, log: Path, port: int | None = None) -> EmbeddedServerError:
    """The error that the output of `initdb` or `postgres` tells of."""
    if "No space left on device" in output:
        return DiskFull(folder=folder)
    if port is not None and "Address already in use" in output:
        return PortTaken(port=port)
    reason = reason_in(output)
    if re.search(r"pg_control|could not (?:open|access|read) .*(?:file|directory)", reason):
        return DataFolderBroken(folder=folder, reason=reason)
    return EmbeddedServerError(reason=reason, log=log)


def error_from(error: OSError, *, folder: Path, log: Path) -> EmbeddedServerError:
    """The error that a failed use of a file tells of."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(folder=folder)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DataFolderForbidden(path=error.filename or folder)
    return EmbeddedServerError(reason=f"{error.strerror}: {error.filename or folder}", log=log)
