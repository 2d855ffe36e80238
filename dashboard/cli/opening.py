"""The settings and the database, opened for a command."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from dashboard.cli.common import Problem, WrongSettings
from dashboard.cli.state import DemoState
from dashboard.config import ConfigError, Settings, from_environment
from dashboard.store.database import Database, DatabaseUnavailable

on_demo = click.option(
    "--demo", is_flag=True, help="Work on the demo (the one on PORT) instead of what the environment says."
)


def read_settings(*, demo: bool = False) -> Settings:
    """The settings of this process's environment, or those of the demo that runs or ran below ``var/``.

    :raises WrongSettings: naming the first one that is missing or wrong.
    :raises Problem: no demo has run here.
    """
    if demo:
        return settings_of(DemoState.of_environment(os.environ).environment(os.environ), demo=True)
    return settings_of(os.environ)


def settings_of(environment: Mapping[str, str], *, demo: bool = False) -> Settings:
    """The settings in ``environment``.

    :raises WrongSettings: as above.
    """
    try:
        return from_environment(environment, demo=demo)
    except ConfigError as error:
        raise WrongSettings(str(error)) from error


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database of ``settings``, closed at the end.

    :raises Problem: whenever it turns out to be unavailable.
    """
    try:
        database = Database(settings.database_url, settings.secret_keys)
        try:
            yield database
        finally:
            database.dispose()
    except DatabaseUnavailable as error:
        raise Problem(str(error)) from error
