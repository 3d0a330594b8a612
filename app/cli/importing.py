"""`rusuban import`."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Literal

import click

from app.cli.backup import database_address
from app.imports.models import KINDS


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--operator", required=True, help="The operator's name, such as nex.")
@click.option("--apply", "applies", is_flag=True, help="Take the lines over; otherwise nothing is written.")
@click.option("--language", type=click.Choice(["ja", "en"]), default="en", help="Of the report.")
def import_file(
    kind: str, file: Path, operator: str, *, applies: bool, language: Literal["ja", "en"]
) -> None:
    """Take over members, contracts, open items or deposits of another system from a CSV file (docs/importing.md).

    Every line is reported; with --apply all are taken over or, where one is refused, none. Exits with 1 when a line
    is refused or the file cannot be read.
    """
    from app.imports.reading import decoded
    from app.imports.running import take_over
    from app.imports.taking import Taking
    from app.migrations import migrate
    from app.settings import SettingsError, load_settings
    from app.wiring import compose, make_mailer
    from coworking.kit.clock import SystemClock
    from coworking.kit.errors import UserError
    from coworking.membership import Passwords

    try:
        settings = load_settings()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    with database_address() as url:
        migrate(url)
        clock = SystemClock()
        composition = compose(settings, database_url=url, clock=clock, mailer=make_mailer(settings, clock))
        try:
            found = {one.profile.name: one for one in composition.operators}.get(operator)
            if found is None:
                click.echo(f"{operator} is not served here", err=True)
                sys.exit(1)
            with composition.database.transaction(found.id) as session:
                taking = Taking(
                    session=session,
                    operator_id=found.id,
                    member_rules=found.member_rules(),
                    billing_rules=found.billing_rules(),
                    actor="operator",
                    now=clock.now(),
                    password_hash=composition.resources[Passwords].hash(secrets.token_urlsafe()),
                )
                report = take_over(taking, kind, decoded(file.read_bytes()), applies=applies)
        except UserError as error:
            click.echo(error.sentence(language), err=True)
            sys.exit(1)
        finally:
            composition.close()
    for line in report.lines:
        why = f" {line.error.code}: {line.error.sentence(language)}" if line.error else ""
        click.echo(f"{line.line}: {line.outcome} {line.reference or '-'}{why}")
    click.echo(
        f"{'applied' if report.applied else 'nothing written'}: {report.count('new')} new, "
        f"{report.count('same')} same, {report.count('refused')} refused"
    )
    sys.exit(1 if report.count("refused") else 0)
