"""The deeds behind the sign-in form and the change of a password, apart from how they look."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from flask import request

from dashboard.store import audit, sessions, staff, throttle
from dashboard.store.staff import StaffMember
from dashboard.web import record
from dashboard.web.access import SignedIn, services
from dashboard.web.filters import formats
from dashboard.web.sessions import is_demo


class WrongPair(Exception):  # noqa: N818 - says what happened
    """No such account, or not this password; nobody is told which."""


class Locked(Exception):  # noqa: N818 - as above
    """Too many attempts; the next one is looked at ``seconds`` from now, which is ``until``."""

    def __init__(self, until: datetime, seconds: int) -> None:
        super().__init__(until)
        self.until = until
        self.seconds = seconds

    def __str__(self) -> str:
        return f"Locked until {formats().clock_time(self.until)}. Ask an admin to unlock."


class Entered(msgspec.Struct, frozen=True):
    """Somebody is in."""

    user: SignedIn
    token: str
    """For the cookie."""


def check(email: str, password: str, *, action: str) -> StaffMember:
    """The person of this pair. An attempt is counted before it is looked at; a failure is recorded.

    :raises Locked: too many attempts at this account or from this address.
    :raises WrongPair: the pair is wrong.
    """
    parts = services()
    now = parts.clock()
    account = throttle.account_key(email)
    with parts.database.write() as connection:
        wait = throttle.admit(connection, (account, throttle.address_key(_ip())), now)
    if wait:
        record.write(action, audit.Outcome.DENIED, after={"because": "too many attempts"})
        raise Locked(now + timedelta(seconds=wait), wait)
    member = staff.verify(parts.database, email, password, demo=is_demo(parts.settings))
    if member is None:
        record.write(action, audit.Outcome.DENIED, after={"because": "wrong pair"})
        raise WrongPair
    return member


def enter(email: str, password: str) -> Entered:
    """Check the pair and begin a session.

    :raises Locked: as :func:`check`.
    :raises WrongPair: as :func:`check`.
    """
    return begin(check(email, password, action="sign_in"), action="sign_in")


def begin(member: StaffMember, *, action: str) -> Entered:
    """A new session for ``member`` in this browser; earlier failures are forgotten."""
    parts = services()
    agent = request.headers.get("User-Agent", "")
    with parts.database.write() as connection:
        throttle.forgive(connection, throttle.account_key(member.email), throttle.address_key(_ip()))
        opened = sessions.open_session(connection, member.id, user_agent=agent, ip=_ip(), now=parts.clock())
        after = {"session": opened.session.id, "factor": "password"}
        audit.append(connection, record.entry(action, audit.Outcome.DONE, actor=member, after=after))
    return Entered(SignedIn(member, opened.session), opened.token)


def _ip() -> str:
    return request.remote_addr or ""
