"""``loyalty-desk sandbox``: the stand-in of the Brevo API, for demos, tests and development."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from dashboard.cli.common import cannot_listen
from dashboard.cli.processes import end_with_parent, supervised
from dashboard.sandbox import PLANS, SWITCHES, BadOption, SandboxOptions, UnknownSwitch, serve


def _switch_list() -> str:
    width = max(len(name) for name in SWITCHES)
    lines = (
        f"  {one.name:<{width}}  {'|'.join(one.values) or 'seconds'}\n  {'':<{width}}  {one.description}"
        for one in SWITCHES.values()
    )
    return "\b\nSwitches, each with its default first:\n" + "\n".join(lines)


@click.command("sandbox", epilog=_switch_list())
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, help="Where it answers; 0 takes a free port."
)
@click.option("--key", default="sandbox", help="The API key it asks for.")
@click.option("--seed", type=int, default=1, help="Another seed is another world.")
@click.option("--members", type=click.IntRange(0), default=2000, help="How many members there are.")
@click.option("--plan", type=click.Choice(PLANS), default="general", help="Whose rate limits hold.")
@click.option(
    "--switch", "switches", multiple=True, metavar="NAME=VALUE", help="Set a switch; may be repeated."
)
@supervised
def command(
    port: int, key: str, seed: int, members: int, plan: str, switches: Sequence[str], supervised: bool
) -> None:
    """Start a stand-in of the Brevo API on this machine alone.

    It plays all operations of the contract, keeps its state in memory and prints its address and key. Points
    that Brevo's own documents leave open are switches.
    """
    try:
        options = SandboxOptions(
            port=port, key=key, seed=seed, members=members, plan=plan, switches=dict(map(_pair, switches))
        )
    except (BadOption, UnknownSwitch) as error:
        raise click.UsageError(str(error)) from error
    if supervised:
        end_with_parent(os.getpid())
    try:
        serve(options, click.echo)
    except OSError as error:
        raise cannot_listen(options.host, port, error) from error


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--switch takes NAME=VALUE, not {text!r}.")
    return name, value
