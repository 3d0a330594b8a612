"""`rusuban check`."""

from __future__ import annotations

import sys

import click

from app.cli.backup import database_address


@click.command()
def check() -> None:
    """Check the books and what is overdue, of every operator; exits with 1 when something is broken.

    What is broken in the books stops invoicing until it is mended and this has run again.
    """
    from app.checker import check_all
    from app.migrations import migrate
    from app.settings import SettingsError, load_settings
    from app.wiring import compose, make_mailer
    from coworking.kit.clock import SystemClock

    try:
        settings = load_settings()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    broken = 0
    with database_address() as url:
        migrate(url)
        clock = SystemClock()
        composition = compose(settings, database_url=url, clock=clock, mailer=make_mailer(settings, clock))
        try:
            for operator in composition.operators:
                now = clock.now()
                with composition.database.transaction(operator.id) as session:
                    calls = operator.call_rules() if operator.lends_lines else None
                    today = operator.calendar.local_date(now)
                    found = check_all(session, operator.id, calls, today, now)
                broken += len(found)
                click.echo(f"{operator.profile.name}: {len(found) or 'nothing'} found")
                for finding in found:
                    word = "stops invoicing" if finding.stops_invoicing else "look at it"
                    click.echo(f"  {finding.kind} {finding.subject}: {finding.detail} ({word})")
        finally:
            composition.close()
    sys.exit(1 if broken else 0)
