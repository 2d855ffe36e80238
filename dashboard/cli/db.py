"""``loyalty-desk db``: the shape of the database."""

from __future__ import annotations

import click

from dashboard.cli.opening import on_demo, opened, read_settings


@click.group("db")
def command() -> None:
    """Bring the database to the newest shape."""


@command.command()
@on_demo
def upgrade(demo: bool) -> None:
    """Make the tables, or change them to what this version needs. Nothing happens when they are current.

    Run it before a new version starts, with a role that may change tables; `serve` needs no such role.
    """
    with opened(read_settings(demo=demo)) as database:
        database.upgrade()
        click.echo(f"The database is current: {database.place}")
