"""``loyalty-desk check``: would the console work here, and if not, what is in its way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import perf_counter

import click

from dashboard import logs
from dashboard.brevo.client import Brevo
from dashboard.brevo.errors import BrevoError, NotSecure
from dashboard.brevo.programmes import Programme
from dashboard.cli.common import Problem
from dashboard.cli.opening import on_demo, opened, read_settings
from dashboard.config import Settings
from dashboard.store import staff

_WIDTH = 11


@click.command("check")
@on_demo
def command(demo: bool) -> None:
    """Check the settings and whether all that is needed can be reached; changes nothing.

    Prints a line for each thing checked. Exit code 1 when something is in the way, 78 when it is a setting.
    """
    settings = read_settings(demo=demo)
    logs.configure(human=True, level=logging.CRITICAL)  # what goes wrong is said below, once
    click.echo(_line("ok", "Settings", _settings(settings)))
    brevo = Brevo(settings.api_url, settings.api_key, authorities=settings.authorities)
    try:
        well = [
            _check("Database", lambda: _database(settings)),
            _check("Staff", lambda: _staff(settings)),
            _check("Brevo", lambda: _asked(settings, lambda: _account(settings, brevo))),
            _check("Programmes", lambda: _asked(settings, lambda: _programmes(settings, brevo))),
        ]
    finally:
        brevo.close()
    if not all(well):
        raise Problem("The console would not work as it is; see above.")


def _check(what: str, look: Callable[[], str]) -> bool:
    try:
        click.echo(_line("ok", what, look()))
    except Problem as problem:
        click.echo(_line("problem", what, problem.message))
    else:
        return True
    return False


def _line(state: str, what: str, text: str) -> str:
    return f"{state:<8} {what:<{_WIDTH}} {text}"


def _settings(settings: Settings) -> str:
    return f"{settings.timezone.key}, {settings.locale}, phone numbers of {settings.phone_region}"


def _database(settings: Settings) -> str:
    with opened(settings) as database:
        if not database.is_current():
            raise Problem(f"{database.place} is not set up for this version. Run: loyalty-desk db upgrade")
        return f"{database.place}, current"


def _staff(settings: Settings) -> str:
    with opened(settings) as database, database.read() as connection:
        members = staff.list_all(connection)
    able = [one for one in members if one.has_password and one.may_sign_in(demo=settings.demo)]
    if not members:
        raise Problem("nobody may sign in. Run: loyalty-desk staff add")
    if not able:
        raise Problem("nobody can sign in yet. For a link: loyalty-desk staff set-password, or staff add")
    return f"{len(able)} of {len(members)} can sign in"


def _asked(settings: Settings, ask: Callable[[], str]) -> str:
    try:
        return ask()
    except NotSecure as error:
        hint = "For a private authority set BREVO_CA_FILE." if settings.authorities is None else ""
        raise Problem(f"{settings.api_url}: {error.message} {hint}".rstrip()) from error
    except BrevoError as error:
        raise Problem(f"{settings.api_url}: {error.message}") from error


def _account(settings: Settings, brevo: Brevo) -> str:
    began = perf_counter()
    account = brevo.account.get().value
    took = (perf_counter() - began) * 1000
    return f"{settings.api_url} answers in {took:.0f} ms for {account.company or 'an account without a name'}"


def _programmes(settings: Settings, brevo: Brevo) -> str:
    active = [programme for programme in brevo.programmes.list().value if programme.is_active]
    if not active:
        raise Problem("the account has no active loyalty programme. Publish one in Brevo.")
    if settings.program_id is not None and str(settings.program_id) not in {one.id for one in active}:
        raise Problem(f"BREVO_PROGRAM_ID names none of the active ones: {_names(active)}")
    return f"{len(active)} active: {_names(active)}"


def _names(programmes: Sequence[Programme]) -> str:
    return ", ".join(f"{one.name} ({one.id})" for one in programmes)
