"""The same life under two profiles: what each member would pay more or less, month by month."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from app.profiles import SHIPPED
from app.simulate import files
from app.simulate.comparing import Difference, Paid, differences, write_differences
from app.simulate.databases import Databases
from coworking.kit.db import Database
from tests.databases import delete_everything

LIFE = """\
scenario: 入会
operator: sakura
starts: 2026-06-17T09:00
steps:
  - {do: join, as: sato, plan: all-day}
  - {do: join, as: kato, plan: weekday}
  - {do: add-option, member: kato, option: company-registration, refused: needs-option}
  - {do: expect, that: ["charges[member=sato,what=admission].amount == 5500"]}
expect:
  - charges[member=sato,what=dues,service_month=2026-07].amount == 13750
"""


def row(member: str, month: str, charges: tuple[str, str], invoices: tuple[str, str]) -> dict[str, str]:
    names = ("charges", "charges_compared", "invoices", "invoices_compared")
    return {"member": member, "month": month, **dict(zip(names, (*charges, *invoices), strict=True))}


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


@pytest.mark.usefixtures("database")
def test_a_cheaper_plan_shows_whose_months_cost_less(tmp_path: Path) -> None:
    cheaper = tmp_path / "cheaper.toml"
    shipped = (SHIPPED / "sakura.toml").read_text("utf-8")
    assert shipped.count("amount = 13_750") == 1
    # There the option stands by itself: what is refused is said for the scenario's own profile.
    alone = shipped.replace('needs = ["address-mail"]', "needs = []")
    assert alone != shipped
    cheaper.write_text(alone.replace("amount = 13_750", "amount = 12_000"), "utf-8")
    scenario = tmp_path / "life.yaml"
    scenario.write_text(LIFE, "utf-8")
    shown, errors = io.StringIO(), io.StringIO()
    code = files.simulate(
        [scenario],
        as_json=True,
        database_url=None,
        profile_path=None,
        compare_path=cheaper,
        language="en",
        out=shown,
        err=errors,
    )
    assert (code, errors.getvalue()) == (0, "")
    answer = json.loads(shown.getvalue())
    assert (answer["operator"], answer["compared_with"]) == ("sakura", str(cheaper))
    assert answer["differences"] == [
        row("kato", "2026-06", ("10376", "13676"), ("20826", "20826")),
        row("sato", "2026-06", ("11916", "11100"), ("25666", "23100")),
        row("sato", "2026-07", ("13750", "12000"), ("0", "0")),
    ]


def test_only_what_differs_is_told_with_its_sign() -> None:
    usual = {("sato", "2026-06"): Paid(Decimal(100), Decimal(110)), ("kato", "2026-06"): Paid(Decimal(5))}
    compared = {
        **usual,
        ("sato", "2026-06"): Paid(Decimal(90), Decimal(110)),
        ("mori", "2026-07"): Paid(Decimal(3)),
    }
    found = list(differences(usual, compared))
    assert found == [
        Difference("mori", "2026-07", Paid(), Paid(Decimal(3))),
        Difference("sato", "2026-06", usual["sato", "2026-06"], compared["sato", "2026-06"]),
    ]
    out = io.StringIO()
    write_differences(found, out, scenario="s", usual="a", compared="b", as_json=False, language="en")
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[0] == ["s:", "a", "compared", "with", "b", "(yen)"]
    assert lines[2] == ["mori", "2026-07", "0", "3", "+3", "0", "0", "0"]
    assert lines[3] == ["sato", "2026-06", "100", "90", "-10", "110", "110", "0"]
