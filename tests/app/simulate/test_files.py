"""From arguments to exit codes and what is printed, with the real application underneath."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.profiles import SHIPPED
from app.simulate import files
from app.simulate.databases import Databases
from coworking.kit.db import Database
from tests.databases import delete_everything

CALL = """\
scenario: 一本の電話
operator: nex
starts: 2026-06-01T09:00
steps:
  - {do: join, as: sato, plan: virtual-office, kind: company, name: 佐藤商店}
  - {do: rent-line, as: desk, member: sato, line_plan: incoming-outgoing}
  - {do: rent-line, member: sato, line_plan: incoming-outgoing, refused: line-quota-reached}
  - {do: set-forwarding, line: desk, to: ["090-1234-5678"]}
  - {do: call, as: c, from: "03-6666-7777", to: desk, answered_by: "090-1234-5678", after: 8, talks: 61,
     repeat: {times: 2}}
  - {do: call, from: "03-6666-7777", to: desk}
expect:
  - count(calls) == 3
"""
WAIT = "scenario: waiting\noperator: nex\nstarts: 2026-06-01T09:00\nsteps: [{do: wait, days: 1}]\n"


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, database_url: str, clean_database: Database) -> None:
    """Runs use this worker's database instead of a server of their own."""

    @contextmanager
    def fresh() -> Iterator[str]:
        yield database_url
        delete_everything(database_url)

    @contextmanager
    def open_databases(url: str | None) -> Iterator[Databases]:
        yield Databases(fresh)

    monkeypatch.setattr(files, "open_databases", open_databases)


class Run:
    """One run of the command, with what it printed."""

    def __init__(
        self, *paths: Path, profile: Path | None = None, language: str = "en", **options: Any
    ) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.exit_code = files.simulate(
            paths,
            as_json=options.get("as_json", False),
            database_url=None,
            profile_path=profile,
            language=language,
            out=out,
            err=err,
        )
        self.out, self.err = out.getvalue(), err.getvalue()


def _file(folder: Path, text: str, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


RESULT_KEYS = {
    "scenario", "operator", "ended_at", "members", "lines", "calls", "charges", "invoices", "reservations",
    "door_events", "mail", "notices", "refused",
}  # fmt: skip
"""What every result has by the format; the product may say more."""


def test_the_result_as_json(tmp_path: Path, database: None) -> None:
    run = Run(_file(tmp_path, CALL), as_json=True)
    assert (run.exit_code, run.err) == (0, "")
    result = json.loads(run.out)
    assert set(result) >= RESULT_KEYS
    assert (result["scenario"], result["operator"], result["failures"]) == ("一本の電話", "nex", [])
    member = result["members"]["sato"]
    assert (member["kind"], member["plan"], member["status"]) == ("company", "virtual-office", "active")
    assert (member["company"], member["starts_on"], member["ends_on"]) == ("佐藤商店", "2026-06-01", None)
    line = result["lines"]["desk"]
    assert (line["member"], line["area_code"], line["status"]) == ("sato", "03", "active")
    assert line["starts_at"] == "2026-06-01T09:00"
    assert line["forwarding"]["to"] == ["+819012345678"]
    assert list(result["calls"])[:2] == ["c.1", "c.2"]
    call = result["calls"]["c.2"]
    assert (call["line"], call["direction"], call["class"]) == ("desk", "in", "mobile")
    assert (call["from"], call["to"]) == ("+81366667777", line["number"])
    assert (call["outcome"], call["started_at"], call["answered_at"]) == (
        "answered",
        "2026-06-01T09:01:09",
        "2026-06-01T09:01:17",
    )
    assert (call["seconds"], call["units"], call["unit_seconds"]) == (61, 2, 60)
    assert (call["unit_price"], call["amount"], call["month"]) == ("32", "64", "2026-06")
    forward = call["legs"][-1]
    assert (forward["role"], forward["to"], forward["class"]) == ("forward", "+819012345678", "mobile")
    assert (forward["seconds"], forward["status"]) == (61, "completed")
    missed = list(result["calls"].values())[2]
    assert (missed["outcome"], missed["units"], missed["amount"]) == ("no-answer", 0, "0")
    charges = [charge for charge in result["charges"].values() if charge["what"] == "call"]
    assert [(charge["member"], charge["amount"]) for charge in charges] == [("sato", "64"), ("sato", "64")]
    assert charges[0]["due_on"] == "2026-07-31"
    assert result["refused"] == {"3": {"step": 3, "line": 7, "do": "rent-line", "code": "line-quota-reached"}}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["as expected", "6 steps, 1 refusals", "Calls", "61 s  2 × 32 = 64", "Charges by month"]),
        ("ja", ["期待どおりです", "手順 6 件、拒否 1 件", "通話", "料金（月別）"]),
    ],
)
def test_the_result_for_people(tmp_path: Path, database: None, language: str, said: list[str]) -> None:
    run = Run(_file(tmp_path, CALL), language=language)
    assert (run.exit_code, run.err) == (0, "")
    for text in said:
        assert text in run.out
    assert re.search(r"^  2026-06  sato  call +2  128$", run.out, re.MULTILINE)


