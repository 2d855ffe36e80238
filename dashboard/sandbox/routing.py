"""The contract's operations, and which of them a method and path mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from dashboard.sandbox.reading import Answer, Request
from dashboard.sandbox.world import World

Handler = Callable[[World, Request], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its ``operationId``, how it is called, who answers it.

    ``malformed`` is the status that refuses a wrong or missing parameter: 400 where the contract
    documents one, 422 elsewhere.
    """

    name: str
    method: str
    template: str
    handler: Handler
    malformed: int = 422

    @property
    def family(self) -> str:
        """The rate-limit family."""
        first = self.template.split("/")[1]
        return first if first in {"loyalty", "contacts"} else "other"


@dataclass(frozen=True, slots=True)
class Match:
    operation: Operation | None
    values: Mapping[str, str]
    methods: frozenset[str]
    """What the path knows; empty when there is no such path."""


class Router:
    """Finds operations by method and path (below ``/v3``, still percent-encoded)."""

    def __init__(self, operations: tuple[Operation, ...]) -> None:
        self.operations = operations
        # Fixed words before placeholders: /contacts/attributes is no contact.
        ordered = sorted(operations, key=lambda one: one.template.count("{"))
        self._templates: Final = [(one, tuple(one.template.split("/"))) for one in ordered]
        self.match = lru_cache(4_096)(self._match)

    def _match(self, method: str, path: str) -> Match:
        parts = path.split("/")
        methods = set()
        for operation, template in self._templates:
            values = _values(template, parts)
            if values is not None:
                if operation.method == method:
                    return Match(operation, values, frozenset())
                methods.add(operation.method)
        return Match(None, {}, frozenset(methods))


def _values(template: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    if len(template) != len(parts):
        return None
    values = {}
    for word, part in zip(template, parts, strict=True):
        if word.startswith("{"):
            values[word[1:-1]] = unquote(part)
        elif word != part:
            return None
    return values
