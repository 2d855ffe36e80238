"""``loyalty-desk serve``: the console, served by gunicorn."""

from __future__ import annotations

import click

from dashboard.cli.common import Problem, listen
from dashboard.cli.opening import on_demo, opened, read_settings
from dashboard.cli.processes import supervised
from dashboard.cli.reach import require_sandbox
from dashboard.cli.server import Server
from dashboard.config import Settings


@click.command("serve")
@click.option("--host", default="127.0.0.1", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, envvar="PORT", show_envvar=True)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    envvar="WEB_CONCURRENCY",
    show_envvar=True,
    help="Processes.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=64,
    help="Requests at once in each process; 32 of them may wait for the remote.",
)
@click.option("--fd", type=int, hidden=True, help="A socket that listens already, instead of host and port.")
@on_demo
@supervised
def command(
    host: str, port: int, workers: int, threads: int, fd: int | None, demo: bool, supervised: bool
) -> None:
    """Start the console.

    Stands behind a proxy that speaks TLS; FORWARDED_ALLOW_IPS names the proxy's addresses (this machine's own
    unless set). SIGTERM lets requests finish, SIGHUP reads the settings anew.
    """
    settings = read_settings(demo=demo)
    if demo:
        require_sandbox(settings.api_url)
    _require_current_database(settings)
    listening = listen(host, port).detach() if fd is None else fd
    Server(
        settings,
        lambda: read_settings(demo=demo),
        {"bind": f"fd://{listening}", "workers": workers, "threads": threads},
        supervised=supervised,
    ).run()


def _require_current_database(settings: Settings) -> None:
    """Refuse to serve on an older shape: changing it is another command's, and another role's, business."""
    with opened(settings) as database:
        if not database.is_current():
            raise Problem("The database is not set up for this version. Run: loyalty-desk db upgrade")
