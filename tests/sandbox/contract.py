"""The machine-readable contract as judge of requests and answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.sandbox import Reply

FILE = Path(__file__).parent.parent / "contract" / "brevo-loyalty.openapi.json"
_URI = "urn:contract"
_SPELLED = {"integer", "number", "boolean"}
"""What a query or path spells out as text."""


@dataclass(frozen=True)
class Ask:
    """A call of an operation: values of its path, its query and its body."""

    path: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, object] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True)
class Documented:
    """An operation as the contract documents it."""

    name: str
    method: str
    template: str
    family: str
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None
    responses: dict[str, dict[str, Any]]


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


@cache
def _registry() -> Registry[Any]:
    registry: Registry[Any] = Registry().with_resource(_URI, DRAFT202012.create_resource(_file()))
    return registry


@cache
def operations() -> dict[str, Documented]:
    """Every operation of the contract by name."""
    found = {}
    for template, methods in _file()["paths"].items():
        shared = methods.get("parameters", [])
        for method, one in methods.items():
            if method != "parameters":
                found[one["operationId"]] = Documented(
                    one["operationId"],
                    method.upper(),
                    template,
                    one["x-rate-limit-family"],
                    tuple(_resolved(each) for each in [*shared, *one.get("parameters", [])]),
                    _schema_of(one["requestBody"]) if "requestBody" in one else None,
                    {status: _resolved(each) for status, each in one["responses"].items()},
                )
    return found


def check_request(name: str, ask: Ask) -> None:
    """:raises jsonschema.ValidationError: unless the contract allows the call."""
    operation = operations()[name]
    for parameter in operation.parameters:
        values = ask.path if parameter["in"] == "path" else ask.query
        assert parameter["name"] in values or not parameter.get("required"), f"{parameter['name']} is missing"
        if parameter["name"] in values:
            _validate(values[parameter["name"]], parameter["schema"], spelled=True)
    known = {one["name"] for one in operation.parameters}
    assert {*ask.path, *ask.query} <= known, "the contract knows no such parameter"
    if operation.body is not None:
        _validate(ask.body, operation.body)
    else:
        assert ask.body is None, "the contract knows no body here"


def check_reply(name: str, reply: Reply) -> None:
    """:raises AssertionError: or jsonschema.ValidationError unless the contract documents the answer."""
    documented = operations()[name].responses.get(str(reply.status))
    assert documented is not None, f"{name} documents no {reply.status}"
    if "content" not in documented:
        assert reply.content == b"", "a body where none is documented"
        return
    assert reply.headers["content-type"] == "application/json"
    _validate(reply.json, _schema_of(documented))


def _validate(value: object, schema: dict[str, Any], *, spelled: bool = False) -> None:
    if spelled and isinstance(value, str) and schema.get("type") in _SPELLED:
        value = json.loads(value)
    validator = Draft202012Validator(
        _rebased(schema), registry=_registry(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    validator.validate(value)


def _rebased(schema: Any) -> Any:
    """The schema with its references pointing into the file."""
    if isinstance(schema, dict):
        return {key: f"{_URI}{value}" if key == "$ref" else _rebased(value) for key, value in schema.items()}
    return [_rebased(one) for one in schema] if isinstance(schema, list) else schema


def _schema_of(holder: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = holder["content"]["application/json"]["schema"]
    return schema


def _resolved(holder: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in holder:
        return holder
    found: Any = _file()
    for part in holder["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    resolved: dict[str, Any] = found
    return resolved
