"""The figures of the chart."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from dashboard.web.members.chart import Chart, Step, chart
from dashboard.web.members.running import Running
from tests.web.members.samples import NOW, ago, moved
from tests.web.members.test_running import count_back

LONDON = ZoneInfo("Europe/London")
GERMAN = Locale.parse("de_DE")
ENGLISH = Locale.parse("en_GB")


def drawn(since: datetime) -> Chart | None:
    items = [moved("b", 50, ago(hours=1)), moved("a", 100, since)]
    return chart(count_back(items, 1_150, whole=False), LONDON, ENGLISH)


def steps_since(since: datetime) -> tuple[Step, ...]:
    found = drawn(since)
    assert found is not None
    return found.steps


def test_a_year_is_drawn_by_the_ends_of_months_and_the_present_moment() -> None:
    steps = steps_since(ago(days=380))
    assert "".join(step.label[0] for step in steps) == "NDJFMAMJJASON"
    assert [int(steps[0].value), int(steps[-1].value)] == [1_100, 1_150]
    assert steps[0].long_label == "30 Nov 2025"


def test_a_month_is_drawn_by_weeks() -> None:
    steps = steps_since(ago(days=30))
    assert [step.label for step in steps] == [
        "22\u00a0Oct",
        "29\u00a0Oct",
        "5\u00a0Nov",
        "12\u00a0Nov",
        "19\u00a0Nov",
        "20\u00a0Nov",
    ]


def test_many_days_are_named_every_other_time_the_present_one_always() -> None:
    labels = [step.label for step in steps_since(ago(days=10))]
    assert len(labels) == 11
    assert labels[0] == labels[-1].replace("20", "10")
    assert labels[1] == labels[-2] == ""


def test_a_single_day_is_too_little_to_draw() -> None:
    assert drawn(ago(hours=2)) is None


def test_no_figure_stands_before_the_time_that_is_known() -> None:
    steps = steps_since(ago(days=100))
    assert steps[0].at >= ago(days=100)


@pytest.mark.parametrize(("locale", "label"), [(ENGLISH, "Sept"), (GERMAN, "Sep")])
def test_months_are_named_in_the_language_of_the_console(locale: Locale, label: str) -> None:
    known = Running((), Decimal(7), ago(days=100), NOW)
    found = chart(known, LONDON, locale)
    assert found is not None
    assert label in [step.label for step in found.steps]
