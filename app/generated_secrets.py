"""Secrets that nobody has to think of: made once and kept in the var folder, readable by its owner only."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

SECRET_KEY_FILE = "secret.key"  # noqa: S105 - a file's name
FIELD_KEY_FILE = "field.key"
SANDBOX_ACCOUNTS_FILE = "sandbox-accounts.json"
SECRET_KEY_BYTES = 32
LEAST_SECRET_KEY_LENGTH = 32  # characters

FIELD_KEY = re.compile(r"[a-z0-9]{1,16}:[A-Za-z0-9+/]{43}=", re.ASCII)
ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}", re.ASCII)
AUTH_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


class UnusableSecretError(Exception):
    """A file of secrets that cannot be read, written or understood.

    It is never replaced: what was signed with it or bought with it would be lost.
    """

    def __init__(self, path: Path, reason_ja: str, reason_en: str) -> None:
        self.path = path
        self.reason_ja = reason_ja
        self.reason_en = reason_en
        super().__init__(f"{path}: {reason_en}")


@dataclass(frozen=True, slots=True)
class SandboxAccount:
    """What the sandbox carrier and its customer know of each other."""

    account_sid: str
    auth_token: str


def secret_key(var_dir: Path, *, keep: bool) -> str:
    """The key that signs what the service gives out. A new one is written only with `keep`."""
    path = var_dir / SECRET_KEY_FILE
    made = secrets.token_hex(SECRET_KEY_BYTES)
    text = _read(path)
    if text is None:
        text = _write_once(path, made + "\n") if keep else made
    key = text.strip()
    if len(key) < LEAST_SECRET_KEY_LENGTH:
        raise UnusableSecretError(
            path,
            f"鍵が{LEAST_SECRET_KEY_LENGTH}文字より短いです。バックアップから戻すか、消してください",
            f"the key is shorter than {LEAST_SECRET_KEY_LENGTH} characters: restore the file or remove it",
        )
    return key


def field_key(var_dir: Path, *, keep: bool) -> str:
    """The key that fields are sealed with, as `FieldKeys.read` takes it. A new one is written only with `keep`."""
    path = var_dir / FIELD_KEY_FILE
    made = f"first:{base64.b64encode(secrets.token_bytes(SECRET_KEY_BYTES)).decode()}"
    text = _read(path)
    if text is None:
        text = _write_once(path, made + "\n") if keep else made
    key = text.strip()
    if not FIELD_KEY.fullmatch(key):
        raise UnusableSecretError(
            path,
            "「名前:32バイトのBase64」ではありません。バックアップから戻してください",
            "this is not id:base64 of 32 bytes: restore the file from a backup",
        )
    return key


def sandbox_account(var_dir: Path, profile: str, *, keep: bool) -> SandboxAccount:
    """The account of one operator on the sandbox carrier. A new one is written only with `keep`."""
    path = var_dir / SANDBOX_ACCOUNTS_FILE
    accounts = _accounts(path, _read(path))
    if profile not in accounts:
        made = SandboxAccount(f"AC{secrets.token_hex(16)}", secrets.token_hex(16))
        if not keep:
            return made
        accounts[profile] = made
        text = json.dumps(
            {
                name: {"account_sid": a.account_sid, "auth_token": a.auth_token}
                for name, a in accounts.items()
            },
            indent=2,
        )
        _replace(path, text + "\n")
    return accounts[profile]


def _accounts(path: Path, text: str | None) -> dict[str, SandboxAccount]:
    if text is None:
        return {}
    try:
        accounts = {name: SandboxAccount(**entry) for name, entry in json.loads(text).items()}
        if all(
            ACCOUNT_SID.fullmatch(account.account_sid) and AUTH_TOKEN.fullmatch(account.auth_token)
            for account in accounts.values()
        ):
            return accounts
    except (ValueError, TypeError, AttributeError):
        pass
    raise UnusableSecretError(
        path,
        "内容が壊れています。バックアップから戻すか、消してください",
        "it is damaged: restore the file or remove it",
    )


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise UnusableSecretError(
            path,
            "内容が壊れています。バックアップから戻すか、消してください",
            "it is damaged: restore the file or remove it",
        ) from error
    except OSError as error:
        raise _unusable(path, error) from error


def _write_once(path: Path, text: str) -> str:
    """The text of the file after this: another program that started at the same time may have been first."""
    try:
        unfinished = _unfinished(path, text)
        try:
            os.link(unfinished, path)
        except FileExistsError:
            return path.read_text(encoding="ascii")
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error
    return text


def _replace(path: Path, text: str) -> None:
    try:
        _unfinished(path, text).replace(path)
    except OSError as error:
        raise _unusable(path, error) from error


def _unfinished(path: Path, text: str) -> Path:
    """The text in a file beside `path`, complete on the disk, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp gives 0600
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _unusable(path: Path, error: OSError) -> UnusableSecretError:
    reason = error.strerror or type(error).__name__
    return UnusableSecretError(path, f"読み書きできません: {reason}", f"cannot be read or written: {reason}")
