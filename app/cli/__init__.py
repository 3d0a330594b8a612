"""The command line. Each command is imported when it is asked for, so that `rusuban --help` answers at once."""

from __future__ import annotations

from importlib import import_module

import click

# Name: where it stands, and its line in the list. A command's own --help has the details.
COMMANDS = {
    "run": ("app.cli.run:run", "Start the service with everything it needs."),
    "worker": ("app.cli.worker:worker", "Do the queued work of a service that uses a broker."),
    "sandbox": ("app.cli.sandbox:sandbox", "Run the sandbox carrier alone."),
    "door-agent": ("app.cli.door_agent:door_agent", "Decide at the doors of this computer."),
    "simulate": ("app.cli.simulate:simulate", "Run scenarios on a virtual clock."),
    "operators": ("app.cli.operators:operators", "Check and show operator profiles."),
    "settings": ("app.cli.settings:settings", "Check the settings of this deployment."),
    "fallback-document": (
        "app.cli.fallback_document:fallback_document",
        "Write what callers hear while the service is down.",
    ),
    "import": ("app.cli.importing:import_file", "Take over members and money of another system from CSV."),
    "check": ("app.cli.check:check", "Check the books and what is overdue."),
    "backup": ("app.cli.backup:backup", "Write a backup of the database and the stored files."),
    "restore": ("app.cli.backup:restore", "Put a backup into an empty database."),
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.command(cls=Commands)
@click.version_option(package_name="rusuban", message="rusuban %(version)s")
def main() -> None:
    """Rusuban: telephone and office services of a virtual-office operator."""
