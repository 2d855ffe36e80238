"""The report of the long run."""

from __future__ import annotations

from tests.actions.figures import Figures
from tests.faults.weather import Weather
from tests.soak.simulated import Simulated


def test_what_went_wrong_is_named_with_what_plays_it_again():
    total = Simulated()
    total.add(Simulated(credits=Figures(schedules=1, wrong=[(42, ["applied 2 times"])])))
    total.add(Simulated(wrong=['DeskSchedule(7, "issue"): lost: still creating']))
    assert not total.is_right
    assert "WRONG       Schedule(42): applied 2 times" in str(total)
    assert 'WRONG       DeskSchedule(7, "issue"): lost: still creating' in str(total)


def test_figures_add_up():
    total = Weather()
    total.add(Weather(changes=2, doubles=1, times=[1.0, 3.0]))
    total.add(Weather(changes=1, times=[2.0]))
    assert "3 credits" in str(total)
    assert "median 2.0 s" in str(total)


def test_a_run_too_short_for_anything_still_reports():
    assert "0 schedules" in str(Simulated())
    assert "0 credits" in str(Weather())
