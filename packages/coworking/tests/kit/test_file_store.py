"""A folder and a bucket keep files alike; what is wrong with either is one word to try again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coworking.kit.errors import TryAgain
from coworking.kit.file_store import (
    LARGEST_FILE_BYTES,
    BucketAddress,
    FileGone,
    FileStore,
    FolderStore,
    open_file_store,
)
from packages.coworking.tests.kit.object_store import BUCKET, WRITTEN_AT, ObjectServer, object_server

KEY = "op1/ab/0123456789abcdef"


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as server:
        yield server


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, server: ObjectServer) -> FileStore:
    server.objects.clear()
    server.is_broken = False
    return open_file_store("folder" if request.param == "folder" else server.url(), tmp_path / "files")


def test_what_is_put_is_there_until_it_is_deleted(store: FileStore) -> None:
    for data in (b"one", b"", bytes(range(256)) * 5_000):
        store.put(KEY, data)
        assert store.get(KEY) == data
    for _ in range(2):
        store.delete(KEY)
        with pytest.raises(FileGone):
            store.get(KEY)


def test_keys_are_those_of_a_folder_that_are_old_enough(store: FileStore, tmp_path: Path) -> None:
    for key in (KEY, "op1/cd/1", "op2/ab/1"):
        store.put(key, b"x")
    for path in (tmp_path / "files").rglob("*"):
        os.utime(path, (WRITTEN_AT.timestamp(),) * 2)
    later = WRITTEN_AT + timedelta(seconds=1)
    assert set(store.keys("op1/", before=later)) == {KEY, "op1/cd/1"}
    assert list(store.keys("op1/", before=WRITTEN_AT)) == []
    assert list(store.keys("op3/", before=later)) == []


@pytest.mark.parametrize("key", ["", "a", "/a/b", "../a/b", "a/../b", "A/b", "a/b.c", "a//b", "a/b\n"])
def test_a_key_leads_nowhere_else(store: FileStore, key: str) -> None:
    for use in (store.get, store.delete, lambda key: store.put(key, b"")):
        with pytest.raises(ValueError, match="key"):
            use(key)


def test_a_file_that_is_too_large_is_not_taken(store: FileStore) -> None:
    with pytest.raises(ValueError, match="bytes"):
        store.put(KEY, bytes(LARGEST_FILE_BYTES + 1))


def test_a_folder_shows_files_to_its_account_only_and_nothing_half_written(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    store.put(KEY, b"x")
    assert (tmp_path / "files" / KEY).stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == [Path(KEY).name]
    (tmp_path / "taken").write_text("no folder")
    with pytest.raises(TryAgain):
        FolderStore(tmp_path / "taken").put(KEY, b"x")


def test_what_a_crash_left_half_written_stops_no_sweep(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(KEY, b"x")
    (tmp_path / f"{KEY}.01234567.part").write_bytes(b"half")
    assert list(store.keys("op1/", before=datetime.now(UTC) + timedelta(days=1))) == [KEY]


def test_what_could_not_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TryAgain):
        FolderStore(tmp_path).put(KEY, b"x")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_store_that_refuses_or_is_away_is_asked_again_later(server: ObjectServer) -> None:
    with pytest.raises(TryAgain):
        open_file_store(server.url(secret="another"), Path()).put(KEY, b"x")
    away = "s3+plain://key:secret@127.0.0.1:1/office-files"
    with pytest.raises(TryAgain) as raised:
        open_file_store(away, Path()).get(KEY)
    assert "secret" not in str(raised.value)


def test_an_address_names_host_bucket_and_region() -> None:
    address = BucketAddress.parse(f"s3://A%2FK:s%3Ae%40c@store.example.jp:9000/{BUCKET}?region=jp-1")
    assert address == BucketAddress("https://store.example.jp:9000", BUCKET, "jp-1", "A/K", "s:e@c")
    assert "s:e@c" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "files", "http://a:b@host/bucket", "s3://host/bucket", "s3://a@host/bucket", "s3://a:b@host", "s3://a:b@/bucket",
        "s3://a:b@host/Bucket_1", "s3://a:b@host/bucket/more", "s3://a:b@host/bucket?region=", "s3://a:b@host/bucket?x=1",
        "s3://a:b@host:x/bucket",
    ],
)  # fmt: skip
def test_another_address_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        BucketAddress.parse(text)
    assert "a:b" not in str(raised.value)
