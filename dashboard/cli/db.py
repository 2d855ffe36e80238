"""``loyalty-desk db``: the shape of the database."""

from __future__ import annotations

import click

from dashboard.cli.common import Problem
from dashboard.cli.opening import on_demo, opened, read_settings
from dashboard.store import roles
from dashboard.store.database import Database


@click.group("db")
def command() -> None:
    """Bring the database to the newest shape."""


@command.command()
@click.option(
    "--role", metavar="NAME", help="A PostgreSQL role to serve with: it may then do that and nothing more."
)
@on_demo
def upgrade(role: str | None, demo: bool) -> None:
    """Make the tables, or change them to what this version needs. Nothing happens when they are current.

    Run it before a new version starts, with a role that may change tables; `serve` needs no such role, and
    --role grants another one what it needs.
    """
    with opened(read_settings(demo=demo)) as database:
        database.upgrade()
        click.echo(f"The database is current: {database.place}")
        if role is not None:
            _grant(database, role)
            click.echo(f"To serve with: {role}")


def _grant(database: Database, role: str) -> None:
    try:
        with database.write() as connection:
            roles.grant(connection, role)
    except roles.UnfitRole as error:
        raise Problem(str(error)) from error
