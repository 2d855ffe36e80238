"""What stands around every page: navigation, programme, environment, banner, the reader's preferences.

Nothing here asks the remote, and nothing needs the database: the shell must come when both are down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import cast
from uuid import UUID

import msgspec
from flask import Flask, current_app, g, render_template, request
from markupsafe import Markup

from dashboard.permissions import Permission, Role
from dashboard.store import approvals, intents, orders
from dashboard.store.database import DatabaseUnavailable
from dashboard.store.staff import StaffMember
from dashboard.web import programmes
from dashboard.web.access import services, signed_in
from dashboard.web.errors import remote_trouble
from dashboard.web.filters import formats


class NavItem(msgspec.Struct, frozen=True):
    """One line of the side navigation. ``key`` is the letter after ``g``."""

    label: str
    url: str
    icon: str
    key: str
    current: bool
    count: int | None = None


class Environment(msgspec.Struct, frozen=True):
    """Which remote stands behind the figures; ``loud`` when none of it is real."""

    label: str
    loud: bool


class ProgrammeLink(msgspec.Struct, frozen=True):
    """One programme as the switch shows it."""

    id: str
    name: str
    url: str
    current: bool


Keys = tuple[tuple[str, str], ...]
"""Labels of the navigation, each with the key that leads there."""
_DIALOGS = "loyalty-desk-dialogs"

APPROVALS = "/approvals/"
UNSETTLED = "/unsettled/"
PENDING = "pending"
"""Below the programme."""

_NAV = (
    # label, path below the programme or from the root, icon, key, permission
    ("Search", "", "search", "s", Permission.MEMBERS_READ),
    ("Pending orders", PENDING, "clock", "p", Permission.MEMBERS_READ),
    ("Approvals", APPROVALS, "shield", "a", Permission.APPROVALS_DECIDE),
    ("Unsettled", UNSETTLED, "triangle-alert", "u", Permission.CREDITS_WRITE),
    ("Audit log", "/audit/", "scroll-text", "l", Permission.AUDIT_READ),
    ("Reports", "/reports/goodwill", "chart-line", "r", Permission.REPORTS_READ),
    ("Staff", "/staff/", "users", "f", Permission.STAFF_MANAGE),
    ("Settings", "/settings/", "settings", "e", Permission.SETTINGS_MANAGE),
    ("Status", "/status/", "activity", "t", Permission.STATUS_READ),
)


class Shell:
    """The frame of one answer; templates know it as ``shell``."""

    def __init__(self) -> None:
        user = signed_in()
        self.staff: StaffMember | None = user.staff if user else None

    @cached_property
    def nav(self) -> list[NavItem]:
        """What the reader's role may open."""
        if self.staff is None:
            return []
        found = [
            (label, url, icon, key, path)
            for label, path, icon, key, permission in _NAV
            if self.staff.role.may(permission) and (url := self._at(path))
        ]
        # Pending orders stand below the search: of two that fit, the longer one is where the reader is.
        here = max((url for _, url, *_ in found if _is_current(url)), key=len, default=None)
        return [
            NavItem(label, url, icon, key, current=url == here, count=self._counts.get(path) or None)
            for label, url, icon, key, path in found
        ]

    def _at(self, path: str) -> str | None:
        """The address of an item; None for what is a programme's while no programme is known."""
        if path == PENDING:
            return f"{self.search_url}{PENDING}" if self.programme else None
        return path or self.search_url

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        """How much waits for the reader, by path; nothing when it cannot be known."""
        if self.staff is None:
            return {}
        role, now = self.staff.role, services().clock()
        found: dict[str, int] = {}
        try:
            with services().database.read() as connection:
                if self.programme:
                    found[PENDING] = orders.waiting(connection, self.programme.id, now).count
                if role.may(Permission.INTENTS_DECIDE):
                    found[UNSETTLED] = intents.count_held(connection)
                elif role.may(Permission.CREDITS_WRITE):
                    found[UNSETTLED] = intents.count_own_unsettled(connection, self.staff.id)
                if role.may(Permission.APPROVALS_DECIDE):
                    found[APPROVALS] = approvals.waiting_for(connection, self.staff.id, now).count
        except DatabaseUnavailable:
            return {}
        return found

    @property
    def search_url(self) -> str:
        """The page that finds members: of the programme in the address, else of the first one."""
        return home_url(self.programme.id) if self.programme else "/"

    @cached_property
    def programmes(self) -> list[ProgrammeLink]:
        """The active programmes, as far as they are known."""
        chosen: UUID | None = (request.view_args or {}).get("programme_id")
        known = programmes.known() or ((programmes.unnamed(chosen),) if chosen else ())
        return [
            ProgrammeLink(each.id, each.name, home_url(each.id), current=each.id == str(chosen))
            for each in known
        ]

    @property
    def programme(self) -> ProgrammeLink | None:
        """The programme in the address; elsewhere the one to open first."""
        current = [each for each in self.programmes if each.current]
        if current or self.programmes:
            return next(iter(current or self.programmes))
        first = programmes.first()
        return ProgrammeLink(first.id, first.name, home_url(first.id), current=False) if first else None

    @property
    def environment(self) -> Environment:
        """Loud unless the remote is Brevo itself."""
        real = services().settings.is_real_remote and not services().settings.demo
        return Environment("Live", loud=False) if real else Environment("Sandbox", loud=True)

    @property
    def data_as_of(self) -> datetime | None:
        """The age of the oldest figure on the page."""
        return cast("datetime | None", g.get("data_as_of"))

    @property
    def theme(self) -> str:
        """``system``, ``light`` or ``dark``."""
        return self.staff.theme if self.staff else "system"

    @property
    def density(self) -> str:
        """``normal`` or ``compact``."""
        return self.staff.density if self.staff else "normal"

    @property
    def shortcuts_on(self) -> bool:
        """Whether single keys do anything (WCAG 2.1.4)."""
        return self.staff.shortcuts_on if self.staff else False

    @property
    def dialogs(self) -> Markup:
        """Those that every page carries; the same for all who have the same keys, so made once for them."""
        if self.staff is None:
            return Markup("")
        made = cast("Callable[[Role, bool, Keys], Markup]", current_app.extensions[_DIALOGS])
        return made(self.staff.role, self.shortcuts_on, tuple((item.label, item.key) for item in self.nav))

    @property
    def banner(self) -> str | None:
        """One line about trouble with the remote, from what the latest calls met; shown to staff alone."""
        condition = services().brevo.health.condition
        if self.staff is None or condition.trouble is None:
            return None
        title, text = remote_trouble(condition.trouble)
        return f"{title} (last tried at {formats().clock_time(condition.failed_at)}). {text}"


