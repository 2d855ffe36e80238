from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.brevo.errors import BrevoError, NoAnswer, NotFound, NotSent, Unauthorised
from dashboard.brevo.health import Health
from tests.brevo.remote import answer, close

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


class _Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_nothing_is_claimed_before_the_first_call():
    condition = Health(_Clock()).condition

    assert (condition.answered_at, condition.failed_at, condition.trouble) == (None, None, None)


def test_a_call_without_answer_is_the_present_trouble():
    health = Health(_Clock())

    health.met(NotSent("refused"))

    assert isinstance(health.condition.trouble, NotSent)
    assert health.condition.failed_at == NOON


def test_an_answer_ends_the_trouble_and_keeps_its_memory():
    clock = _Clock()
    health = Health(clock)
    health.met(Unauthorised("wrong key"))
    clock.now = NOON + timedelta(minutes=1)

    health.met(None)

    assert health.condition.trouble is None
    assert health.condition.failed_at == NOON
    assert isinstance(health.condition.failure, Unauthorised)
    assert health.condition.answered_at == NOON + timedelta(minutes=1)


def test_an_answer_about_one_object_is_an_answer():
    health = Health(_Clock())

    health.met(NotFound("no such member"))

    assert health.condition.trouble is None
    assert health.condition.answered_at == NOON


@pytest.mark.parametrize(
    ("steps", "trouble"), [([answer(401, {"message": "no"})], Unauthorised), ([close()] * 3, NoAnswer)]
)
def test_a_client_says_what_its_latest_call_met(remote, brevo, steps, trouble):
    remote.then(*steps, answer(200, {"items": []}))

    with pytest.raises(BrevoError):
        brevo.programmes.list()
    assert isinstance(brevo.health.condition.trouble, trouble)

    brevo.programmes.list()
    assert brevo.health.condition.trouble is None
