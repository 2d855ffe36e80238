"""``loyalty-desk staff``: who may sign in, and as what.

Nobody sets another's password: a person sets their own, by a one-time link that is printed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from dashboard.cli.common import Problem, operator
from dashboard.cli.opening import on_demo, opened, read_settings
from dashboard.permissions import Role
from dashboard.store import audit, links, staff
from dashboard.store.staff import StaffMember

_ROLE = click.Choice([role.value for role in Role])
_role = click.option("--role", type=_ROLE, required=True, help="What the person may do.")


@click.group("staff")
def command() -> None:
    """Add, list and change the people who may sign in."""


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="As colleagues and the audit record show it.")
@_role
@on_demo
def add(email: str, name: str, role: str, demo: bool) -> None:
    """Add a person and print the one-time link by which they set their password."""
    with _changing(demo) as connection:
        member = staff.add(connection, email=email, name=name, role=Role(role), now=_now())
        token = links.create(connection, member.id, _now())
        _record(connection, "staff.add", member, after={"role": member.role})
    click.echo(f"{member.name} is added as {member.role}.")
    _print_link(token)


@command.command("list")
@on_demo
def list_(demo: bool) -> None:
    """List everybody, one a line: e-mail, role, state, name, separated by tabs."""
    with opened(read_settings(demo=demo)) as database, database.read() as connection:
        for member in staff.list_all(connection):
            click.echo("\t".join((member.email, member.role, _state(member), member.name)))


@command.command("set-role")
@click.argument("email")
@_role
@on_demo
def set_role(email: str, role: str, demo: bool) -> None:
    """Give a person another role, and end their sessions, so that none carries the old rights on."""
    with _changing(demo) as connection:
        member = _known(connection, email)
        staff.set_role(connection, member.id, Role(role), _now())
        _record(connection, "staff.set_role", member, before={"role": member.role}, after={"role": role})
    click.echo(f"{member.name} is {role} now.")


@command.command()
@click.argument("email")
@on_demo
def disable(email: str, demo: bool) -> None:
    """Let a person in no more, and end their sessions at once."""
    with _changing(demo) as connection:
        member = _known(connection, email)
        staff.disable(connection, member.id, _now())
        _record(connection, "staff.disable", member)
    click.echo(f"{member.name} may not sign in any more.")


@command.command("set-password")
@click.argument("email")
@on_demo
def set_password(email: str, demo: bool) -> None:
    """Print a new one-time link by which the person sets their password; the old one holds until then."""
    with _changing(demo) as connection:
        member = _known(connection, email)
        token = links.create(connection, member.id, _now())
        _record(connection, "staff.set_password", member)
    _print_link(token)


@contextmanager
def _changing(demo: bool) -> Iterator[Connection]:
    """A transaction; what cannot be done comes out as one line."""
    with opened(read_settings(demo=demo)) as database:
        try:
            with database.write() as connection:
                yield connection
        except staff.StaffError as error:
            raise Problem(str(error)) from error


def _known(connection: Connection, email: str) -> StaffMember:
    member = staff.by_email(connection, email)
    if member is None:
        raise Problem(f"Nobody has the address {email}. See: loyalty-desk staff list")
    return member


def _record(connection: Connection, action: str, member: StaffMember, **values: dict[str, object]) -> None:
    """One row of the audit record, in the transaction of the change itself."""
    entry = audit.Entry(
        at=_now(),
        actor_id=None,
        actor_name=operator(),
        actor_role="operator",
        action=action,
        outcome=audit.Outcome.DONE,
        before=values.get("before", {}),
        after={"staff_id": member.id, **values.get("after", {})},
    )
    audit.append(connection, entry)


def _state(member: StaffMember) -> str:
    if member.disabled_at is not None:
        return "disabled"
    return "demo" if member.is_demo else "active" if member.has_password else "no password yet"


def _print_link(token: str) -> None:
    click.echo("To be opened once, within an hour, at the console's own address:")
    click.echo(f"  /set-password/{token}")


def _now() -> datetime:
    return datetime.now(UTC)
