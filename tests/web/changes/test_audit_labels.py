"""Every deed that the code can write into the record has a name on the screen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import dashboard
from dashboard.actions import held, records
from dashboard.web.audit import words
from tests.support.app import Desk

_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
_SOURCES = Path(dashboard.__file__).parent
_FOLDERS = ("actions", "web", "cli")
_LOGS = {"debug", "info", "warning", "error", "critical", "exception"}
_ONLY_LOGGED = {"intent.moved", "audit.not_anchored", "audit.anchoring"}
"""Log lines and a thread whose names are not the first argument of a logger's call."""
_NOUNS = {name.partition(".")[0] for name in words.ACTIONS}


def names(tree: ast.Module) -> Iterator[str]:
    """Texts of the code that look like deeds, without those that only go to the log."""
    logged = {
        id(call.args[0])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in _LOGS
        and call.args
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in logged:
            continue
        if isinstance(node.value, str) and _NAME.fullmatch(node.value):
            yield node.value


def written() -> set[str]:
    """What may be put on record: texts about a noun that the record knows."""
    files = [file for folder in _FOLDERS for file in (_SOURCES / folder).rglob("*.py")]
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files if "audit/words" not in str(file))
    return {name for tree in trees for name in names(tree) if name.partition(".")[0] in _NOUNS}


def test_every_kind_of_change_has_a_name() -> None:
    assert set(records.ACTIONS.values()) <= words.ACTIONS.keys()


def test_every_decision_by_hand_has_a_name() -> None:
    assert set(held.ACTIONS.values()) <= words.ACTIONS.keys()


def test_every_deed_that_stands_in_the_code_has_a_label(desk: Desk) -> None:
    found = written() - desk.app.view_functions.keys() - _ONLY_LOGGED

    assert {"approval.ask", "member.view", "settings.limits"} <= found
    assert found <= words.ACTIONS.keys()


def test_no_two_deeds_share_a_label() -> None:
    assert len(set(words.ACTIONS.values())) == len(words.ACTIONS)
