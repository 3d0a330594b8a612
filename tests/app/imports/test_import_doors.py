"""The two ways in: over the API for administrators, and the command line."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli.importing import import_file
from coworking.kit.clock import SystemClock
from coworking.kit.db import Database
from tests.api_house import ApiHouse, open_house

HEADER = "番号,種別,名前,メールアドレス,プラン,開始日,請求開始月,本人確認日"
GOOD = f"{HEADER}\r\nM-1,個人,佐藤 花子,sato@example.jp,virtual-office,2024/4/1,2026/6,2024/3/20\r\n"


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def post(house: ApiHouse, **body: object) -> dict[str, Any]:
    answer = house.ask(
        "POST",
        "/api/imports",
        token=house.staff["nex"],
        body={"kind": "members", **body},
        headers={"accept-language": "ja"},
    )
    return {"status": answer.status, **json.loads(answer.body)}


def test_a_spreadsheet_is_taken_over_once_and_its_members_are_there(house: ApiHouse) -> None:
    file = base64.b64encode(GOOD.encode("cp932")).decode()
    before = house.rows()
    dry = post(house, file=file)
    assert (dry["status"], dry["applied"], dry["new"], house.rows()) == (200, False, 1, before)
    done = post(house, file=file, dry_run=False)
    assert (done["applied"], done["lines"][0]["outcome"]) == (True, "new")
    assert post(house, file=file, dry_run=False)["same"] == 1
    found = json.loads(house.ask("GET", "/api/members?name=sato@example.jp", token=house.staff["nex"]).body)[
        "items"
    ]
    assert [(one["name"], one["status"]) for one in found] == [("佐藤 花子", "active")]


def test_refusals_speak_the_readers_language(house: ApiHouse) -> None:
    before = house.rows()
    report = post(house, csv=GOOD.replace("virtual-office", "no-plan"), dry_run=False)
    [line] = report["lines"]
    assert (report["applied"], line["line"], line["code"]) == (False, 2, "plan-not-allowed")
    assert line["sentence"].startswith("「no-plan」")
    for body, code in (
        ({"csv": "番号,名\n"}, "import-header-wrong"),
        ({"file": "AAAA"}, "import-file-unreadable"),
        ({"file": "?"}, "import-file-unreadable"),
        ({}, "import-file-unreadable"),
        ({"csv": GOOD, "file": "AAAA"}, "import-file-unreadable"),
    ):
        refused = post(house, dry_run=False, **body)
        assert (refused["status"], refused["code"]) == (422, code)
    assert house.rows() == before


def test_the_command_line_takes_over_and_says_so(
    clean_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUSUBAN_DATABASE_URL", clean_database.url)
    monkeypatch.setenv("RUSUBAN_VAR_DIR", str(tmp_path))
    file = tmp_path / "members.csv"
    file.write_text(GOOD.replace("2026/6", f"{SystemClock().now():%Y-%m}"), "utf-8-sig")

    def run(*more: str) -> tuple[int, str]:
        result = CliRunner().invoke(import_file, ["members", str(file), *more])
        return result.exit_code, result.output

    status, told = run("--operator", "nobody")
    assert (status, told) == (1, "nobody is not served here\n")
    assert run("--operator", "nex")[1].splitlines() == [
        "2: new M-1",
        "nothing written: 1 new, 0 same, 0 refused",
    ]
    assert run("--operator", "nex", "--apply")[1].splitlines()[-1] == "applied: 1 new, 0 same, 0 refused"
    file.write_text(GOOD.replace("2026/6", "1999-01"), "utf-8-sig")
    status, told = run("--operator", "nex", "--apply", "--language", "ja")
    assert status == 1
    assert "import-reference-reused" in told
