"""The two spellings of query names that the sources give for two reads (contract, section 10)."""

from __future__ import annotations

import re

from msgspec.structs import replace

from dashboard.brevo.calls import Call
from dashboard.brevo.errors import Refused

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class NameStyle:
    """Which spelling the remote took last; the current reference's until one is refused."""

    def __init__(self) -> None:
        self._snake = False

    def styled(self, call: Call) -> Call:
        """``call`` in the spelling that works, as far as is known."""
        return _in_snake_case(call) if self._snake else call

    def other(self, call: Call, error: Refused) -> Call | None:
        """``call`` in the other spelling, if ``error`` complains about a missing parameter."""
        said = f"{error.code} {error.message}".lower()
        if not any(word in said for word in ("missing", "required", "contact_id", "balance_definition_id")):
            return None
        return call if self._snake else _in_snake_case(call)

    def learned(self) -> None:
        """The other spelling worked."""
        self._snake = not self._snake


def _in_snake_case(call: Call) -> Call:
    return replace(
        call, query={_HUMP.sub("_", name).lower(): value for name, value in (call.query or {}).items()}
    )
