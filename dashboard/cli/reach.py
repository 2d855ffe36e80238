"""Asking whether something answers over HTTP on this machine, with nothing but the standard library."""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from dashboard.cli.common import Problem

_SECONDS = 2.0
_NAME = b'"loyalty-desk sandbox"'
_AT_MOST = 64 * 1024


def get(url: str) -> tuple[int, bytes] | None:
    """Status and body of a plain http ``url``, or None when nothing answers. No proxies, no redirects."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read(_AT_MOST)
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def is_sandbox(api_url: str) -> bool:
    """Whether the remote at ``api_url`` is a sandbox: it answers on a control path of its own."""
    parts = urlsplit(api_url)
    answer = get(f"http://{parts.netloc}/_sandbox") if parts.scheme == "http" else None
    return answer is not None and answer[0] == HTTPStatus.OK and _NAME in answer[1]


def require_sandbox(api_url: str) -> None:
    """Refuse to go on as a demo on anything but a sandbox.

    :raises Problem: the remote did not show to be one.
    """
    if not is_sandbox(api_url):
        raise Problem(f"A demo needs a sandbox, and {api_url} does not answer as one.")
