"""The log: one JSON object a line on stderr, without secrets; nothing in it can pass for a line of its own.

Our own events (structlog) and those of libraries (``logging``, gunicorn included) take the same way:
bound context such as the request's ID, UTC time with milliseconds, redaction, escaping, one renderer.
"""

from __future__ import annotations

import logging
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"

_CREDENTIAL = r"(?:api[-_]?key|authorization|password|secret|totp|token)(?:[-_]key)?"
_SECRET_NAME = re.compile(rf"(?i)(?:.*[-_])?(?:{_CREDENTIAL}|(?:set[-_])?cookies?)")
_SECRET_WORDS = ("key", "authorization", "cookie", "password", "secret", "totp", "token")
_SECRET_IN_TEXT = re.compile(
    rf"""(?ix) (?P<name> cookie ["']? \s* [:=] \s* ) [^\r\n]+ |
    (?P<other> {_CREDENTIAL} ["']? \s* [:=] \s* )
    (?: "[^"]*" | '[^']*' | (?:bearer\s+|basic\s+)? [^\s,;&"']+ )""",
)
_SHORTEST_SECRET = 12
"""Characters. A shorter value is a word that may stand in any sentence, such as the sandbox's key."""
_EMAIL = re.compile(r"([\w.!#$%&*+/=?^{|}~-])[\w.!#$%&*+/=?^{|}~-]*@([\w-]+(?:\.[\w-]+)+)")
# Control and format characters (bidi overrides among them), lone surrogates, line and paragraph separators.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def configure(*, human: bool = False, level: int = logging.INFO, secrets: Collection[str] = ()) -> None:
    """Send every log of this process to stderr.

    ``human`` writes plain lines for a terminal instead of JSON. ``secrets`` are values, the API key among
    them, that are hidden wherever they turn up, even inside a library's message.
    """
    chain = _chain(secrets)
    renderer = _human_renderer() if human else structlog.processors.JSONRenderer(sort_keys=False)
    structlog.configure(
        processors=[*chain, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *chain, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # The client logs each remote call itself, without the address's personal data.
    for chatty in ("httpx", "httpcore", "alembic"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


def _chain(secrets: Collection[str]) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _stamp,
        structlog.processors.format_exc_info,
        _Clean(secrets),
    ]


def _stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """UTC, RFC 3339, milliseconds."""
    event["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return event


class _Clean:
    """Make every text in an event fit for the log: secrets hidden, nothing left that could break its line.

    Hidden is what is secret by its name, what looks secret, and the known secrets wherever they stand.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {text for text in secrets if len(text) >= _SHORTEST_SECRET}
        self._known = tuple(sorted(known, key=len, reverse=True))

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {name: self._clean(name, value) for name, value in event.items()}

    def _clean(self, name: str, value: object) -> object:
        """What JSON lacks becomes text."""
        if isinstance(value, str):
            return self._text(name, value)
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, Mapping):
            return {self._text("", str(key)): self._clean(str(key), item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._clean(name, item) for item in value]
        return self._text(name, str(value))

    def _text(self, name: str, text: str) -> str:
        if _is_secret(name):
            return HIDDEN
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        if "@" in text:
            text = _EMAIL.sub(r"\1***@\2", text)
        if (":" in text or "=" in text) and _may_hold_a_secret(text.lower()):
            text = _SECRET_IN_TEXT.sub(lambda found: f"{found['name'] or found['other']}{HIDDEN}", text)
        return _visible(name, text)


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.fullmatch(name) is not None


def _may_hold_a_secret(lower: str) -> bool:
    """Cheap to ask; the answer no is certain."""
    return any(word in lower for word in _SECRET_WORDS)


def _visible(name: str, text: str) -> str:
    """``text``, with what could break a line, colour a terminal or turn the reading direction spelled out."""
    if text.isascii() and text.isprintable():
        return text
    if name == "exception":
        # A traceback keeps its lines, each indented so that none can pass for a record.
        return "\n".join(f"  {_visible('', line)}" for line in text.split("\n"))
    return "".join(map(_spelled, text))


def _spelled(char: str) -> str:
    if unicodedata.category(char) not in _UNSAFE_CATEGORIES:
        return char
    return char.encode("unicode_escape").decode("ascii")


def _human_renderer() -> Processor:
    def render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
        left: dict[str, Any] = dict(event)
        trace = left.pop("exception", None)
        line = f"{left.pop('timestamp')[11:19]} {left.pop('level'):<8} {left.pop('event', '')}"
        details = " ".join(f"{name}={value}" for name, value in left.items())
        return "\n".join(part for part in (f"{line}  {details}".rstrip(), trace) if part)

    return render
