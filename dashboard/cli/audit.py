"""``loyalty-desk audit``: whether the record of what staff did is whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from dashboard.cli.common import Problem, operator
from dashboard.cli.opening import on_demo, opened, read_settings
from dashboard.store import audit
from dashboard.store.database import Database, DatabaseUnavailable

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("audit")
def command() -> None:
    """Verify and anchor the record of what staff did."""


@command.command()
@click.option(
    "--anchors",
    type=_FILE,
    help="A file of anchors: they show a rewrite of everything, too. That of AUDIT_ANCHORS unless given.",
)
@on_demo
def verify(anchors: Path | None, demo: bool) -> None:
    """Check the whole record; exit code 1 when rows were edited, deleted, added, swapped or cut.

    That it was found whole is itself recorded.
    """
    settings = read_settings(demo=demo)
    anchors = anchors or audit.kept_anchors(settings.audit_anchors)
    with opened(settings) as database:
        report = _verified(database, settings.secret_keys, anchors)
        if report.is_intact:
            _record(database, report)
    for finding in report.findings:
        click.echo(f"{finding.kind}: {finding.text}")
    if not report.is_intact:
        found = len(report.findings)
        raise Problem(
            f"The audit record was tampered with: {found} finding{'' if found == 1 else 's'} "
            f"in {report.rows} rows."
        )
    compared = f" Compared with {report.anchors} anchors in {anchors}." if anchors else ""
    click.echo(f"The audit record is whole: {report.rows} rows.{compared}")


@command.command()
@click.argument("file", type=_FILE)
@on_demo
def anchor(file: Path, demo: bool) -> None:
    """Append the head of the record to FILE. Keep that where nobody who can change the database can."""
    with opened(read_settings(demo=demo)) as database, database.read() as connection:
        try:
            seq = audit.anchor(connection, file, datetime.now(UTC)).seq
        except OSError as error:
            raise Problem(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"Row {seq} is anchored in {file}.")


def _verified(database: Database, keys: Sequence[str], anchors: Path | None) -> audit.VerifyReport:
    with database.read() as connection:
        try:
            return audit.verify(connection, keys, anchors)
        except OSError as error:
            raise Problem(f"{anchors} cannot be read: {error.strerror}.") from error


def _record(database: Database, report: audit.VerifyReport) -> None:
    """Keep that the record was found whole. Who may only read it can check it all the same."""
    entry = audit.Entry(
        at=datetime.now(UTC),
        actor_id=None,
        actor_name=operator(),
        actor_role="operator",
        action="audit.verify",
        outcome=audit.Outcome.DONE,
        after=audit.told(report),
    )
    try:
        with database.write() as connection:
            audit.append(connection, entry)
    except (DatabaseUnavailable, DBAPIError):
        click.echo("That this was checked could not be recorded: the database may not be written.", err=True)
