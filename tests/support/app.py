"""A whole console for a test: its own database file, a clock that stands, and a sandbox behind it.

::

    def test_...(desk):
        page = desk.visitor("sam").get("/account/")
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from dashboard.app import create_app
from dashboard.config import Settings
from dashboard.permissions import Role
from dashboard.sandbox import SandboxOptions
from dashboard.services import Services
from dashboard.store import audit, passwords, sessions, staff
from dashboard.store.database import Database
from dashboard.web.sessions import cookie_name
from tests.support.page import Visitor
from tests.support.sandbox import Remote, start

PASSWORD = "loyalty-desk-demo"
PEOPLE = {
    "sam": ("Sam Rivera", Role.AGENT),
    "lea": ("Lea Moreau", Role.SUPERVISOR),
    "ana": ("Ana Castro", Role.ADMIN),
    "ike": ("Ike Obi", Role.AUDITOR),
}
SECRET = "a secret of tests, long enough to sign with"
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9/v3"
"""An address where nothing listens: the remote is absent."""


class Compiled(BytecodeCache):
    """Compiled templates, kept for the next console: compiling them takes longer than most tests."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


_compiled = Compiled()


class Clock:
    """Time stands until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.followers: list[Callable[[float], None]] = []
        """Told how many seconds it moved: the sandbox's clock."""

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        """``clock.advance(minutes=31)``."""
        passed = timedelta(**span)
        self.now += passed
        for follow in self.followers:
            follow(passed.total_seconds())


@dataclass
class Desk:
    """The console under test and what it stands on."""

    services: Services
    app: Flask
    clock: Clock
    remote: Remote | None = None
    """The sandbox behind it, where there is one."""

    @property
    def calls(self) -> list[str]:
        """The operations that the remote was asked for so far, in order."""
        assert self.remote is not None
        return self.remote.operations()

    @property
    def settings(self) -> Settings:
        return self.services.settings

    def visitor(self, name: str = "") -> Visitor:
        """A browser; signed in as ``sam``, ``lea``, ``ana`` or ``ike`` when named, past the slow form."""
        visitor = Visitor(self.app)
        if name:
            with self.services.database.write() as connection:
                opened = sessions.open_session(
                    connection,
                    self.staff_id(name),
                    user_agent="Test browser",
                    ip="127.0.0.1",
                    now=self.clock(),
                )
            visitor.take_cookie(cookie_name(self.settings), opened.token)
        return visitor

    def record(self) -> list[audit.Entry]:
        """The audit record, oldest first."""
        with self.services.database.read() as connection:
            rows = audit.page(connection, audit.Filters(), limit=1000)
        return [row.entry for row in reversed(rows)]

    def staff_id(self, name: str) -> str:
        """The ID of one of the people."""
        with self.services.database.read() as connection:
            member = staff.by_email(connection, f"{name}@demo.example")
        assert member is not None
        return member.id


def settings(database: Path, *, api_url: str = NOWHERE, api_key: str = "sandbox") -> Settings:
    """Settings of the demo, on a database file."""
    return Settings(
        api_key=api_key,
        api_url=api_url,
        database_url=f"sqlite:///{database}",
        secret_keys=(SECRET,),
        timezone=ZoneInfo("Europe/London"),
        locale=Locale.parse("en_GB"),
        phone_region="GB",
        audit_anchors=database.with_name("audit-anchors.jsonl"),
        demo=True,
    )


def make_template(folder: Path) -> Path:
    """A database with the people in it, made once and copied for each test."""
    file = folder / "template.db"
    database = Database(f"sqlite:///{file}", (SECRET,))
    database.upgrade()
    add_people(database)
    database.dispose()
    return file


def add_people(database: Database) -> None:
    """Add the four, who can sign in."""
    for short, (name, role) in PEOPLE.items():
        with database.write() as connection:
            member = staff.add(
                connection, email=f"{short}@demo.example", name=name, role=role, now=NOON, is_demo=True
            )
        staff.set_password(database, member.id, PASSWORD, NOON)


@contextmanager
def on_sandbox(
    template: Path, folder: Path, options: SandboxOptions | None = None, **changes: object
) -> Iterator[Desk]:
    """A console with a sandbox behind it; their clocks stand at :data:`NOON` and move together."""
    remote = start(replace(options or SandboxOptions(members=40, plan="off"), now=NOON))
    try:
        with running(template, folder, api_url=remote.url, api_key=remote.key, **changes) as desk:
            desk.remote = remote
            desk.clock.followers.append(remote.advance)
            yield desk
    finally:
        remote.server.stop()


@contextmanager
def running(template: Path, folder: Path, **changes: object) -> Iterator[Desk]:
    """A console on a copy of ``template``; ``changes`` are other values of its settings."""
    file = folder / "desk.db"
    shutil.copy(template, file)
    clock = Clock()
    services = Services.build(msgspec.structs.replace(settings(file), **changes), clock=clock)
    app = create_app(services)
    app.jinja_env.bytecode_cache = _compiled
    try:
        yield Desk(services, app, clock)
    finally:
        services.close()


def add_mia(desk: Desk) -> str:
    """Add an agent who is no demo account: ``mia@example.com``, with :data:`PASSWORD`; gives her ID.

    The rules of passwords do not stop her: they are tested elsewhere.
    """
    with desk.services.database.write() as connection:
        mia = staff.add(
            connection, email="mia@example.com", name="Mia Berg", role=Role.AGENT, now=desk.clock()
        )
        staff.set_password_hash(connection, mia.id, _hashed(PASSWORD), desk.clock())
    return mia.id


@cache
def _hashed(password: str) -> str:
    return passwords.hash_password(password)
