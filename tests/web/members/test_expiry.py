"""The expiry schedule."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboard.web.members.expiry import schedule
from tests.web.members.samples import NOW, ago, ahead, lot, lots

LONDON = ZoneInfo("Europe/London")


def test_lots_that_end_on_one_day_stand_in_one_line() -> None:
    found = schedule(
        lots(lot(100, ahead(days=41), ago(days=300)), lot(20, ahead(days=41, hours=2), ago(days=310))),
        NOW,
        LONDON,
    )
    assert len(found.days) == 1
    day = found.days[0]
    assert (int(day.amount), day.lots, day.days_left, day.earned_first) == (120, 2, 41, ago(days=310).date())


def test_a_day_is_that_of_the_programmes_zone() -> None:
    end = datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert schedule(lots(lot(5, end)), NOW, LONDON).days[0].day == date(2027, 4, 1)
    assert schedule(lots(lot(5, end)), NOW, UTC).days[0].day == date(2027, 3, 31)


def test_the_next_to_expire_comes_first_and_what_never_ends_last() -> None:
    found = schedule(lots(lot(1, None), lot(2, ahead(days=90)), lot(3, ahead(days=5))), NOW, UTC)
    assert [day.amount for day in found.days] == [3, 2, 1]
    assert found.next is found.days[0]


def test_only_what_ends_within_sixty_days_is_marked() -> None:
    found = schedule(lots(lot(1, ahead(days=60)), lot(2, ahead(days=61)), lot(3, None)), NOW, UTC)
    assert [day.is_soon for day in found.days] == [True, False, False]


def test_four_days_are_shown_and_the_rest_is_summed_up() -> None:
    found = schedule(lots(*(lot(each, ahead(days=each)) for each in range(1, 9))), NOW, UTC)
    assert [day.amount for day in found.first] == [1, 2, 3, 4]
    assert (found.later_lots, int(found.later_amount)) == (4, 26)


def test_lots_that_are_over_or_used_up_do_not_count() -> None:
    found = schedule(lots(lot(9, ago(days=1)), lot(0, ahead(days=3)), lot(4, ahead(days=3))), NOW, UTC)
    assert [day.amount for day in found.days] == [4]
    assert found.total == 1


def test_nothing_is_next_when_nothing_has_an_end() -> None:
    assert schedule(lots(lot(7, None)), NOW, UTC).next is None


def test_a_list_that_was_cut_says_so() -> None:
    assert not schedule(lots(lot(7, None), count=600), NOW, UTC).is_whole
