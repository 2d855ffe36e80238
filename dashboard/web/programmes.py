"""The programmes a page may be about. Asks the remote at most as often as the cached configuration does."""

from __future__ import annotations

from uuid import UUID

from flask import g

from dashboard.brevo.errors import BrevoError
from dashboard.brevo.programmes import Programme
from dashboard.web.access import services
from dashboard.web.errors import ErrorPage, Link


class NoProgramme(ErrorPage):
    """No active programme has this ID."""

    def __init__(self) -> None:
        super().__init__(
            404,
            "No such programme",
            "It may have been closed, or the link was cut short.",
            link=Link("/", "Open the first programme"),
        )


def known() -> tuple[Programme, ...]:
    """The active programmes, the one to open first in front; empty when they cannot be read."""
    if "programmes" not in g:
        g.programmes = _read()
    programmes: tuple[Programme, ...] = g.programmes
    return programmes


def first() -> Programme | None:
    """The programme to open when none is chosen; that of the settings even when none can be read."""
    chosen = services().settings.program_id
    return next(iter(known()), None) or (unnamed(chosen) if chosen else None)


def unnamed(programme_id: UUID) -> Programme:
    """What can be said of a programme while the list cannot be read: the search form needs no more."""
    return Programme(id=str(programme_id), name="Programme")


def require(programme_id: UUID) -> str:
    """``programme_id`` as the client wants it. When the programmes cannot be read, the remote will decide.

    :raises ErrorPage: 404, no such active programme.
    """
    if known() and str(programme_id) not in {programme.id for programme in known()}:
        raise NoProgramme
    return str(programme_id)


def _read() -> tuple[Programme, ...]:
    parts = services()
    try:
        programmes = parts.configuration.programmes().value
    except BrevoError:
        return ()
    wanted = str(parts.settings.program_id)
    return tuple(sorted(programmes, key=lambda programme: programme.id != wanted))
