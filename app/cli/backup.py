"""`rusuban backup` and `rusuban restore`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def database_address() -> Iterator[str]:
    """The service's database; the embedded server is started for the time being unless it serves."""
    from app.settings import SettingsError, load_settings
    from coworking.kit.errors import UserError
    from coworking.kit.postgres import EmbeddedServer

    try:
        settings = load_settings()
        if settings.database_url is not None:
            yield settings.database_url
        else:
            with EmbeddedServer(settings.var_dir / "postgres") as server:
                yield server.url
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except UserError as error:
        click.echo(error.sentence("en"), err=True)
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write a backup of the database to FILE and check that it can be read. The service may run meanwhile."""
    from coworking.kit.postgres import backup as write_backup

    with database_address() as url:
        click.echo(f"{write_backup(url, file)} is complete")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
def restore(file: Path) -> None:
    """Put the backup FILE into the database, which must be empty."""
    from coworking.kit.postgres import restore as read_backup

    with database_address() as url:
        read_backup(url, file)
        click.echo(f"{file} is restored")
