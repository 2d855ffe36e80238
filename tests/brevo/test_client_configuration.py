"""The configuration is asked for rarely, by one, and outlives a remote that fails."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.brevo import Brevo, Fetched
from dashboard.brevo.cached import BACK_OFF, FAILURE_KEPT, Cached
from dashboard.brevo.configuration import FRESH, Configuration
from dashboard.brevo.errors import NotFound, NotSent, RemoteFailure
from tests.brevo.remote import Request, ScriptedRemote, Step, answer
from tests.brevo.values import GROUP, POINTS, PROGRAMME, REWARD, SILVER

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Source:
    """What a cache fetches: counts, blocks and fails as told."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.calls = 0
        self.failure: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self) -> Fetched[int]:
        self.calls += 1
        number = self.calls
        self.gate.wait(5)
        if self.failure:
            raise self.failure
        return Fetched(number, self.clock())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source(clock: Clock) -> Source:
    return Source(clock)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


@pytest.fixture
def cached(source: Source, clock: Clock, threads: ThreadPoolExecutor) -> Cached[int]:
    return Cached(source, executor=threads, clock=clock, fresh_for=HOUR)


def settle(threads: ThreadPoolExecutor) -> None:
    """Wait until everything that was handed to the threads is done."""
    together = threading.Barrier(5)
    for _ in range(4):
        threads.submit(together.wait, 5)
    together.wait(5)


def test_a_young_answer_is_not_asked_for_again(cached, clock, source):
    cached.get()
    clock.now += HOUR / 2

    fetched, stale = cached.get()

    assert (fetched.value, fetched.at, stale, source.calls) == (1, NOON, False, 1)


def test_sixteen_callers_cost_one_call(cached, source):
    source.gate.clear()
    with ThreadPoolExecutor(16) as callers:
        waiting = [callers.submit(cached.get) for _ in range(16)]
        source.gate.set()
        answers = {future.result()[0].value for future in waiting}

    assert (answers, source.calls) == ({1}, 1)


def test_an_answer_growing_old_is_renewed_while_everybody_is_served(cached, clock, source, threads):
    cached.get()
    clock.now += HOUR * 0.85
    source.gate.clear()

    during = [cached.get() for _ in range(5)]
    source.gate.set()
    settle(threads)

    assert {(fetched.value, stale) for fetched, stale in during} == {(1, False)}
    assert cached.get()[0].value == 2
    assert source.calls == 2


def test_an_old_answer_beats_none_and_says_that_it_is_old(cached, clock, source, threads):
    cached.get()
    clock.now += HOUR
    source.failure = NotSent("down")

    cached.get()
    settle(threads)
    fetched, stale = cached.get()

    assert (fetched.value, fetched.at, stale) == (1, NOON, True)


def test_a_remote_that_fails_is_left_alone_for_a_moment(cached, clock, source, threads):
    cached.get()
    clock.now += HOUR
    source.failure = NotSent("down")
    for _ in range(5):
        cached.get()
        settle(threads)
    assert source.calls == 2

    clock.now += BACK_OFF
    cached.get()
    settle(threads)

    assert source.calls == 3


def test_the_first_caller_is_told_of_the_failure(cached, source):
    source.failure = RemoteFailure("sorry", status=500)

    with pytest.raises(RemoteFailure):
        cached.get()


def test_those_after_a_failure_do_not_wait_for_the_next_try(cached, clock, source, threads):
    source.failure = NotSent("down")
    with pytest.raises(NotSent):
        cached.get()
    settle(threads)
    clock.now += BACK_OFF
    source.gate.clear()

    with pytest.raises(NotSent):
        cached.get()

    source.gate.set()
    settle(threads)
    assert source.calls == 2


def test_when_the_remote_is_back_so_is_the_answer(cached, clock, source, threads):
    source.failure = NotSent("down")
    with pytest.raises(NotSent):
        cached.get()
    settle(threads)
    source.failure = None
    clock.now += BACK_OFF
    cached.prepare()
    settle(threads)

    assert cached.get()[0].value == 2


def test_an_old_failure_is_forgotten(cached, clock, source, threads):
    source.failure = NotSent("down")
    with pytest.raises(NotSent):
        cached.get()
    settle(threads)
    source.failure = None
    clock.now += FAILURE_KEPT

    assert cached.get()[0].value == 2


def test_a_defect_does_not_block_the_next_caller(cached, source):
    source.failure = KeyError("defect")
    with pytest.raises(KeyError):
        cached.get()
    source.failure = None

    assert cached.get()[0].value == 2


