"""Pages do not queue up behind a remote that does not answer."""

from __future__ import annotations

import pytest

from dashboard.brevo import Brevo, Verdict
from dashboard.brevo.breaker import Breaker
from dashboard.brevo.errors import NoAnswer, NotSent
from dashboard.brevo.outbound import BREAKER_FAILURES, BREAKER_SECONDS
from tests.brevo.remote import ScriptedRemote, answer, close
from tests.brevo.values import MEMBER, PROGRAMME, account_info, create, transaction


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def lose(remote: ScriptedRemote, brevo: Brevo) -> None:
    """Let calls go unanswered until the breaker opens."""
    remote.then(*[close()] * 6)
    for _ in range(2):
        with pytest.raises(NoAnswer):
            brevo.programmes.list()


def test_fewer_failures_than_the_table_says_change_nothing():
    breaker = Breaker()
    fail(breaker, BREAKER_FAILURES - 1)

    assert all(breaker.lets_through() for _ in range(10))


def test_an_answer_in_between_starts_the_count_anew():
    breaker = Breaker()
    fail(breaker, BREAKER_FAILURES - 1)
    breaker.answered()
    fail(breaker, BREAKER_FAILURES - 1)

    assert breaker.lets_through()


def test_open_it_lets_one_through_every_few_seconds():
    seconds = [100.0]
    breaker = Breaker(now=lambda: seconds[0])
    fail(breaker, BREAKER_FAILURES)
    assert not breaker.lets_through()

    seconds[0] += BREAKER_SECONDS

    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]


def test_what_fails_while_it_is_open_does_not_put_off_the_next_try():
    seconds = [100.0]
    breaker = Breaker(now=lambda: seconds[0])
    fail(breaker, BREAKER_FAILURES)

    seconds[0] += BREAKER_SECONDS - 1
    fail(breaker, 1)
    assert not breaker.lets_through()

    seconds[0] += 1
    assert breaker.lets_through()


def test_an_answer_closes_it():
    breaker = Breaker()
    fail(breaker, BREAKER_FAILURES + 3)
    breaker.answered()

    assert all(breaker.lets_through() for _ in range(10))


def test_after_calls_without_an_answer_page_reads_fail_at_once(remote, brevo):
    lose(remote, brevo)
    before = len(remote.requests)

    with pytest.raises(NotSent, match="tried again"):
        brevo.programmes.list()

    assert len(remote.requests) == before


def test_writes_and_look_ups_go_out_all_the_same_and_their_answer_closes_it(remote, brevo):
    lose(remote, brevo)
    remote.always(lambda request: answer(200, transaction() if request.body else account_info()))

    assert create(brevo).verdict is Verdict.APPLIED
    assert brevo.members.account_info(PROGRAMME, contact_id=MEMBER).value.contact_id == MEMBER


def test_errors_are_answers(remote, brevo):
    remote.always(lambda _: answer(500, {"message": "sorry"}))
    for _ in range(BREAKER_FAILURES + 1):
        create(brevo)

    assert create(brevo).evidence.kind == "server_error"
    assert len(remote.requests) == BREAKER_FAILURES + 2
