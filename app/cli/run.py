"""`rusuban run`: database, service, worker and sandbox carrier in one process."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import click

from app.demonstration import with_a_place
from app.running import CannotStart, run_service
from app.settings import SettingsError, read_settings


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--public-url", help="What carriers and people's phones reach, such as https://example.jp.")
@click.option("--var-dir", type=click.Path(path_type=Path), help="Folder for everything that is kept.")
@click.option(
    "--demonstration/--no-demonstration", default=True, help="Fill an empty database with an example."
)
@click.option(
    "--with-place", is_flag=True, help="Beside the example of lines one of a place with doors and mail."
)
def run(
    host: str | None,
    port: int | None,
    public_url: str | None,
    var_dir: Path | None,
    demonstration: bool,
    with_place: bool,
) -> None:
    """Start the service with everything it needs. Ctrl-C stops it; the next start keeps the data."""
    # Whoever ends the service with SIGTERM wants its database server ended as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        effective = read_settings(
            options={"host": host, "port": port, "public_url": public_url, "var_dir": var_dir},
            keep_secrets=True,
        )
        settings = with_a_place(effective) if with_place else effective.settings
        asyncio.run(run_service(settings, demonstration=demonstration, say=click.echo))
    except (SettingsError, CannotStart) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        pass