def test_what_does_not_come_out_is_told_with_both_sides(tmp_path: Path, database: None) -> None:
    path = _file(tmp_path, WAIT + "expect: [count(calls) == 1]\n")
    run = Run(path, as_json=True)
    assert run.exit_code == 1
    assert run.err == f"{path}:5: does not hold: count(calls) == 1 (left is 0, right is 1)\n"
    [failure] = json.loads(run.out)["failures"]
    assert (failure["file"], failure["line"], failure["code"]) == (str(path), 5, "expectation")


def test_an_unexpected_refusal_is_told_with_its_sentence(tmp_path: Path, database: None) -> None:
    text = WAIT.replace("{do: wait, days: 1}", "{do: join, plan: gold}")
    run = Run(_file(tmp_path, text), language="ja")
    assert run.exit_code == 1
    assert (
        "a.yaml:4: 手順「join」が拒まれました: plan-not-allowed（「gold」というプランはありません" in run.err
    )


def test_a_path_that_leads_nowhere_fails_the_run(tmp_path: Path, database: None) -> None:
    run = Run(_file(tmp_path, WAIT + "expect: [calls.c1.units == 1]\n"))
    assert run.exit_code == 1
    assert "cannot be compared: calls.c1.units == 1 (calls has no “c1”" in run.err


def test_every_scenario_of_a_folder_is_run(tmp_path: Path, database: None) -> None:
    _file(tmp_path, WAIT, "b.yaml")
    _file(tmp_path, WAIT.replace("waiting", "first") + "expect: [count(calls) == 1]\n")
    _file(tmp_path, "no scenario", "notes.txt")
    run = Run(tmp_path, as_json=True)
    assert run.exit_code == 1
    assert [json.loads(line)["scenario"] for line in run.out.splitlines()] == ["first", "waiting"]


def test_one_that_is_malformed_is_told_and_the_others_are_run(tmp_path: Path, database: None) -> None:
    bad = _file(tmp_path, WAIT.replace("wait,", "weit,"), "bad.yaml")
    _file(tmp_path, WAIT, "good.yaml")
    run = Run(tmp_path, tmp_path / "none.yaml", as_json=True)
    assert run.exit_code == 2
    assert [json.loads(line)["scenario"] for line in run.out.splitlines()] == ["waiting"]
    assert f"{bad}:4: unknown action “weit”" in run.err
    assert f"{tmp_path / 'none.yaml'}: cannot be read" in run.err


def test_a_folder_without_scenarios_is_told(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert (run.exit_code, run.err) == (2, f"{tmp_path}: this folder has no *.yaml file\n")


def test_an_operator_that_is_not_shipped_is_told(tmp_path: Path) -> None:
    run = Run(_file(tmp_path, WAIT.replace("nex", "nexx")))
    assert run.exit_code == 2
    assert "a.yaml:2: no operator profile “nexx”; allowed: jsug, netsugen, nex, sakura, " in run.err
    assert "did you mean “nex”" in run.err


def test_a_profile_by_its_path_beside_the_scenario(tmp_path: Path, database: None) -> None:
    profile = (SHIPPED / "nex.toml").read_text(encoding="utf-8")
    dearer = profile.replace("unit_price = 32 }", "unit_price = 40 }", 1)
    assert dearer != profile
    _file(tmp_path, dearer, "dearer.toml")
    path = _file(tmp_path, CALL.replace("operator: nex", "operator: dearer.toml"))
    run = Run(path, as_json=True)
    assert (run.exit_code, run.err) == (0, "")
    assert json.loads(run.out)["calls"]["c.1"]["amount"] == "80"
    assert (
        json.loads(Run(path, profile=SHIPPED / "nex.toml", as_json=True).out)["calls"]["c.1"]["amount"]
        == "64"
    )


def test_a_broken_profile_is_told(tmp_path: Path) -> None:
    broken = _file(tmp_path, "[operator]\nname = 3\n", "broken.toml")
    run = Run(_file(tmp_path, WAIT), profile=broken)
    assert run.exit_code == 2
    assert "the operator profile is not valid" in run.err
