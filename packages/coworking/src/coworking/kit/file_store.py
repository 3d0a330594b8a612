"""Where files lie: a folder of this machine, or a bucket of an S3-compatible store by its address.

A store knows keys and bytes only. What a file is, whose it is and the secret that it is sealed with stand in the
database (`stored_files`); nobody gets a link to a store.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as ObjectNotFound
from obstore.store import S3Store

from coworking.kit.errors import TryAgain

LARGEST_FILE_BYTES = 32 * 1024 * 1024
CONNECT_TIMEOUT = timedelta(seconds=3)
ANSWER_TIMEOUT = timedelta(seconds=10)
MOST_RETRIES = 2
USUAL_REGION = "us-east-1"
S3_URL_WORDS = "s3://KEY:SECRET@host[:port]/bucket (s3+plain:// without TLS)"

_KEY = re.compile(r"[a-z0-9]+(?:/[a-z0-9]+){1,5}", re.ASCII)
_SCHEMES = {"s3": "https", "s3+plain": "http"}

log = structlog.get_logger(__name__)


class FileGone(Exception):
    """The store has no file of that key."""


class FileStore(Protocol):
    """Files by key; a key is lower-case letters, digits and slashes. Every method raises `TryAgain` where the store
    cannot be reached."""

    def put(self, key: str, data: bytes) -> None:
        """All of it or nothing; it lasts when this returns. Raises ValueError over `LARGEST_FILE_BYTES`."""

    def get(self, key: str) -> bytes:
        """Raises `FileGone`."""

    def delete(self, key: str) -> None:
        """A file that is not there is deleted."""

    def keys(self, prefix: str, *, before: datetime) -> Iterator[str]:
        """Of the files in a folder that were written before an instant. What is there under no key is passed over."""


@dataclass(frozen=True)
class FolderStore:
    """A file for each key, readable by this account only."""

    folder: Path

    def put(self, key: str, data: bytes) -> None:
        _require_size(data)
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
            try:
                descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            _sync_folder(path.parent)
        except OSError as error:
            log.warning("file not written", error=type(error).__name__, errno=error.errno)
            raise TryAgain from error

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise FileGone from error
        except OSError as error:
            raise TryAgain from error

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise TryAgain from error

    def keys(self, prefix: str, *, before: datetime) -> Iterator[str]:
        for path in sorted((self.folder / prefix).rglob("*")):
            key = path.relative_to(self.folder).as_posix()
            try:
                is_old = path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
            except FileNotFoundError:
                continue
            if is_old and is_key(key):
                yield key

    def _path(self, key: str) -> Path:
        _require_key(key)
        return self.folder / key


@dataclass(frozen=True)
class BucketAddress:
    """`url` is scheme, host and port of the store."""

    url: str
    bucket: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> BucketAddress:
        """From `s3://KEY:SECRET@host[:port]/bucket[?region=…]`, `%` codes in key and secret allowed. Raises ValueError,
        which never holds the secret."""
        parts = urlsplit(text)
        bucket = parts.path.strip("/")
        if (
            parts.scheme not in _SCHEMES
            or not parts.hostname
            or not re.fullmatch(r"[a-z0-9.-]{3,63}", bucket)
        ):
            raise ValueError(f"an address of a bucket reads {S3_URL_WORDS}")
        if not parts.username or not parts.password or parts.fragment:
            raise ValueError("the address of a bucket has a key and a secret")
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        region = asked.pop("region", USUAL_REGION)
        if asked or not re.fullmatch(r"[a-z0-9-]{1,40}", region):
            raise ValueError("a bucket's address takes region only")
        port = f":{parts.port}" if parts.port else ""
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(
            f"{_SCHEMES[parts.scheme]}://{host}{port}",
            bucket,
            region,
            unquote(parts.username),
            unquote(parts.password),
        )


class BucketStore:
    """Objects of an S3-compatible store."""

    def __init__(self, address: BucketAddress) -> None:
        self._store = S3Store(
            address.bucket,
            endpoint=address.url,
            region=address.region,
            access_key_id=address.access_key,
            secret_access_key=address.secret_key,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": address.url.startswith("http://"),
                "connect_timeout": CONNECT_TIMEOUT,
                "timeout": ANSWER_TIMEOUT,
            },
            retry_config={"max_retries": MOST_RETRIES, "retry_timeout": ANSWER_TIMEOUT},
        )

    def put(self, key: str, data: bytes) -> None:
        _require_size(data)
        _require_key(key)
        try:
            obstore.put(self._store, key, data, use_multipart=False)
        except BaseError as error:
            raise _away(error) from error

    def get(self, key: str) -> bytes:
        _require_key(key)
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except (ObjectNotFound, FileNotFoundError) as error:
            raise FileGone from error
        except BaseError as error:
            raise _away(error) from error

    def delete(self, key: str) -> None:
        _require_key(key)
        try:
            obstore.delete(self._store, key)
        except (ObjectNotFound, FileNotFoundError):
            return
        except BaseError as error:
            raise _away(error) from error

    def keys(self, prefix: str, *, before: datetime) -> Iterator[str]:
        try:
            for chunk in obstore.list(self._store, prefix):
                yield from (one["path"] for one in chunk if one["last_modified"] < before)
        except BaseError as error:
            raise _away(error) from error


def open_file_store(text: str, folder: Path) -> FileStore:
    """By the setting: `folder`, or the address of a bucket. Raises ValueError."""
    return FolderStore(folder) if text == "folder" else BucketStore(BucketAddress.parse(text))


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def _require_key(key: str) -> None:
    if not is_key(key):
        raise ValueError("a key is lower-case letters, digits and slashes")


def _require_size(data: bytes) -> None:
    if len(data) > LARGEST_FILE_BYTES:
        raise ValueError(f"a file has at most {LARGEST_FILE_BYTES} bytes")


def _sync_folder(folder: Path) -> None:
    # A name that was moved into a folder lasts once the folder itself is written.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _away(error: Exception) -> TryAgain:
    # The library's own words may hold the address with its key.
    log.warning("file store refused", error=type(error).__name__)
    return TryAgain()
