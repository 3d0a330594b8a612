"""`rusuban settings`: what this deployment is told, and by what."""

from __future__ import annotations

import os
import sys

import click

LANGUAGES = click.Choice(["ja", "en"])


def language_of_terminal() -> str:
    """Japanese for a Japanese locale, English otherwise."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ja" if locale.startswith("ja") else "en"


@click.group()
def settings() -> None:
    """Settings of this deployment. / この環境の設定"""


@settings.command()
@click.option("--language", type=LANGUAGES, default=language_of_terminal, help="ja / en")
def check(language: str) -> None:
    """Print every value and where it comes from; exit 1 when one is wrong. / すべての値と出どころ"""
    from app.settings import SettingsError, read_settings

    try:
        rows = read_settings().table()
    except SettingsError as error:
        for line in error.lines(language):
            click.echo(line, err=True)
        sys.exit(1)
    name_width = max(len(name) for name, _, _ in rows)
    value_width = max(len(value) for _, value, _ in rows)
    for name, value, origin in rows:
        click.echo(f"{name:{name_width}}  {value:{value_width}}  {origin}")
