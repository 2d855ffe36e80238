"""The machine-readable contract, as a judge of what our client sends and of the answers tests write."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.brevo.remote import Request

FILE = Path(__file__).parent.parent / "contract" / "brevo-loyalty.openapi.json"
BASE = "/v3"


@cache
def _spec() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def check_request(request: Request) -> str:
    """The operation that ``request`` is a valid call of.

    :raises AssertionError: saying what the contract does not know.
    """
    template, operation = _operation(request)
    shared = _spec()["paths"][template].get("parameters", [])
    parameters = [_resolved(one) for one in [*shared, *operation.get("parameters", [])]]
    known = {one["name"]: one for one in parameters if one["in"] == "query"}
    assert request.query.keys() <= known.keys(), f"unknown query names: {request.query.keys() - known.keys()}"
    missing = [name for name, one in known.items() if one.get("required") and name not in request.query]
    assert not missing, f"missing query names: {missing}"
    for name, text in request.query.items():
        _check_text(text, known[name]["schema"], name)
    _check_body(request, operation)
    return str(operation["operationId"])


def check_answer(schema: str, value: object) -> None:
    """Whether ``value`` is what the current reference calls a ``schema``.

    :raises jsonschema.ValidationError: if not.
    """
    _validate(value, {"$ref": f"#/components/schemas/{schema}"})


def _operation(request: Request) -> tuple[str, dict[str, Any]]:
    path = request.target.split("?")[0].removeprefix(BASE)
    found = [
        (template, methods[request.method.lower()])
        for template, methods in _spec()["paths"].items()
        if request.method.lower() in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    ]
    assert found, f"no such operation: {request.method} {path}"
    return min(found, key=lambda pair: pair[0].count("{"))


def _check_body(request: Request, operation: dict[str, Any]) -> None:
    if "requestBody" not in operation:
        assert request.body == b"", "a body where none is wanted"
        return
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert request.headers["content-type"] == "application/json"
    _validate(request.json, schema)
    known = _resolved(schema)["properties"].keys()
    assert request.json.keys() <= known, f"unknown fields: {request.json.keys() - known}"


def _check_text(text: str, schema: dict[str, Any], name: str) -> None:
    """A query value is text; it must read as something the schema allows."""
    readings: list[object] = [text]
    if re.fullmatch(r"-?\d+", text):
        readings.append(int(text))
    validator = Draft202012Validator({**schema, "components": _spec()["components"]})
    assert any(validator.is_valid(reading) for reading in readings), f"{name}={text} is not allowed"


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = _spec()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _validate(value: object, schema: dict[str, Any]) -> None:
    Draft202012Validator(
        {**schema, "components": _spec()["components"]}, format_checker=FormatChecker()
    ).validate(value)
