"""``loyalty-desk demo``: a sandbox and a console on this machine, with accounts to try them."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from http import HTTPStatus

import click

from dashboard.cli.common import listen
from dashboard.cli.demo_data import CAST, PASSWORD, add_cast, add_rates, cancel_unsettled
from dashboard.cli.opening import opened, settings_of
from dashboard.cli.processes import AskedToEnd, Processes, until_asked_to_end
from dashboard.cli.reach import get, is_sandbox
from dashboard.cli.state import DEFAULT_PORT, SANDBOX_KEY, DemoState
from dashboard.sandbox import PLANS
from dashboard.sandbox.cast import NORTHWIND

LOOPBACK = "127.0.0.1"
_PATIENCE = 60.0
"""Seconds; a sandbox of 100,000 members takes ten."""


@click.command("demo")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    envvar="PORT",
    show_envvar=True,
    help="Where the console answers; 0 takes a free port.",
)
@click.option("--members", type=click.IntRange(1), default=2000, help="How many members the sandbox has.")
@click.option("--seed", type=int, default=1, help="Another seed is another world.")
@click.option(
    "--plan", type=click.Choice(PLANS), default="extended", help="Whose rate limits the sandbox keeps."
)
def command(port: int, members: int, seed: int, plan: str) -> None:
    """Start the console on a sandbox, with accounts to try it.

    Both listen on this machine alone and end together, on Ctrl-C or SIGTERM. The database and the key that
    signs sessions live in var/demo-PORT; the sandbox keeps nothing and begins anew, from the seed, each time.
    """
    listener = listen(LOOPBACK, port)
    port = listener.getsockname()[1]
    with until_asked_to_end(), Processes() as processes:
        try:
            world = ("--members", str(members), "--seed", str(seed), "--plan", plan)
            api_url = _start(processes, listener, world)
            click.echo(_welcome(port, api_url))
            processes.watch()
        except AskedToEnd:
            click.echo("Stopping.")


def _start(processes: Processes, listener: socket.socket, world: Sequence[str]) -> str:
    """Start both, wait until both answer, and give the sandbox's address."""
    port = listener.getsockname()[1]
    sandbox_port = _free_port()
    api_url = f"http://{LOOPBACK}:{sandbox_port}/v3"
    state = DemoState.of_port(port)
    state.prepare(api_url, NORTHWIND)
    settings = settings_of(state.environment(os.environ), demo=True)
    environment = {**os.environ, "PORT": str(port)}
    place = ("--port", str(sandbox_port), "--key", SANDBOX_KEY)
    processes.start("sandbox", ("sandbox", *place, *world), environment=environment)
    with opened(settings) as database:
        database.upgrade()
        processes.wait_until(lambda: is_sandbox(api_url), _PATIENCE, "The sandbox")
        add_rates(database)
        add_cast(database)
        left = cancel_unsettled(database)
    if left:
        click.echo(f"Cancelled {left} changes that an earlier run left unsettled: their sandbox is gone.")
    with listener:
        console = ("serve", "--demo", "--fd", str(listener.fileno()))
        processes.start("console", console, environment=environment, hand_over=[listener.fileno()])
    processes.wait_until(lambda: _answers(f"http://{LOOPBACK}:{port}/healthz"), _PATIENCE, "The console")
    return api_url


def _welcome(port: int, api_url: str) -> str:
    accounts = "\n".join(f"  {email:<20} {role}" for email, _name, role in CAST)
    return (
        f"Loyalty Desk answers at http://{LOOPBACK}:{port}\n\n"
        f"Sign in with the password {PASSWORD} as\n{accounts}\n\n"
        f"The members live in a sandbox at {api_url} (API key: {SANDBOX_KEY}).\n"
        "Ctrl-C ends both."
    )


def _answers(url: str) -> bool:
    answer = get(url)
    return answer is not None and answer[0] == HTTPStatus.OK


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
