"""`rusuban worker`: the queued work of a service whose settings name a broker."""

from __future__ import annotations

import sys

import click


@click.command()
def worker() -> None:
    """Do the queued work until Ctrl-C. Needs `broker_url` and `database_url`; start as many as you like.

    A worker that no longer takes work ends with exit code 70, so that whoever started it starts it again.
    """
    from app.settings import SettingsError, load_settings
    from app.wiring import compose, make_mailer, reach_carriers
    from coworking.kit.clock import SystemClock
    from coworking.kit.logs import configure_logging
    from coworking.kit.queue import EMBEDDED_BROKER, make_celery, run_worker

    try:
        settings = load_settings()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if settings.broker_url == EMBEDDED_BROKER or settings.database_url is None:
        click.echo("a worker of its own needs broker_url and database_url: see docs/settings.md", err=True)
        sys.exit(1)
    configure_logging(as_json=settings.log_format == "json", level=settings.log_level)
    clock = SystemClock()
    composition = compose(
        settings, database_url=settings.database_url, clock=clock, mailer=make_mailer(settings, clock)
    )
    unreachable = reach_carriers(composition)
    if unreachable:
        click.echo(
            f"a worker of its own needs a carrier that it can reach: set carrier_base_url of {', '.join(unreachable)}",
            err=True,
        )
        sys.exit(1)
    run_worker(make_celery(settings.broker_url, composition.work), composition.work)