def show_age(at: datetime) -> None:
    """Tell the shell how old a figure on this page is; it shows the oldest."""
    known: datetime | None = g.get("data_as_of")
    g.data_as_of = at if known is None else min(known, at)


def look_around() -> None:
    """Work out now what the navigation will show: while something else is waited for it costs nothing."""
    _ = _shell().nav


def home_url(programme_id: str | UUID) -> str:
    """Where the search of a programme stands."""
    return f"/programmes/{programme_id}/"


def _is_current(url: str) -> bool:
    """Whether the page is that one or below it: a member stands below the search of their programme."""
    return request.path == url or (url != "/" and request.path.startswith(url))


def init_app(app: Flask) -> None:
    """Give every template its frame."""
    app.context_processor(lambda: {"shell": _shell()})
    app.extensions[_DIALOGS] = lru_cache(64)(_make_dialogs)


def _make_dialogs(role: Role, shortcuts_on: bool, keys: Keys) -> Markup:
    html = render_template("layouts/_dialogs.html", role=role, shortcuts_on=shortcuts_on, keys=keys)
    return Markup(html)  # noqa: S704 - a template of ours, which escapes what it is given


def _shell() -> Shell:
    if "shell" not in g:
        g.shell = Shell()
    return cast(Shell, g.shell)
