"""`rusuban sandbox`: the carrier alone, for an application that runs somewhere else."""

from __future__ import annotations

import secrets

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=8900, show_default=True, help="Port to listen on.")
@click.option("--account-sid", help="AC and 32 hexadecimal digits; made up if left out.")
@click.option("--auth-token", help="Made up if left out.")
@click.option(
    "--store", type=click.Path(dir_okay=False), help="File that keeps numbers and calls; none if left out."
)
def sandbox(host: str, port: int, account_sid: str | None, auth_token: str | None, store: str | None) -> None:
    """Run the sandbox carrier alone. The official SDK talks to it when its base URL is this address."""
    from pathlib import Path

    import httpx
    import uvicorn

    from coworking.kit.clock import SystemClock
    from coworking.kit.logs import configure_logging
    from telephony.carrier.sandbox import Sandbox, Store
    from telephony.carrier.sandbox.asgi import application
    from telephony.carrier.sandbox.real_time import PacedClock, over_http

    configure_logging(as_json=False, level="info")
    account_sid = account_sid or f"AC{secrets.token_hex(16)}"
    auth_token = auth_token or secrets.token_hex(16)
    clock = PacedClock(SystemClock())
    carrier = Sandbox(
        clock=clock,
        account_sid=account_sid,
        auth_token=auth_token,
        deliver=over_http(httpx.AsyncClient()),
        store=Store(Path(store) if store else None),
    )
    click.echo(f"Sandbox carrier at http://{host}:{port}")
    click.echo(f"  account {account_sid}")
    click.echo(f"  token   {auth_token}")
    uvicorn.run(application(carrier, clock), host=host, port=port, log_config=None, access_log=False)
