"""The whole product as real processes: ``loyalty-desk demo`` with its sandbox and its console."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from itertools import count
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from dashboard.permissions import Role
from dashboard.sandbox import catalogue
from dashboard.sandbox.cast import NORTHWIND
from dashboard.store import audit, links, pace, sessions, staff
from dashboard.store.database import Database

ROOT = Path(__file__).parents[2]
PASSWORD = "loyalty-desk-demo"
MEMBERS = 400
PACE = 100
"""Times the usual pace: more than a run of tests needs."""
FIRST_MEMBER = 1_001
_START_LINE = re.compile(r"answers at (\S+)")
_API_LINE = re.compile(r"sandbox at (\S+) ")


@dataclass
class Stack:
    """A running demo and what tests do behind its back."""

    url: str
    api_url: str
    folder: Path
    process: subprocess.Popen[str]
    database: Database
    _next_member: Iterator[int] = field(default_factory=lambda: count(FIRST_MEMBER))

    @property
    def port(self) -> int:
        """Where the console answers."""
        return urlsplit(self.url).port or 0

    def control(self, method: str, path: str, orders: Mapping[str, object] | None = None) -> Any:
        """Steer the sandbox; see ``dashboard/sandbox/controlpath.py``."""
        connection = HTTPConnection(urlsplit(self.api_url).netloc, timeout=30)
        try:
            connection.request(method, f"/_sandbox{path}", json.dumps(orders) if orders else None)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, content
            return json.loads(content, parse_float=Decimal)
        finally:
            connection.close()

    def fault(self, kind: str, path: str = "*", method: str = "*", **more: float) -> None:
        """Order a fault: ``times`` (0 for ever), ``skip``, ``seconds``, ``status``."""
        self.control("POST", "/faults", {"kind": kind, "path": path, "method": method, **more})

    def lag(self, seconds: float) -> None:
        """Let reads lag behind writes."""
        self.control("PUT", "/switches", {"read_lag": seconds})

    def calm(self) -> None:
        """No faults, no latency, no lag, and an empty record of calls."""
        self.lag(0)
        self.control("DELETE", "/faults")
        self.control("DELETE", "/calls")
        self.control("PUT", "/latency", {"seconds": 0})

    def calls(self) -> list[str]:
        """The operations that the console asked for since the last :meth:`calm`."""
        return [each["operation"] for each in self.control("GET", "/calls")]

    def new_member(self) -> int:
        """The contact ID of a member that no test has touched, and who has points."""
        return next(each for each in self._next_member if self.points(each) > 0)

    def ledger(self, contact_id: int) -> Any:
        """All that a member holds."""
        return self.control("GET", "/ledger?" + urlencode({"programme": NORTHWIND, "contact": contact_id}))

    def points(self, contact_id: int) -> Decimal:
        """The balance in points."""
        return Decimal(self.ledger(contact_id)["balances"][catalogue.POINTS])

    def ours(self, contact_id: int) -> list[tuple[Decimal, str]]:
        """Amount and status of what this console asked for, oldest first."""
        return [
            (Decimal(each["amount"]), each["status"])
            for each in self.ledger(contact_id)["transactions"]
            if "intent" in (each["meta"] or {})
        ]

    def session(self, name: str, *, used: timedelta = timedelta()) -> str:
        """The token of a new session of ``sam``, ``lea``, ``ana`` or ``ike``, last used that long ago."""
        with self.database.write() as connection:
            opened = sessions.open_session(
                connection,
                self.staff_id(name),
                user_agent="Chromium",
                ip="127.0.0.1",
                now=datetime.now(UTC) - used,
            )
        return opened.token

    def staff_id(self, name: str) -> str:
        """The ID of one of the people."""
        with self.database.read() as connection:
            member = staff.by_email(connection, f"{name}@demo.example")
        assert member is not None
        return member.id

    def use_up_pace(self, name: str) -> None:
        """Let somebody have made as many changes within this minute as they may."""
        row = {"what": pace.CHANGES.what, "staff_id": self.staff_id(name), "at": datetime.now(UTC)}
        rows = [{**row, "key": str(number)} for number in range(pace.CHANGES.own[pace.MINUTE] * PACE)]
        with self.database.write() as connection:
            connection.execute(pace.table.insert(), rows)

    def wait_out_pace(self) -> None:
        """As if that minute had passed."""
        with self.database.write() as connection:
            connection.execute(pace.table.delete())

    def end_sessions(self, name: str) -> None:
        """Sign somebody out everywhere."""
        with self.database.write() as connection:
            sessions.revoke_all(connection, self.staff_id(name), datetime.now(UTC))

    def password_link(self) -> str:
        """The address of a one-time link that sets the password of a new colleague."""
        now = datetime.now(UTC)
        with self.database.write() as connection:
            mia = staff.by_email(connection, "mia@example.com") or staff.add(
                connection, email="mia@example.com", name="Mia Berg", role=Role.AGENT, now=now
            )
            return f"/set-password/{links.create(connection, mia.id, now)}"

    def record(self, action: str) -> list[audit.Recorded]:
        """The audit rows of an action, newest first."""
        with self.database.read() as connection:
            return list(audit.page(connection, audit.Filters(action=action), limit=1000))


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Stack]:
    """A demo below ``folder`` on free ports; everything ends with it."""
    command = [sys.executable, "-m", "dashboard", "demo", "--port", "0", "--plan", "off"]
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "--members", str(MEMBERS), *options],
            cwd=folder,
            # One agent does in a run what takes them days.
            env={**environ, "PYTHONPATH": str(ROOT), "PACE": str(PACE)},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        with _connected(process, folder) as stack:
            yield stack
    finally:
        process.terminate()
        process.wait(40)
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def _connected(process: subprocess.Popen[str], folder: Path) -> Iterator[Stack]:
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if "Ctrl-C" in line:
            break
    found = [line.search(told) for line in (_START_LINE, _API_LINE)]
    url, api_url = (each[1] if each else "" for each in found)
    assert url, (folder / "log").read_text(encoding="utf-8")
    state = folder / "var" / f"demo-{urlsplit(url).port}"
    secret = (state / "secret-key").read_text(encoding="ascii")
    database = Database(f"sqlite:///{state / 'desk.db'}", (secret,))
    try:
        yield Stack(url, api_url, folder, process, database)
    finally:
        with suppress(OSError):
            database.dispose()
