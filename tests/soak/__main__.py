"""Minutes of simulator and of storms over real HTTP at once, and one report: ``python -m tests.soak``.

``SOAK_MINUTES`` says how long (10), ``SOAK_SEED`` which seeds (others each time unless given). Exit 1 when
anything doubled, was lost or said what was not true. Times and rates depend on what else the machine does.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, time

from tests.faults.storm import stormy
from tests.faults.weather import Weather
from tests.soak.simulated import Simulated, simulate

MINUTES = float(os.environ.get("SOAK_MINUTES", "10"))
SEED = int(os.environ.get("SOAK_SEED", time()))
LARGEST, SMALLEST = 300, 30
"""Credits of one storm."""
PER_SECOND = 1.5
"""Credits that a storm is reckoned to bring to their end; the first one shows how many it is."""
PER_KILL = 30
"""Credits of a storm between two kills."""


def main() -> int:
    """Run, print, and give the exit code."""
    began = monotonic()
    end = began + 60 * MINUTES
    print(f"Soaking for {MINUTES:g} minutes with seeds from {SEED} on. {_load()}", flush=True)
    with ThreadPoolExecutor(1) as beside:
        simulating = beside.submit(simulate, end, SEED, max(1, (os.cpu_count() or 1) - 1))
        weather, broken = _storms(end)
        simulated = simulating.result()
    print(f"\n{simulated}\n\n{weather}\n")
    for each in broken:
        print(f"WRONG       {each}")
    is_right = _is_right(simulated, weather) and not broken
    verdict = "All as it must be." if is_right else "SOMETHING IS WRONG."
    print(f"{monotonic() - began:.0f} s. {_load()} {verdict}")
    return 0 if is_right else 1


def _storms(end: float) -> tuple[Weather, list[str]]:
    """One storm after the other; and what broke a storm off."""
    total, broken = Weather(), []
    rate, number = PER_SECOND, 0
    while (changes := min(LARGEST, int(rate * (end - monotonic())))) >= SMALLEST:
        began = monotonic()
        seed = SEED + number
        try:
            with (
                TemporaryDirectory() as folder,
                stormy(Path(folder), seed, changes, changes // PER_KILL) as storm,
            ):
                total.add(Weather.of(storm))
                broken += [f"storm {seed}: {each}" for each in storm.wrong]
                storm.stack.verify()
        except AssertionError as error:
            broken.append(f"storm {seed} of {changes}: {error}")
        rate, number = changes / (monotonic() - began), number + 1
        print(f"storm {number}: {changes} credits in {monotonic() - began:.0f} s", flush=True)
    return total, broken


def _is_right(simulated: Simulated, weather: Weather) -> bool:
    return simulated.is_right and (weather.doubles, weather.losses, weather.wrong) == (0, 0, 0)


def _load() -> str:
    return f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors."


if __name__ == "__main__":
    sys.exit(main())
