"""`rusuban simulate`."""

from pathlib import Path

import click

from app.cli.settings import language_of_terminal

COLLECTS_AFTER = (20_000, 20, 50)
"""Thresholds of the garbage collector for a run: a tenth faster for 10 MB."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object per scenario.")
@click.option("--database", "database_url", metavar="URL", help="Run on this empty PostgreSQL database.")
@click.option(
    "--profile",
    "profile_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Use this operator profile instead of the one that the scenario names.",
)
@click.option(
    "--compare",
    "compare_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Run under this profile as well, and print what each member would pay more or less.",
)
@click.option("--language", type=click.Choice(["ja", "en"]), default=language_of_terminal)
def simulate(
    files: tuple[Path, ...],
    as_json: bool,
    database_url: str | None,
    profile_path: Path | None,
    compare_path: Path | None,
    language: str,
) -> None:
    """Run scenarios on a virtual clock: FILES are scenario files, or folders of *.yaml files.

    The exit code is 1 where something did not come out as the scenario says, 2 where a scenario is malformed;
    the others are run all the same.
    """
    import gc
    import signal

    from app.simulate.files import simulate as simulate_files
    from coworking.kit.logs import configure_logging

    # Whoever ends a run with SIGTERM wants its database server ended as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    configure_logging(as_json=False, level="error")
    # What was imported stays: a long run need not look through it again and again, nor so often through what it makes
    # and drops by the thousand.
    gc.freeze()
    gc.set_threshold(*COLLECTS_AFTER)

    raise SystemExit(
        simulate_files(
            files,
            as_json=as_json,
            database_url=database_url,
            profile_path=profile_path,
            compare_path=compare_path,
            language=language,
        )
    )
