"""Minutes of simulator and of storms over real HTTP at once, and one report: ``python -m tests.soak``.

``SOAK_MINUTES`` says how long (10), ``SOAK_SEED`` which seeds (others each time unless given). Exit 1 when
anything doubled, was lost or said what was not true; 2 when only a bar of time or of calls was missed. Times
depend on what else the machine does: the simulator runs beside the storms.
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
"""Changes of one storm."""
PER_SECOND = 1.5
"""Changes that a storm is reckoned to bring to their end; the first one shows how many it is."""
PER_KILL = 30
"""Changes of a storm between two kills."""
VERDICTS = ("All as it must be.", "SOMETHING IS WRONG.", "Nothing is wrong, but a bar was missed.")
"""By exit code."""


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
    missed = simulated.credits.missed + weather.missed
    for each in missed:
        print(f"MISSED      {each}")
    code = 1 if broken or not _is_right(simulated, weather) else 2 if missed else 0
    print(f"{monotonic() - began:.0f} s. {_load()} {VERDICTS[code]}")
    return code


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
        print(f"storm {number}: {changes} changes in {monotonic() - began:.0f} s", flush=True)
    return total, broken


def _is_right(simulated: Simulated, weather: Weather) -> bool:
    return simulated.is_right and (weather.doubles, weather.losses, weather.wrong) == (0, 0, 0)


def _load() -> str:
    return f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors."


if __name__ == "__main__":
    sys.exit(main())
