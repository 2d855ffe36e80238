"""The process and its record: each function measures the running stack and gives rows of the table."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from dashboard.store import audit
from dashboard.store.database import Database
from tests.bench.load import Times, ask_steadily, repeated
from tests.bench.measures import Row, fresh, member_url, ms
from tests.bench.stack import SECRET, Stack

CLIENTS = 200
HANGING, EVERY = 10.0, 0.1
"""Seconds of the whole, and between two asks for a local page."""
ROWS = 200_000


def while_the_remote_hangs(stack: Stack) -> Iterator[Row]:
    """Pages that need no remote, from the moment on at which many others begin to wait for it."""
    stack.control("PUT", "/latency", seconds=30)
    local = [
        f"{stack.console.url}{path}" for path in (f"/programmes/{stack.programme}/", "/audit/", "/account/")
    ]
    members = [member_url(stack, each) for each in fresh(stack, CLIENTS)]
    command = [sys.executable, "-m", "tests.bench.crowd", str(HANGING), stack.headers["Cookie"], *members]
    with subprocess.Popen(command) as crowd:
        times = ask_steadily((local * CLIENTS)[: int(HANGING / EVERY)], every=EVERY, headers=stack.headers)
        crowd.wait(60)
    stack.control("PUT", "/latency", seconds=0)
    yield Row(
        f"home, audit, account while the remote hangs, {CLIENTS} clients ask",
        ms(times),
        "p95 100 ms",
        times.p95 <= 100,
    )


def process(stack: Stack) -> Iterator[Row]:
    """What a worker takes to start and to hold."""
    with TemporaryDirectory() as compiled:
        # The first import compiles, as installing does; the environment may say that nothing be kept of it.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        spent = min(_import_seconds(environment) for _ in range(6))
    yield Row("import of the application", f"{spent * 1000:.0f} ms CPU", "350 ms", spent <= 0.35)
    held = stack.console.memory_megabytes
    yield Row("memory of the worker after this run", f"{held:.0f} MB", "90 MB", held <= 90)


def _import_seconds(environment: Mapping[str, str]) -> float:
    command = "import time, dashboard.app; print(time.process_time())"
    done = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def record(_stack: Stack) -> Iterator[Row]:
    """Writing and verifying the audit record."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder, 'audit.db')}", (SECRET,))
        database.upgrade()
        append, sync = Times([], 0), Times([], 0)
        for _ in range(20):  # by turns, so that others who use the disk disturb both
            append += repeated(lambda: _append(database, 1), 10)
            sync += repeated(lambda: _sync(Path(folder, "sync")), 10)
        ratio = append.p95 / sync.p95
        yield Row(
            "audit: append one row", f"{ms(append)}; {ratio:.2f} x p95 of one disk sync", "2 x", ratio <= 2
        )
        _append(database, ROWS)
        with database.read() as connection:
            began = perf_counter()
            report = audit.verify(connection, (SECRET,))
            rate = report.rows / (perf_counter() - began)
        database.dispose()
        if not report.is_intact:
            raise RuntimeError(f"the record is broken: {report.findings[0].text}")
        yield Row("audit: verify", f"{rate:,.0f} rows/s", "800,000 rows/s", rate >= 800_000)


def _append(database: Database, count: int) -> None:
    entry = audit.Entry(
        at=datetime.now(UTC),
        actor_id="8b2e5e7c-0000-4000-8000-000000000000",
        actor_name="Sam Rivera",
        actor_role="agent",
        action="credit.give",
        outcome=audit.Outcome.DONE,
        contact_id=142,
        after={"amount": "500"},
    )
    with database.write() as connection:
        for _ in range(count):
            audit.append(connection, entry)


def _sync(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x" * 500)
        file.flush()
        os.fsync(file.fileno())
