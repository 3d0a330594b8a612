"""Every scenario of the rule catalogue comes out as it says, through the product's public face."""

import io
from contextlib import nullcontext
from pathlib import Path

import pytest

from app.simulate.databases import Databases
from app.simulate.files import profile_of, run_one
from app.simulate.reading import read_scenario
from coworking.kit.db import Database

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*/*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_scenario(file: Path, database_url: str, clean_database: Database) -> None:
    scenario = read_scenario(file)
    source, profile = profile_of(scenario, None)
    databases = Databases(lambda: nullcontext(database_url))
    failure = run_one(scenario, source, profile, databases, io.StringIO(), as_json=True, language="en")
    assert failure is None, failure.sentence("en")


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_scenario_stands_with_its_operator_and_names_its_rules(file: Path) -> None:
    scenario = read_scenario(file)
    assert scenario.operator == file.parent.name
    assert scenario.rules
    assert all(scenario.operator.upper().startswith(rule.partition("-")[0]) for rule in scenario.rules)
