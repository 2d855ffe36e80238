"""What staff add to an order's ``meta``: a line a field, ``channel: phone``. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from dashboard.actions.operation import MARKS
from dashboard.actions.refusals import Problem
from dashboard.store.intent import Intent

FIELD = "meta"
"""What the form calls it, and the value of an intent that keeps it."""
MOST = 5
"""The remote names no limit; what staff read over again and compare stays short."""
LONGEST_NAME = 40
LONGEST_VALUE = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def parse(text: str) -> tuple[dict[str, str], list[Problem]]:
    """The fields in their order, and what is wrong with each line; empty lines count for nothing."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > MOST:
        problems.append(Problem(FIELD, f"Enter {MOST} or fewer further fields"))
    taken = {name.casefold(): f"the console writes “{name}” itself" for name in MARKS}
    for number, line in lines[:MOST]:
        name, colon, value = (part.strip() for part in line.partition(":"))
        wrong = _wrong(name, value) if colon and name and value else "write a name, a colon and a value"
        wrong = wrong or taken.get(name.casefold())
        if wrong is not None:
            problems.append(Problem(FIELD, f"Further fields, line {number}: {wrong}"))
            continue
        taken[name.casefold()] = f"“{name}” stands in another line already"
        found[name] = value
    return found, problems


def kept(fields: Mapping[str, str]) -> str | None:
    """The fields as a value of the intent."""
    return json.dumps(fields, ensure_ascii=False) if fields else None


def of_intent(intent: Intent) -> dict[str, str]:
    """The fields that an intent keeps."""
    found: dict[str, str] = json.loads(intent.values.get(FIELD) or "{}")
    return found


def said(kept_fields: str) -> str:
    """What :func:`kept` gave, for people: ``channel: phone, till: 7``."""
    return ", ".join(f"{name}: {value}" for name, value in json.loads(kept_fields).items())


def _wrong(name: str, value: str) -> str | None:
    if not _NAME.fullmatch(name):
        return "begin the name with a letter, and go on with letters, digits, dots, dashes and underscores"
    if len(name) > LONGEST_NAME:
        return f"the name must be {LONGEST_NAME} characters or fewer"
    if len(value) > LONGEST_VALUE:
        return f"the value must be {LONGEST_VALUE} characters or fewer"
    return None if value.isprintable() else "remove the hidden characters from the value"
