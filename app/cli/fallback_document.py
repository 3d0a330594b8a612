"""`rusuban fallback-document`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, writable=True))
def fallback_document(file: Path | None) -> None:
    """Print the voice document that callers hear while the service is down, or write it to FILE.

    Put it on a web server that does not stop with the service, and name its address as voice_fallback_url.
    """
    from telephony.forwarding.documents import APOLOGY

    if file is None:
        click.echo(APOLOGY.decode())
    else:
        file.write_bytes(APOLOGY)
        click.echo(f"{file} is written")
