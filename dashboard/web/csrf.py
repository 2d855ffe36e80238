"""The token that ties a form to the session it was rendered for.

The token is an HMAC of the session's ID, so nothing has to be stored. Each rendering is masked with fresh
random bytes: pages are compressed, and an unmasked secret beside text that others can influence could be
guessed from the length of the answer (BREACH).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from secrets import token_bytes
from typing import cast

from flask import Flask, g, request
from structlog import get_logger

from dashboard.web.access import PUBLIC, services, signed_in
from dashboard.web.forms import TOKEN, Stale, review
from dashboard.web.security import SAFE_METHODS

HEADER = "X-CSRF-Token"
_log = get_logger("web.csrf")
_SIZE = hashlib.sha256().digest_size


def csrf_token() -> str:
    """A token for the present session, one for each answer; empty when nobody is signed in."""
    if "csrf_token" not in g:
        user = signed_in()
        g.csrf_token = make(services().settings.secret_keys[0], user.session.id) if user else ""
    return cast(str, g.csrf_token)


def make(key: str, session_id: str) -> str:
    """A token for ``session_id``, different each time."""
    mask = token_bytes(_SIZE)
    return urlsafe_b64encode(mask + _xor(mask, _digest(key, session_id))).decode("ascii")


def is_genuine(token: str, keys: Iterable[str], session_id: str) -> bool:
    """Whether ``token`` was made for ``session_id`` with one of ``keys``."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:  # neither ASCII nor base64
        return False
    if len(raw) != 2 * _SIZE:
        return False
    digest = _xor(raw[:_SIZE], raw[_SIZE:])
    return any(hmac.compare_digest(digest, _digest(key, session_id)) for key in keys)


def guard() -> None:
    """Refuse what changes something without the session's token.

    The public endpoints have no session to bind a token to. They are covered by the browser's word on where
    the request comes from (``security.refuse_foreign_requests``) and by the cookie's ``SameSite=Strict``.

    :raises Stale: the page was rendered for another session; what was typed is kept.
    """
    user = signed_in()
    if request.method in SAFE_METHODS or request.endpoint in PUBLIC or user is None:
        return
    token = request.headers.get(HEADER) or request.form.get(TOKEN, "")
    if not is_genuine(token, services().settings.secret_keys, user.session.id):
        _log.warning("request.stale", endpoint=request.endpoint)
        raise Stale


def _digest(key: str, session_id: str) -> bytes:
    return hmac.digest(key.encode(), b"form:" + session_id.encode(), "sha256")


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def init_app(app: Flask) -> None:
    """Check the token after the guard of access has let the request in; only then show a kept form."""
    app.before_request(guard)
    app.before_request(review)
    app.jinja_env.globals["csrf_token"] = csrf_token
