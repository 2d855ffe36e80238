"""What all commands share: errors as one line with an exit code, and the port to listen on."""

from __future__ import annotations

import os
import socket
from getpass import getuser

import click

_ANOTHER = "Choose another, such as PORT=9000."


class Problem(click.ClickException):
    """Something is not as it should be; exit code 1."""

    exit_code = 1


class WrongSettings(click.ClickException):
    """A setting is missing or wrong; exit code 78, which sysexits calls EX_CONFIG."""

    exit_code = 78


def operator() -> str:
    """Who uses the command line, as the audit record names them."""
    try:
        name = getuser()
    except (KeyError, OSError):
        name = f"user {os.getuid()}"
    return f"{name} (command line)"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    :raises Problem: the port is taken or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise cannot_listen(host, port, error) from error


def cannot_listen(host: str, port: int, error: OSError) -> Problem:
    """Why nothing can listen there, and what to do about it."""
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
    return Problem(f"Port {port} on {host} cannot be used: {reason.lower()}. {_ANOTHER}")
