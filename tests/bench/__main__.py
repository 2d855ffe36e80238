"""Run the measures and print one table: ``python -m tests.bench [MEASURE ...]``, all of them unless named.

Exit 0 whatever the figures: they are for people to read. Ratios hold on any machine; where others work on it
too, milliseconds do not.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tests.bench import measures, process, saturation
from tests.bench.measures import LATENCY, Row
from tests.bench.stack import THREADS, running

MEASURES = {
    measure.__name__: measure
    for measure in (
        measures.pages,
        saturation.saturation,
        saturation.tls,
        measures.connections,
        measures.calls,
        measures.weights,
        process.record,
        process.while_the_remote_hangs,
        process.process,
    )
}


def main() -> None:
    """Print rows as they come."""
    chosen = sys.argv[1:] or list(MEASURES)
    unknown = set(chosen) - set(MEASURES)
    if unknown:
        sys.exit(f"No measure {', '.join(sorted(unknown))}. There are: {', '.join(MEASURES)}.")
    began = monotonic()
    print(
        f"One worker each, the peers with {THREADS} threads. "
        f"The sandbox answers after {LATENCY * 1000:.0f} ms where nothing else is said.\n{_load()}\n"
    )
    with TemporaryDirectory() as folder, running(Path(folder)) as stack:
        for name in chosen:
            for row in MEASURES[name](stack):
                print(_line(row), flush=True)
    print(f"\n{monotonic() - began:.0f} s. {_load()}")


def _line(row: Row) -> str:
    verdict = {True: "holds", False: "MISSED", None: ""}[row.holds]
    return f"{row.what:<66} {row.figure:<56} {row.bar:<15} {verdict}".rstrip()


def _load() -> str:
    """How busy others keep the machine."""
    return f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors."


if __name__ == "__main__":
    main()
