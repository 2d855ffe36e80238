"""Who may open what: every endpoint declares one permission, and what declares none is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec
from flask import Flask, current_app, request
from flask_login import current_user
from structlog import get_logger

from dashboard.permissions import Permission, Role
from dashboard.services import Services
from dashboard.store.sessions import Session
from dashboard.store.staff import StaffMember
from dashboard.web.errors import ErrorPage

PUBLIC = frozenset(
    {
        "static",
        "health.show",
        "sign_in.show",
        "sign_in.choose_password",
        "security.csp_report",
    }
)
"""All that answers without a signed-in member of staff. Nothing else may."""

View = TypeVar("View", bound=Callable[..., object])
_log = get_logger("web.access")


class Access(msgspec.Struct, frozen=True):
    """What an endpoint asks of the one who calls it."""

    permission: Permission
    polls: bool
    """Asked for by a timer, not by a person: it never keeps a session awake."""
    in_place: bool
    """A part that comes while somebody may be typing beside it: it never leads away to the sign-in page."""


class SignedIn(msgspec.Struct, frozen=True):
    """Who sends this request, as flask-login wants to see it."""

    staff: StaffMember
    session: Session

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """The staff member's ID."""
        return self.staff.id


def services() -> Services:
    """The parts that :func:`dashboard.app.create_app` was given."""
    return cast(Services, current_app.extensions["loyalty-desk"])


def signed_in() -> SignedIn | None:
    """The member of staff and session behind this request, if any."""
    user = current_user._get_current_object()  # noqa: SLF001 - Werkzeug's documented way to ask a proxy once
    return cast(SignedIn, user) if user.is_authenticated else None


def current_staff() -> StaffMember:
    """The member of staff who sent this request. Only in views that require a permission."""
    return cast(SignedIn, current_user).staff


def current_session() -> Session:
    """The session this request belongs to. Only in views that require a permission."""
    return cast(SignedIn, current_user).session


def requires(
    permission: Permission, *, polls: bool = False, in_place: bool = False
) -> Callable[[View], View]:
    """Declare what a view asks for. Exactly one on every view; put it right under the route.

    :param polls: set it on what a page fetches by timer: such requests never extend a session.
    :param in_place: set it on parts that come by themselves while somebody may be typing on the page, such as
        a preview: with an ended session they say so in their place. What polls does so too.
    """

    def declare(view: View) -> View:
        vars(view)["access"] = Access(permission, polls, in_place or polls)
        return view

    return declare


def access_of(endpoint: str | None) -> Access | None:
    """What ``endpoint`` declares; ``None`` when it declares nothing."""
    view = current_app.view_functions.get(endpoint or "")
    return cast("Access | None", getattr(view, "access", None))


def guard() -> None:
    """Refuse whoever may not open the endpoint. Unknown addresses pass on to the 404 and 405 pages.

    :raises SignedOut: nobody is signed in.
    :raises Forbidden: the role lacks the permission, or the endpoint declares none.
    """
    if request.endpoint is None or request.endpoint in PUBLIC:
        return
    access = access_of(request.endpoint)
    if access is None:
        _log.error("access.undeclared", endpoint=request.endpoint)
        raise ErrorPage(403, "You can't open this page", "It has not been opened to anybody yet.")
    user = signed_in()
    if user is None:
        raise SignedOut
    if not user.staff.role.may(access.permission):
        raise Forbidden(access.permission)


class SignedOut(Exception):  # noqa: N818 - it is no error to be signed out
    """The page needs somebody to be signed in."""


DEEDS = {
    Permission.OWN_ACCOUNT: "use an account page",
    Permission.MEMBERS_READ: "see members",
    Permission.NOTES_WRITE: "write notes",
    Permission.CREDITS_WRITE: "give credits",
    Permission.DEBITS_WRITE: "take credits back",
    Permission.VOUCHERS_WRITE: "change vouchers",
    Permission.ORDERS_WRITE: "change orders",
    Permission.MEMBERS_WRITE: "change members",
    Permission.MEMBERSHIPS_END: "end memberships",
    Permission.TIERS_WRITE: "change tiers",
    Permission.CHANGES_UNDO: "undo what somebody else did",
    Permission.INTENTS_DECIDE: "decide what the console can't settle",
    Permission.APPROVALS_DECIDE: "see approvals",
    Permission.AUDIT_READ: "see the audit log",
    Permission.AUDIT_EXPORT: "export the audit log",
    Permission.REPORTS_READ: "see reports",
    Permission.STATUS_READ: "see the status page",
    Permission.STAFF_MANAGE: "manage staff",
    Permission.SETTINGS_MANAGE: "change settings",
}
"""What each permission lets one do, after "can"."""


class Forbidden(ErrorPage):
    """The role may not do this; the page says who can. ``recorded`` as in :class:`ErrorPage`."""

    def __init__(self, permission: Permission, *, recorded: bool = False) -> None:
        holders = [f"{role.value}s" for role in Role if role.may(permission)]
        who = " and ".join(filter(None, [", ".join(holders[:-1]), holders[-1]]))
        super().__init__(
            403,
            f"You can't {DEEDS[permission]}",
            f"{who.capitalize()} can. Ask one of them to do it.",
            recorded=recorded,
        )


def init_app(app: Flask) -> None:
    """Put the guard in front of every request."""
    app.before_request(guard)
