"""The processes that are measured: sandbox, console and peers, each on a free port of this machine."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server
from tempfile import mkdtemp
from time import monotonic, sleep
from typing import Any

import certifi
import httpx

from dashboard.permissions import Role
from dashboard.store import sessions, staff
from dashboard.store.database import Database
from tests.support.certificates import Authority

KEY = "sandbox"
SECRET = "the benchmark signs with this and nothing else does"
THREADS = 16
START_SECONDS = 20


@dataclass(frozen=True)
class Process:
    """A server that answers."""

    url: str
    pid: int

    @property
    def worker(self) -> int:
        """The one worker of a gunicorn; the process itself when it has none."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return int(children[0]) if children else self.pid

    @property
    def cpu_seconds(self) -> float:
        """What the worker has used, in user and system mode."""
        fields = Path(f"/proc/{self.worker}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_megabytes(self) -> float:
        """What the worker holds in memory now."""
        pages = int(Path(f"/proc/{self.worker}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True)
class Stack:
    """All of them, and who is signed in to the console."""

    sandbox: Process
    console: Process
    naive: Process
    sdk: Process
    database: str
    headers: Mapping[str, str]
    """What the browser of somebody who is signed in sends."""
    programme: str
    definition: str
    known: Mapping[str, str]
    """What the peers are told."""
    members: Iterator[int]
    """Contact IDs of members, the busy ones of the cast left out."""

    @property
    def api(self) -> str:
        """Where the console finds the remote."""
        return f"{self.sandbox.url}/v3"

    @property
    def connections(self) -> set[str]:
        """The clients' ends of all connections to the sandbox."""
        port = f":{int(self.sandbox.url.rpartition(':')[2]):04X}"
        rows = (line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:])
        return {local for _, local, remote, state, *_ in rows if remote.endswith(port) and state == "01"}

    def control(self, method: str, path: str, **orders: object) -> Any:
        """Steer the sandbox."""
        answer = httpx.request(
            method, f"{self.sandbox.url}/_sandbox{path}", json=orders or None, trust_env=False, timeout=30
        )
        answer.raise_for_status()
        return answer.json()

    def remote(self, method: str, path: str, **query: str) -> Any:
        """Ask the sandbox as Brevo is asked."""
        answer = httpx.request(
            method, f"{self.api}{path}", params=query, headers={"api-key": KEY}, trust_env=False, timeout=30
        )
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running(folder: Path) -> Iterator[Stack]:
    """Start everything, and end it whatever happens."""
    with ExitStack() as stack:
        sandbox = stack.enter_context(
            _process(["-m", "dashboard", "sandbox", "--plan", "off", "--members", "3000"], "/_sandbox", {})
        )
        api = f"{sandbox.url}/v3"
        programme, definition, members = _world(api)
        database = f"sqlite:///{folder / 'desk.db'}"
        token = _signed_in(database)
        known = {
            "BENCH_API_URL": api,
            "BENCH_API_KEY": KEY,
            "BENCH_PROGRAMME": programme,
            "BENCH_DEFINITION": definition,
        }
        yield Stack(
            sandbox=sandbox,
            console=stack.enter_context(console(sandbox, database)),
            naive=stack.enter_context(_peer("naive", known)),
            sdk=stack.enter_context(_peer("sdk", known)),
            database=database,
            headers={"Cookie": f"__Host-session={token}"},
            programme=programme,
            definition=definition,
            known=known,
            members=iter(members),
        )


@contextmanager
def over_tls(stack: Stack, folder: Path) -> Iterator[tuple[Stack, Process]]:
    """The stack with TLS before its sandbox, and a peer that makes a client for every request.

    Peers trust the private authority as one of all public ones, as they would trust that of Brevo.
    """
    authority = Authority(folder)
    certificate = authority.certify()
    everybody = folder / "authorities.pem"
    everybody.write_bytes(authority.file.read_bytes() + Path(certifi.where()).read_bytes())
    port = stack.sandbox.url.rpartition(":")[2]
    relay = ["-m", "tests.support.tls_front", port, str(certificate.file), str(certificate.key)]
    with ExitStack() as processes:
        sandbox = processes.enter_context(_process(relay, "/_sandbox", {}, authority=authority.file))
        known = {**stack.known, "BENCH_API_URL": f"{sandbox.url}/v3", "SSL_CERT_FILE": str(everybody)}
        secure = replace(
            stack,
            console=processes.enter_context(console(sandbox, stack.database, authority=authority.file)),
            naive=processes.enter_context(_peer("naive", known)),
        )
        yield secure, processes.enter_context(_peer("wasteful", known))


def console(
    sandbox: Process, database: str, *, authority: Path | None = None
) -> AbstractContextManager[Process]:
    """A console with one worker, as it is served; ``authority`` is that of a sandbox that speaks TLS."""
    settings = {
        "BREVO_API_KEY": KEY,
        "BREVO_API_URL": f"{sandbox.url}/v3",
        "DATABASE_URL": database,
        "SECRET_KEY": SECRET,
        "PACE": "9999",
        "AUDIT_ANCHORS": f"{mkdtemp()}/anchors.jsonl",
        "BREVO_CA_FILE": str(authority or ""),
        "MALLOC_ARENA_MAX": "2",  # as in the image
    }
    return _process(["-m", "dashboard", "serve"], "/healthz", settings)


def _world(api: str) -> tuple[str, str, list[int]]:
    with httpx.Client(headers={"api-key": KEY}, trust_env=False, timeout=30) as client:

        def get(path: str, **query: object) -> Any:
            answer = client.get(f"{api}{path}", params=query)  # type: ignore[arg-type]
            answer.raise_for_status()
            return answer.json()

        programmes = get("/loyalty/config/programs")["items"]
        programme = next(each["id"] for each in programmes if each["name"].startswith("Northwind"))
        base = f"/loyalty/balance/programs/{programme}"
        found = get(f"{base}/balance-definitions", version="active")["items"]
        definition = next(each["id"] for each in found if each["unit"] == "POINTS")
        members: list[int] = []
        for offset in range(50, 2550, 500):
            page = get(f"{base}/contact-balances", balanceDefinitionId=definition, limit=500, offset=offset)
            members += [each["contactId"] for each in page["balances"]]
        return programme, definition, members


def _signed_in(url: str) -> str:
    """A supervisor's session, in a database made for this run."""
    database = Database(url, (SECRET,))
    database.upgrade()
    now = datetime.now(UTC)
    with database.write() as connection:
        member = staff.add(
            connection, email="lea@example.com", name="Lea Moreau", role=Role.SUPERVISOR, now=now
        )
        opened = sessions.open_session(connection, member.id, user_agent="bench", ip="127.0.0.1", now=now)
    database.dispose()
    return opened.token


def _peer(name: str, environment: Mapping[str, str]) -> AbstractContextManager[Process]:
    serve = ["-m", "gunicorn", "--worker-class", "gthread", "--threads", str(THREADS), "--log-level", "error"]
    return _process([*serve, f"tests.bench.peers:{name}()"], "/", environment)


@contextmanager
def _process(
    arguments: list[str], probe: str, environment: Mapping[str, str], *, authority: Path | None = None
) -> Iterator[Process]:
    port = _free_port()
    place = ["--bind", f"127.0.0.1:{port}"] if "gunicorn" in arguments else ["--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, *arguments, *place],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"{'https' if authority else 'http'}://127.0.0.1:{port}"
        _wait_for(f"{url}{probe}", process, ssl.create_default_context(cafile=authority))
        yield Process(url, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes], context: ssl.SSLContext) -> None:
    end = monotonic() + START_SECONDS
    while monotonic() < end and process.poll() is None:
        try:
            httpx.get(url, verify=context, trust_env=False, timeout=2)
        except httpx.TransportError:
            sleep(0.05)
        else:
            return
    raise RuntimeError(f"{url} does not answer")


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
