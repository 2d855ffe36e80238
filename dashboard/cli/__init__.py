"""``loyalty-desk``: all that operators and developers start.

Exit codes, the same for every command: 0 all is well, 1 a problem was found or met (said in one line),
2 wrong usage, 78 a setting is missing or wrong.
"""

from __future__ import annotations

from importlib import import_module

import click

_COMMANDS = {
    "demo": "Start the console on a sandbox, with accounts to try it.",
    "serve": "Start the console.",
    "sandbox": "Start a stand-in of the Brevo API.",
    "staff": "Add, list and change the people who may sign in.",
    "db": "Bring the database to the newest shape.",
    "audit": "Verify and anchor the record of what staff did.",
    "check": "Check the settings and whether all that is needed can be reached.",
}


class _Commands(click.Group):
    """Loads the one module that is asked for: the server's and the database's libraries take their time."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"dashboard.cli.{name}").command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog="Exit codes: 0 all is well, 1 a problem was found, 2 wrong usage, 78 a setting is wrong.",
)
@click.version_option(package_name="loyalty-desk")
def main() -> None:
    """The console in which support staff serve the members of a Brevo loyalty programme.

    Settings come from the environment; the README lists them.
    """
