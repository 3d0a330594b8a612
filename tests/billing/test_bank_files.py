"""The bank's files through the API: raw or in a form, refused whole with where and why, read once; one assignment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.asgi import Answer
from coworking.kit.db import Database
from tests.api_house import ApiHouse, open_house, problem

FILES = "/api/deposits/files"
GOOD = "日付,入金額,摘要\r\n2026/6/9,700,ﾀﾞﾚｶ\r\n".encode("cp932")
FORM = (
    b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n'
    b"content-type: text/csv\r\n\r\n" + GOOD + b"\r\n--x--\r\n"
)


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def send(
    house: ApiHouse, content: bytes, kind: str = "application/octet-stream", language: str = "ja"
) -> Answer:
    headers = {"content-type": kind, "accept-language": language}
    return house.ask("POST", FILES, token=house.staff["nex"], raw=content, headers=headers)


def test_a_file_is_read_once_however_it_is_sent(house: ApiHouse) -> None:
    answer = send(house, FORM, "multipart/form-data; boundary=x")
    assert answer.status == 201
    assert json.loads(answer.body)["entered"] == 1
    again = send(house, GOOD)
    assert (again.status, problem(again)["code"]) == (409, "bank-file-already-read")


@pytest.mark.parametrize(
    ("content", "kind", "code", "ja", "en"),
    [
        (b"", "", "bank-file-refused", "0件目、size", "record 0, size"),
        (GOOD.replace(b"700", b"7x0"), "", "bank-file-refused", "2件目、amount", "record 2, amount"),
        (GOOD.replace(b"6/9", b"6/31"), "", "bank-file-refused", "2件目、day", "record 2, day"),
        (GOOD.replace(b"6/9", b"7/9"), "", "bank-file-refused", "2件目、day", "record 2, day"),
        (b"\x00" * 400, "", "bank-file-refused", "件目", "record"),
        (b"1010" + b"\x00" * 196, "", "bank-file-refused", "0件目、encoding", "record 0, encoding"),
        (b"x", "multipart/form-data", "form-not-understood", "形式", "format"),
        (b"--x\r\n", "multipart/form-data; boundary=x", "bank-file-refused", "0件目", "record 0"),
    ],
)
def test_what_is_no_bank_file_is_refused_whole(
    house: ApiHouse, content: bytes, kind: str, code: str, ja: str, en: str
) -> None:
    before = house.rows()
    for language, words in (("ja", ja), ("en", en)):
        found = problem(send(house, content, kind or "application/octet-stream", language))
        assert found["code"] == code
        assert words in found["detail"]
    assert house.rows() == before


def test_a_deposit_is_assigned_once_though_two_do_it(house: ApiHouse) -> None:
    path = f"/api/deposits/{house.first.deposit_id}/assign"
    members = [house.first.member_id, house.second.member_id]
    with ThreadPoolExecutor(2) as two:
        found = two.map(
            lambda member_id: (
                house.ask("POST", path, token=house.staff["nex"], body={"member_id": member_id}).status
            ),
            members,
        )
        assert sorted(found) == [200, 409]
