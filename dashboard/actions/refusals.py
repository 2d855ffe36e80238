"""Why a deed was not begun. In each case nothing was sent."""
# ruff: noqa: N818 - they are named for what happened, as pages branch on it

from __future__ import annotations

import msgspec

from dashboard.store.intent import Intent


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with one field, in words that say what to do. ``field`` is the form's name for it."""

    field: str
    message: str


class NotBegun(Exception):
    """Nothing was sent."""


class Unacceptable(NotBegun):
    """The form cannot be taken as it is."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class Denied(NotBegun):
    """The role may not do this at all. It stands in the audit record."""


class Conflict(NotBegun):
    """The form was sent before with other values, or by somebody else. It stands in the audit record."""


class NotRecorded(NotBegun):
    """The console could not write it down; the message says why and what to do."""


class Repeated(NotBegun):
    """The same case brought the same member something within a day: say again that it is meant."""

    def __init__(self, earlier: Intent) -> None:
        super().__init__(earlier.id)
        self.earlier = earlier
