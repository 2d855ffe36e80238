"""Who asks, and for which programme: what every view that changes something begins with."""

from __future__ import annotations

from uuid import UUID

from flask import g, request

from dashboard.actions.credits import Actor
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.errors import BrevoError, NotFound
from dashboard.web.access import current_staff, services
from dashboard.web.errors import ErrorPage, remote_trouble
from dashboard.web.members.strip import choose_definition
from dashboard.web.programmes import NoProgramme


def actor() -> Actor:
    """Who sends this request, as the record will name them."""
    staff = current_staff()
    return Actor(
        staff_id=staff.id, name=staff.name, role=staff.role, request_id=g.request_id, ip=request.remote_addr
    )


def programme(programme_id: UUID) -> ProgrammeConfiguration:
    """The programme's configuration, from the cache whenever there is one.

    :raises ErrorPage: it does not exist, or could never be read.
    """
    try:
        return services().configuration.of(programme_id)
    except NotFound as error:
        raise NoProgramme from error
    except BrevoError as error:
        raise ErrorPage(503, *remote_trouble(error)) from error


def balance(configuration: ProgrammeConfiguration, definition_id: str | None) -> BalanceDefinition:
    """The definition asked for, else the one the member page opens with.

    :raises ErrorPage: the programme has none.
    """
    found = choose_definition(configuration.definitions, definition_id)
    if found is None:
        raise ErrorPage(503, "This programme has no balance", "An admin must publish one in Brevo.")
    return found
