"""`rusuban operators`: check a profile, or read it as rules."""

import sys

import click

from app.cli.settings import LANGUAGES, language_of_terminal

LANGUAGE = click.option("--language", type=LANGUAGES, default=language_of_terminal, help="ja / en")


@click.group(name="operators")
def operators() -> None:
    """Operator profiles: check a file, show its rules. / 事業者の設定の検査と表示"""


@operators.command(name="check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@LANGUAGE
def check(files: tuple[str, ...], language: str) -> None:
    """Check profiles; exit 1 when one has a problem. / 設定ファイルの検査

    FILE is a path or the name of a shipped profile. Every problem stands on a line of its own: file, line, key,
    value, what is allowed.
    """
    from app.profiles import load_profile
    from coworking.kit.profile import ProfileError

    sound = True
    for file in files:
        try:
            profile = load_profile(file)
        except ProfileError as error:
            sound = False
            for line in error.lines(language):
                click.echo(line, err=True)
        else:
            click.echo(f"{file}: OK ({profile.name}, {profile.digest[:12]})")
    if not sound:
        sys.exit(1)


@operators.command(name="show")
@click.argument("name", metavar="NAME")
@LANGUAGE
def show(name: str, language: str) -> None:
    """Print a profile (a shipped name, or a path) as rules with their IDs. / 設定を規則として表示"""
    from app.profiles import load_profile
    from app.rulebook import rulebook
    from coworking.kit.profile import ProfileError

    try:
        profile = load_profile(name)
    except ProfileError as error:
        for line in error.lines(language):
            click.echo(line, err=True)
        sys.exit(1)
    click.echo(f"{profile.title.spoken(language)} ({profile.name}, {profile.digest[:12]})")
    for section in rulebook(profile, language):
        click.echo(f"\n{section.title}")
        for row in section.rows:
            rules = f"  [{', '.join(row.rules)}]" if row.rules else ""
            click.echo(f"  {row.label}: {row.value}{rules}")
