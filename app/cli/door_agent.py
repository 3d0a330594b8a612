"""`rusuban door-agent`: the program on a door's own computer."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event

import click


@click.command()
@click.option(
    "--config", "file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Its TOML file."
)
@click.option("--check", is_flag=True, help="Read the file, say what is wrong with it, and end.")
def door_agent(file: Path, check: bool) -> None:
    """Decide at the doors of this computer, with or without the network (docs/locks.md)."""
    from coworking.doors.agent.program import ConfigRefused, read_config, run_agent
    from coworking.kit.logs import configure_logging

    configure_logging(as_json=False, level="info")
    stopping = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stopping.set())
    try:
        config = read_config(file)
        if check:
            click.echo(f"{file}: {len(config.doors)} doors, {len(config.readers)} readers")
            return
        run_agent(config, stopping)
    except ConfigRefused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