class Programme:
    """A programme behind the scripted remote; ``broken`` are operations that fail, by their last segment."""

    def __init__(self) -> None:
        self.broken: dict[str, Step] = {}
        self.asked: Counter[str] = Counter()

    def __call__(self, request: Request) -> Step:
        last = request.path.rsplit("/", 1)[1]
        self.asked[last] += 1
        if last in self.broken:
            return self.broken[last]
        programme = {"id": PROGRAMME, "name": "Beans", "state": "active"}
        rows = {
            "programs": [programme, {"id": GROUP, "name": "Old", "state": "inactive"}],
            "balance-definitions": [{"id": POINTS, "name": "Points"}],
            "tier-groups": [{"id": GROUP, "name": "Status", "tierOrder": [SILVER]}],
            "tiers": [{"tierId": SILVER, "name": "Silver"}],
            "offers": [{"id": REWARD, "name": "£10 off"}],
        }
        return answer(200, {"items": rows[last]} if last in rows else programme)


@pytest.fixture
def programme(remote: ScriptedRemote) -> Programme:
    behind = Programme()
    remote.always(behind)
    return behind


@pytest.fixture
def configuration(
    remote: ScriptedRemote, client: Callable[..., Brevo], clock: Clock
) -> Iterator[Configuration]:
    made = Configuration(client(remote.url, clock=clock), clock)
    yield made
    made.close()


def test_a_configuration_is_put_together_from_five_calls_made_once(configuration, programme):
    for _ in range(3):
        found = configuration.of(PROGRAMME)

    assert found.programme.name == "Beans"
    assert [definition.id for definition in found.definitions] == [POINTS]
    assert [found.tier_groups[0].order, found.tiers[0].id, found.rewards[0].name] == [
        (SILVER,),
        SILVER,
        "£10 off",
    ]
    assert (found.fetched_at, found.stale, found.missing) == (NOON, False, frozenset())
    assert sum(programme.asked.values()) == 5


def test_the_parts_are_asked_for_side_by_side(remote, configuration, programme):
    together = threading.Barrier(5)

    def meet(request: Request) -> Step:
        step = programme(request)

        def wait_for_all(link):
            together.wait(5)
            return step(link)

        return wait_for_all

    remote.always(meet)

    assert configuration.of(PROGRAMME).programme.name == "Beans"


def test_things_are_found_by_their_id(configuration, programme):
    found = configuration.of(PROGRAMME)

    definition, reward = found.definition(POINTS), found.reward(REWARD)
    assert definition is not None
    assert reward is not None
    assert (definition.name, reward.name) == ("Points", "£10 off")
    assert (found.definition(REWARD), found.reward(POINTS)) == (None, None)


@pytest.mark.parametrize("status", [404, 424])
def test_a_programme_without_tiers_or_rewards_has_none(configuration, programme, status):
    none = answer(status, {"message": "none"})
    programme.broken = {"tier-groups": none, "tiers": none, "offers": none}

    found = configuration.of(PROGRAMME)

    assert (found.tier_groups, found.tiers, found.rewards, found.missing) == ((), (), (), frozenset())


def test_a_part_that_fails_is_named_and_the_rest_stays(configuration, programme):
    programme.broken = {"offers": answer(500, {"message": "sorry"})}

    found = configuration.of(PROGRAMME)

    assert found.missing == {"rewards"}
    assert found.tiers[0].id == SILVER


def test_without_definitions_there_is_no_configuration(configuration, programme):
    programme.broken = {"balance-definitions": answer(500, {"message": "sorry"})}

    with pytest.raises(RemoteFailure):
        configuration.of(PROGRAMME)


def test_a_programme_that_does_not_exist_is_not_found(configuration, programme):
    programme.broken = {PROGRAMME: answer(404, {"message": "no"})}

    with pytest.raises(NotFound):
        configuration.of(PROGRAMME)


def test_a_remote_gone_for_hours_leaves_an_old_configuration_that_says_so(
    remote, configuration, programme, clock
):
    configuration.of(PROGRAMME)
    clock.now += FRESH * 3
    remote.shut()

    found = configuration.of(PROGRAMME)

    assert (found.stale, found.fetched_at, found.programme.name) == (True, NOON, "Beans")


def test_only_active_programmes_can_be_opened(configuration, programme):
    active = configuration.programmes()

    assert ([one.name for one in active.value], active.at, active.stale) == (["Beans"], NOON, False)
    configuration.programmes()
    assert programme.asked == {"programs": 1}


def test_what_was_read_before_anybody_asked_is_not_read_again(configuration, programme):
    configuration.prefetch().result()

    assert configuration.of(PROGRAMME).programme.name == "Beans"
    assert (programme.asked["programs"], sum(programme.asked.values())) == (1, 6)


def test_reading_ahead_from_a_remote_that_fails_breaks_nothing(configuration, programme):
    programme.broken["programs"] = answer(500, {})

    assert configuration.prefetch().result() is None
