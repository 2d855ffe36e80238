"""The report of the long run."""

from __future__ import annotations

from collections import Counter

from tests.actions.figures import Figures, Spread
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
    total.add(Weather(kinds=Counter(credit=2, order=1), doubles=1, times=[1.0, 3.0]))
    total.add(Weather(kinds=Counter(credit=1), times=[2.0]))
    assert "4 changes" in str(total)
    assert "3 credits, order 1" in str(total)
    assert "median 2.0 s" in str(total)


def test_every_bar_that_was_missed_is_named():
    weather = Weather(times=[4.0] * 97 + [70.0] * 3, serving=[1.0, 2.5], resumed=[4.0])
    assert weather.missed == [
        "credits settled, p99: 70.0 s (bar 60)",
        "kill -9 to serving, longest: 2.5 s (bar 2)",
    ]
    assert Figures(calls_on_bad_days=Spread([3.0, 3.6])).missed == [
        "calls a credit at 2% faults: 3.30 (bar 3.2)"
    ]


def test_a_run_too_short_for_anything_still_reports():
    assert "0 schedules" in str(Simulated())
    assert "0 credits" in str(Weather())
    assert (Weather().missed, Figures().missed) == ([], [])
