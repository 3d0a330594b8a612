"""`rusuban backup` and `rusuban restore`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import click

IN_BUCKET = (
    "Pictures and PDFs lie in a bucket, which this does not hold: back the bucket up by itself, after the database.\n"
    "写真とPDFはバケットにあり、ここには含まれません。データベースの後に、バケットも控えてください。"
)
KEYS = (
    "Keep the field keys apart from it: without them nobody reads what is sealed (docs/backup.md).\n"
    "フィールドの鍵は別に保管してください。鍵がなければ、暗号化されたものは読めません（docs/backup.md）。"
)


@dataclass(frozen=True)
class Place:
    """What is backed up: the service's database, and the folder of its files, None where they lie in a bucket."""

    url: str
    files: Path | None


@contextmanager
def database_address() -> Iterator[str]:
    with service_place() as place:
        yield place.url


@contextmanager
def service_place() -> Iterator[Place]:
    """The embedded server is started for the time being unless it serves."""
    from app.settings import SettingsError, load_settings
    from coworking.kit.errors import UserError
    from coworking.kit.postgres import EmbeddedServer

    try:
        settings = load_settings()
        files = settings.var_dir / "files" if settings.file_store == "folder" else None
        if settings.database_url is not None:
            yield Place(settings.database_url, files)
        else:
            with EmbeddedServer(settings.var_dir / "postgres") as server:
                yield Place(server.url, files)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except UserError as error:
        click.echo(error.sentence("en"), err=True)
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write a backup of the database to FILE and of the stored files to FILE.files, and check that they can be read.
    The service may run meanwhile."""
    from coworking.kit.file_archives import archive_of, verify_archive, writing_archive
    from coworking.kit.postgres import backup as write_backup

    with service_place() as place:
        archive = archive_of(file)
        with nullcontext() if place.files is None else writing_archive(place.files, archive):
            write_backup(place.url, file)
        click.echo(f"{file} is complete")
        if place.files is None:
            click.echo(IN_BUCKET)
        else:
            verify_archive(archive)
            click.echo(f"{archive} is complete")
        click.echo(KEYS)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--without-files", is_flag=True, help="Leave pictures and PDFs out: they cannot be read then.")
def restore(file: Path, without_files: bool) -> None:
    """Put the backup FILE into the database, which must be empty, and FILE.files into the folder of stored files."""
    from coworking.kit.file_archives import ArchiveMissing, archive_of, read_archive, verify_archive
    from coworking.kit.postgres import restore as read_backup
    from coworking.kit.postgres import verify

    with service_place() as place:
        archive, files = archive_of(file), None if without_files else place.files
        if files is not None:
            verify(file)
            if not archive.is_file():
                raise ArchiveMissing(file=archive)
            verify_archive(archive)
            # A file without its row is noise that is swept; a row without its file would be a loss.
            click.echo(f"{read_archive(archive, files)} files are restored")
        if place.files is None:
            click.echo(IN_BUCKET)
        read_backup(place.url, file)
        click.echo(f"{file} is restored")
