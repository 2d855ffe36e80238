"""What a person may give alone: set by role or person, counted over the programme's days, exact in a race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from dashboard.permissions import Role
from dashboard.store import limits, own_contacts, spending, staff
from dashboard.store.database import DatabaseUnavailable
from dashboard.store.limits import Limit, Span
from dashboard.store.spending import Act, Member, OverLimit, Standing

LONDON = ZoneInfo("Europe/London")
AUCKLAND = ZoneInfo("Pacific/Auckland")
AMARA = Member("p-1", 4821)
BEN = Member("p-1", 4822)


def bound(database, subject, span, value=None, times=None):
    """Set a limit."""
    limit = Limit(None if value is None else Decimal(value), times)
    with database.write() as connection:
        limits.put(connection, getattr(subject, "id", subject), span, limit)


def act_of(person, amount, now, *, member=AMARA, unit="POINTS", zone=LONDON) -> Act:
    return Act(
        intent_id=str(uuid4()),
        staff_id=person.id,
        member=member,
        amount=Decimal(amount),
        unit=unit,
        now=now,
        zone=zone,
    )


def give(database, person, amount, now, **more):
    """Reserve for one act and give its ID."""
    act = act_of(person, amount, now, **more)
    with database.write() as connection:
        spending.reserve(connection, act)
    return act.intent_id


def take(database, person, amount, now):
    """What taking back asks of the limits."""
    with database.write() as connection:
        spending.allow_once(connection, act_of(person, amount, now))


def stands(database, person, now, *, member=None, zone=LONDON) -> Standing:
    with database.read() as connection:
        return spending.standing(connection, person.id, person.role, now, zone, member)


def exceeded(refused):
    return [room.span for room in refused.value.exceeded]


def test_a_person_has_the_limits_of_their_role(database, sam, lea, now):
    assert (stands(database, sam, now).alone, stands(database, lea, now).alone) == (1000, 10000)


def test_a_persons_own_limit_holds_instead_of_their_roles(database, sam, lea, now):
    bound(database, sam, Span.ACT, 50)
    bound(database, "agent", Span.DAY, 300)
    with database.read() as connection:
        assert limits.of(connection, Role.AGENT, sam.id) == {
            Span.ACT: Limit(Decimal(50)),
            Span.DAY: Limit(Decimal(300)),
        }
        assert limits.own(connection, sam.id) == {Span.ACT: Limit(Decimal(50))}
    assert stands(database, lea, now).alone == 10000


def test_a_limit_taken_away_gives_the_roles_back(database, sam, now):
    bound(database, sam, Span.ACT, 50)
    with database.write() as connection:
        limits.put(connection, sam.id, Span.ACT, None)
    assert stands(database, sam, now).alone == 1000


def test_taking_a_limit_away_leaves_the_others(database, sam, now):
    bound(database, sam, Span.ACT, 50)
    bound(database, sam, Span.DAY, 80)
    with database.write() as connection:
        limits.put(connection, sam.id, Span.ACT, None)
        assert limits.own(connection, sam.id) == {Span.DAY: Limit(Decimal(80))}


def test_a_role_without_a_limit_for_a_single_act_gives_nothing(database, sam, now):
    with database.write() as connection:
        limits.put(connection, "agent", Span.ACT, None)
    assert stands(database, sam, now).alone == 0


@pytest.mark.parametrize(
    ("roles", "most"),
    [([], 0), ([Role.AUDITOR], 0), ([Role.AGENT, Role.SUPERVISOR, Role.AUDITOR], 10_000)],
)
def test_the_most_at_once_is_that_of_the_role_that_may_most(database, roles, most):
    with database.read() as connection:
        assert limits.most_at_once(connection, roles) == most


def test_a_single_act_is_never_without_bound(database):
    with pytest.raises(ValueError, match="needs a value"), database.write() as connection:
        limits.put(connection, "agent", Span.ACT, Limit())


def test_what_is_left_is_the_least_of_all_limits(database, sam, now):
    bound(database, "agent", Span.DAY, 1500)
    bound(database, "agent", Span.MONTH, 10_000)
    give(database, sam, 900, now)
    assert stands(database, sam, now).alone == 600


def test_more_than_is_left_is_refused_and_uses_nothing(database, sam, now):
    bound(database, "agent", Span.DAY, 1000)
    give(database, sam, 400, now)
    with pytest.raises(OverLimit) as refused:
        give(database, sam, 601, now)
    assert exceeded(refused) == [Span.DAY]
    give(database, sam, 600, now)
    assert stands(database, sam, now).alone == 0


def test_all_limits_that_are_broken_are_told_shortest_span_first(database, sam, now):
    for span in (Span.MEMBER_DAY, Span.MONTH, Span.WEEK, Span.DAY):
        bound(database, "agent", span, 800)
    with pytest.raises(OverLimit) as refused:
        give(database, sam, 1001, now)
    assert exceeded(refused) == [Span.ACT, Span.DAY, Span.WEEK, Span.MONTH, Span.MEMBER_DAY]


def test_a_number_of_acts_is_a_limit_too(database, sam, now):
    bound(database, "agent", Span.DAY, times=2)
    give(database, sam, 1, now)
    give(database, sam, 1, now)
    assert stands(database, sam, now).alone == 0
    with pytest.raises(OverLimit):
        give(database, sam, 1, now)


def test_a_number_of_acts_bounds_no_amount(database, sam, now):
    bound(database, "agent", Span.DAY, times=2)
    standing = stands(database, sam, now)
    assert (standing.alone, standing.told_in(Decimal(3)).alone) == (1000, Decimal("333.33"))


def test_without_any_limit_there_is_no_most():
    assert Standing(()).alone is None


def test_nothing_used_leaves_the_whole_limit(database, sam, now):
    bound(database, "agent", Span.DAY, 300)
    assert stands(database, sam, now).alone == 300


def test_a_limit_lowered_below_what_is_used_leaves_nothing(database, sam, now):
    give(database, sam, 900, now)
    bound(database, "agent", Span.DAY, 500)
    assert stands(database, sam, now).alone == 0


def test_others_do_not_use_up_a_persons_day(database, sam, lea, now):
    bound(database, "agent", Span.DAY, 1000)
    give(database, lea, 5000, now)
    assert stands(database, sam, now).alone == 1000


def test_what_a_member_gets_in_a_day_counts_from_everybody(database, sam, lea, now):
    bound(database, "agent", Span.MEMBER_DAY, 1500)
    give(database, lea, 1200, now)
    assert stands(database, sam, now, member=AMARA).alone == 300
    assert stands(database, sam, now, member=BEN).alone == 1000
    with pytest.raises(OverLimit) as refused:
        give(database, sam, 301, now)
    assert exceeded(refused) == [Span.MEMBER_DAY]


def test_what_a_contact_gets_in_another_programme_is_another_members(database, sam, now):
    bound(database, "agent", Span.MEMBER_DAY, 500)
    give(database, sam, 400, now, member=Member("p-2", AMARA.contact_id))
    assert stands(database, sam, now, member=AMARA).alone == 500


@pytest.mark.parametrize(
    ("span", "zone", "last", "first"),
    [
        (Span.DAY, LONDON, "2026-07-14T22:59:59+00:00", "2026-07-14T23:00:00+00:00"),
        (Span.DAY, AUCKLAND, "2026-11-19T10:59:59+00:00", "2026-11-19T11:00:00+00:00"),
        (Span.WEEK, LONDON, "2026-11-22T23:59:59+00:00", "2026-11-23T00:00:00+00:00"),
        (Span.MONTH, LONDON, "2026-08-31T22:59:59+00:00", "2026-08-31T23:00:00+00:00"),
    ],
)
def test_a_span_ends_at_midnight_of_the_programmes_zone(database, sam, span, zone, last, first):
    before, after = datetime.fromisoformat(last), datetime.fromisoformat(first)
    bound(database, "agent", span, 1000)
    give(database, sam, 1000, before, zone=zone)
    assert stands(database, sam, before, zone=zone).alone == 0
    assert stands(database, sam, after, zone=zone).alone == 1000


@pytest.mark.parametrize(
    ("span", "begins", "ends"),
    [
        (Span.DAY, "2026-09-09T23:00:00+00:00", "2026-09-10T22:59:59+00:00"),
        (Span.WEEK, "2026-09-06T23:00:00+00:00", "2026-09-13T22:59:59+00:00"),
        (Span.MONTH, "2026-08-31T23:00:00+00:00", "2026-09-30T22:59:59+00:00"),
    ],
)
def test_a_span_counts_from_its_first_moment_to_its_last(database, sam, span, begins, ends):
    bound(database, "agent", span, 1000)
    give(database, sam, 700, datetime.fromisoformat(begins))
    assert stands(database, sam, datetime.fromisoformat(ends)).alone == 300


def test_a_week_that_began_last_month_counts_whole(database, sam):
    bound(database, "agent", Span.WEEK, 1000)
    give(database, sam, 700, datetime(2026, 9, 30, 12, tzinfo=UTC))
    assert stands(database, sam, datetime(2026, 10, 1, 12, tzinfo=UTC)).alone == 300


def test_units_without_a_rate_count_as_points(database, sam, now):
    bound(database, "agent", Span.DAY, 1000)
    give(database, sam, "12.50", now, unit="EUR")
    room = stands(database, sam, now).room(Span.DAY)
    assert room is not None
    assert room.used == Decimal("12.5")


def test_a_rate_makes_points_of_money_so_that_all_of_it_shares_one_budget(database, sam, now):
    bound(database, "agent", Span.DAY, 1000)
    with database.write() as connection:
        connection.execute(limits.rates.insert().values(unit="EUR", points=Decimal(100)))
    give(database, sam, 500, now)
    give(database, sam, "2.50", now, unit="eur")
    left = stands(database, sam, now)
    assert (left.alone, left.told_in(Decimal(100)).alone) == (250, Decimal("2.5"))
    with pytest.raises(OverLimit):
        give(database, sam, "2.51", now, unit="EUR")


@pytest.mark.parametrize("wanted", [{"EUR": 0}, {"EUR": -1}, {"EUR": 2, "GBP": 0}, {"POINTS": 2}])
def test_a_rate_is_more_than_nothing_and_never_of_points(database, wanted):
    rates = {unit: Decimal(points) for unit, points in wanted.items()}
    with pytest.raises(ValueError, match="more than 0"), database.write() as connection:
        limits.replace_rates(connection, rates)


@pytest.mark.parametrize("wanted", [{"GBP": Decimal(120), "USD": Decimal("0.5")}, {}])
def test_rates_that_are_not_named_again_are_gone(database, wanted):
    with database.write() as connection:
        limits.replace_rates(connection, {"EUR": Decimal(100), "GBP": Decimal(90)})
        limits.replace_rates(connection, wanted)
        assert limits.all_rates(connection) == wanted


def test_every_role_and_person_with_a_limit_is_listed(database, sam):
    bound(database, sam, Span.ACT, 50)
    bound(database, sam, Span.DAY, 80)
    with database.read() as connection:
        assert limits.subjects(connection) == {*Role, sam.id}


@pytest.mark.parametrize(
    ("amount", "rate", "points"), [("0.01", "0.3", "0.01"), ("1", "0.333", "0.34"), ("7", "1", "7")]
)
def test_an_amount_never_counts_as_too_little(amount, rate, points):
    assert limits.in_points(Decimal(amount), Decimal(rate)) == Decimal(points)


@pytest.mark.parametrize(
    ("points", "rate", "amount"), [("100", "3", "33.33"), ("5", "2", "2.5"), ("7", "1", "7")]
)
def test_points_are_never_told_as_too_much_of_a_unit(points, rate, amount):
    assert limits.in_unit(Decimal(points), Decimal(rate)) == Decimal(amount)


def test_figures_in_another_unit_never_promise_too_much(database, sam, now):
    bound(database, "agent", Span.DAY, 1000)
    give(database, sam, 1, now)
    assert stands(database, sam, now).told_in(Decimal(3)).alone == Decimal("332.99")


@pytest.mark.parametrize(("rate", "used"), [("3", "33.34"), ("2", "50"), ("1", "100")])
def test_what_is_used_is_never_told_as_too_little_of_another_unit(database, sam, now, rate, used):
    bound(database, "agent", Span.DAY, 1000)
    give(database, sam, 100, now)
    room = stands(database, sam, now).told_in(Decimal(rate)).room(Span.DAY)
    assert room is not None
    assert room.used == Decimal(used)


def test_taking_back_is_held_to_the_limit_for_a_single_act_alone(database, sam, now):
    bound(database, "agent", Span.DAY, 100)
    take(database, sam, 1000, now)
    with pytest.raises(OverLimit) as refused:
        take(database, sam, 1001, now)
    assert exceeded(refused) == [Span.ACT]
    assert stands(database, sam, now).alone == 100


def test_whoever_is_disabled_may_take_nothing_back(database, sam, now):
    with database.write() as connection:
        staff.disable(connection, sam.id, now)
    with pytest.raises(OverLimit):
        take(database, sam, 1, now)


@pytest.mark.postgres
def test_whoever_changes_limits_keeps_others_from_it(postgres_database):
    with postgres_database.write() as connection:
        limits.lock(connection)
        writing = text("LOCK TABLE limits IN ROW EXCLUSIVE MODE NOWAIT")
        with pytest.raises(DatabaseUnavailable, match="busy"), postgres_database.write() as other:
            other.execute(writing)


def test_nobody_has_no_role(database):
    with database.write() as connection:
        assert spending.lock(connection, "nobody") is None


def test_whoever_is_disabled_may_give_nothing(database, sam, now):
    with database.write() as connection:
        staff.disable(connection, sam.id, now)
    with pytest.raises(OverLimit):
        give(database, sam, 1, now)


def test_a_role_counts_as_it_is_now(database, sam, now):
    give(database, sam, 1000, now)
    with database.write() as connection:
        staff.set_role(connection, sam.id, Role.AUDITOR, now)
    with pytest.raises(OverLimit):
        give(database, sam, 1, now)


@pytest.mark.parametrize("span", [Span.DAY, Span.WEEK, Span.MONTH])
def test_eight_at_once_end_exactly_at_the_limit(database, sam, now, span):
    bound(database, "agent", span, 1000)
    assert _eight(lambda n: give(database, sam, 300, now, member=Member("p-1", n))) == 3
    assert stands(database, sam, now).alone == 100


def test_eight_at_once_end_exactly_at_the_number_of_acts(database, sam, now):
    bound(database, "agent", Span.DAY, times=5)
    assert _eight(lambda n: give(database, sam, 1, now, member=Member("p-1", n))) == 5


def test_eight_people_at_once_end_exactly_at_the_members_limit(database, now):
    bound(database, "agent", Span.MEMBER_DAY, 1000)
    with database.write() as connection:
        people = [
            staff.add(connection, email=f"a{n}@shop.example", name="A", role=Role.AGENT, now=now)
            for n in range(8)
        ]
    assert _eight(lambda n: give(database, people[n], 300, now)) == 3
    assert stands(database, people[0], now, member=AMARA).alone == 100


def test_a_contact_can_be_somebody_of_the_staff(database, sam, lea):
    with database.write() as connection:
        own_contacts.link(connection, sam.id, 7)
        own_contacts.link(connection, sam.id, 7)
        own_contacts.link(connection, sam.id, 8)
        own_contacts.unlink(connection, sam.id, 8)
        assert own_contacts.of(connection, sam.id) == {7}
        assert own_contacts.of(connection, lea.id) == frozenset()


def test_an_old_reservation_does_not_count(database, sam, now):
    bound(database, "agent", Span.MONTH, 1000)
    give(database, sam, 1000, now - timedelta(days=40))
    assert stands(database, sam, now).alone == 1000


def _eight(work) -> int:
    """How many of eight who try at the same moment succeed."""
    start = Barrier(8)

    def attempt(number):
        start.wait()
        try:
            work(number)
        except OverLimit:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(attempt, range(8)))
