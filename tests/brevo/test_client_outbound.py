"""The written table of what leaves this machine is what the code does."""

from __future__ import annotations

import pytest

from dashboard.brevo import outbound
from dashboard.brevo.outbound import LOOK_UP, PAGE_READ, WRITE, Kind


def rows(first: str) -> dict[str, list[str]]:
    """The table whose heading begins with ``first``: its rows by their first cell."""
    text = (outbound.__doc__ or "").split(f"| {first} |", 1)[1].split("\n\n", 1)[0]
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()[2:]]
    return {name: rest for name, *rest in cells}


@pytest.mark.parametrize(("name", "kind"), [("page read", PAGE_READ), ("look-up", LOOK_UP), ("write", WRITE)])
def test_each_kind_of_call_keeps_its_row(name: str, kind: Kind):
    said = "sent" if kind.has_precedence else "refused"

    assert rows("Call")[name] == [
        f"{outbound.CONNECT_SECONDS:g}",
        f"{kind.total:g}",
        str(kind.tries),
        "own" if kind.own_connection else "kept",
        said,
        said,
    ]


def test_every_limit_keeps_its_row():
    assert [value for (value,) in rows("Limit").values()] == [
        str(outbound.POOL_SIZE),
        f"{outbound.IDLE_SECONDS:g}",
        str(outbound.LARGEST_ANSWER),
        f"{outbound.RESERVE:g}",
        f"{outbound.LONGEST_WAIT:g}",
        f"{outbound.UNTOLD_WAIT:g}",
        str(outbound.BREAKER_FAILURES),
        f"{outbound.BREAKER_SECONDS:g}",
    ]


def test_no_kind_of_call_is_missing_from_the_table():
    kinds = [name for name, value in vars(outbound).items() if isinstance(value, Kind)]

    assert len(rows("Call")) == len(kinds)
