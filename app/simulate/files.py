"""From the command's arguments to its exit code: which files are run, on which database, and what is printed."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import uvloop

from app.profiles import Profile, load_profile, shipped_profiles
from app.simulate.comparing import (
    Months,
    differences,
    paid_by_month,
    without_checks,
    write_differences,
)
from app.simulate.databases import Databases, open_databases
from app.simulate.errors import FailedRun, MalformedScenario, Place, ScenarioError, Sentences, hint, listed
from app.simulate.opening import open_deployment
from app.simulate.reading import read_scenario
from app.simulate.report import write_json, write_table
from app.simulate.results import Result
from app.simulate.runner import run
from app.simulate.scenario import Scenario
from app.simulate.world import World
from coworking.kit.profile import ProfileError

MALFORMED_EXIT_CODE = 2


@dataclass(frozen=True, slots=True)
class Ready:
    """A scenario with its profile and where that was loaded from, and the same of one to compare with."""

    scenario: Scenario
    source: str
    profile: Profile
    compared: tuple[str, Profile] | None


def simulate(
    paths: Sequence[Path],
    *,
    as_json: bool,
    database_url: str | None,
    profile_path: Path | None,
    language: str,
    compare_path: Path | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """The exit code: 0 where all came out, 1 where one did not, 2 where one is malformed; the others are run all the
    same.

    With `compare_path` each runs twice, and what its members would pay more or less under that profile is printed.
    """
    out, err = out or sys.stdout, err or sys.stderr
    ready: list[Ready] = []
    malformed: list[MalformedScenario] = []
    for file in listed_files(paths, malformed):
        try:
            scenario = read_scenario(file)
            compared = profile_of(scenario, compare_path) if compare_path else None
            ready.append(Ready(scenario, *profile_of(scenario, profile_path), compared))
        except MalformedScenario as error:
            malformed.append(error)
    for wrong in malformed:
        print(wrong.sentence(language), file=err)
    exit_code = MALFORMED_EXIT_CODE if malformed else 0
    if not ready:
        return exit_code
    try:
        with open_databases(database_url) as databases:
            for one in ready:
                shown = compare_one if one.compared else run_ready
                failure = shown(one, databases, out, as_json=as_json, language=language)
                if failure is not None:
                    print(failure.sentence(language), file=err)
                    exit_code = max(exit_code, failure.exit_code)
    except FailedRun as error:
        print(error.sentence(language), file=err)
        return max(exit_code, error.exit_code)
    return exit_code


def listed_files(paths: Sequence[Path], malformed: list[MalformedScenario]) -> Iterator[Path]:
    """The files of all paths; a folder without any is added to what is malformed."""
    for path in paths:
        try:
            yield from scenario_files(path)
        except MalformedScenario as error:
            malformed.append(error)


def scenario_files(path: Path) -> Iterable[Path]:
    """The file itself, or every *.yaml of a folder in the order of their names."""
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.yaml"))
    if not files:
        raise MalformedScenario(Place(str(path), 0), "no-scenario-files")
    return files


def profile_of(scenario: Scenario, instead: Path | None) -> tuple[str, Profile]:
    """The profile that the scenario names (shipped, or a path from the scenario's folder or from here), and its
    name or path."""
    wanted: str | Path = instead or scenario.operator
    if instead is None and scenario.operator not in shipped_profiles():
        beside = Path(scenario.file).parent / scenario.operator
        found = next((path for path in (beside, Path(scenario.operator)) if path.is_file()), None)
        if found is None:
            names = shipped_profiles()
            raise MalformedScenario(
                scenario.operator_place,
                "unknown-operator",
                name=scenario.operator,
                allowed=listed(names),
                hint=hint(scenario.operator, names),
            )
        wanted = found
    try:
        return str(wanted), load_profile(wanted)
    except ProfileError as error:
        problem = Sentences(*("; ".join(str(error).splitlines()),) * 2)
        raise MalformedScenario(scenario.operator_place, "bad-profile", problem=problem) from error


def run_ready(
    ready: Ready, databases: Databases, out: TextIO, *, as_json: bool, language: str
) -> ScenarioError | None:
    return run_one(
        ready.scenario, ready.source, ready.profile, databases, out, as_json=as_json, language=language
    )


def compare_one(
    ready: Ready, databases: Databases, out: TextIO, *, as_json: bool, language: str
) -> ScenarioError | None:
    """Run it under both profiles and print the difference; the first run that did not come to its end, if any. What is
    expected holds for the scenario's own profile only."""
    assert ready.compared is not None
    paid: list[Months] = []

    def keep(result: Result, failure: ScenarioError | None) -> None:
        if failure is None:
            paid.append(paid_by_month(result))

    source, profile = ready.compared
    for scenario, its_source, its_profile in (
        (ready.scenario, ready.source, ready.profile),
        (without_checks(ready.scenario), source, profile),
    ):
        failure = run_to(scenario, its_source, its_profile, databases, language, keep)
        if failure is not None:
            return failure
    write_differences(
        list(differences(*paid)),
        out,
        scenario=ready.scenario.title,
        usual=ready.source,
        compared=source,
        as_json=as_json,
        language=language,
    )
    return None


def run_one(
    scenario: Scenario,
    source: str,
    profile: Profile,
    databases: Databases,
    out: TextIO,
    *,
    as_json: bool,
    language: str,
) -> ScenarioError | None:
    """Run it on a database of its own and print what came of it; what did not come out, if anything."""

    def write(result: Result, failure: ScenarioError | None) -> None:
        if as_json:
            write_json(result, out, failure, language)
        else:
            write_table(result, out, failure, language, len(scenario.steps))

    return run_to(scenario, source, profile, databases, language, write)


def run_to(
    scenario: Scenario,
    source: str,
    profile: Profile,
    databases: Databases,
    language: str,
    then: Callable[[Result, ScenarioError | None], object],
) -> ScenarioError | None:
    """Run it on a database of its own and hand what came of it to `then`; what did not come out, if anything."""
    failure: ScenarioError | None = None
    loop = uvloop.new_event_loop()
    try:
        with databases.fresh() as url:
            deployment = open_deployment(profile, source, url, scenario.starts, loop)
            try:
                world = World(deployment, loop, Place(scenario.file, 0), language)
                result = Result(world, scenario=scenario.title, operator=scenario.operator)
                world.answers = result
                try:
                    run(world, scenario)
                except FailedRun as error:
                    failure = error
                then(result, failure)
            finally:
                deployment.close()
    finally:
        loop.close()
    return failure
