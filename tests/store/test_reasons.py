"""Reasons and usual amounts as admins change them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from msgspec.structs import replace

from dashboard.store import presets, reasons
from dashboard.store.presets import PresetsError
from dashboard.store.reasons import Reason, ReasonError

GIFT = Reason("gift", "A gift", requires_reference=True, requires_note=False, is_retired=False)


def codes(database) -> list[str]:
    with database.read() as connection:
        return [reason.code for reason in reasons.offered(connection)]


def test_a_new_reason_is_offered_last(database):
    with database.write() as connection:
        reasons.add(connection, GIFT)
        assert reasons.offered(connection)[-1] == GIFT


@pytest.mark.parametrize("code", ["", "Gift", "1gift", "a-gift", "gïft", "g" * 41, "gift\n"])
def test_what_is_no_code_is_refused(database, code):
    with pytest.raises(ReasonError, match="code"), database.write() as connection:
        reasons.add(connection, replace(GIFT, code=code))


@pytest.mark.parametrize("label", ["", "  ", "L" * 81, "Gift\u202e"])
def test_what_is_no_label_is_refused(database, label):
    with pytest.raises(ReasonError, match="label"), database.write() as connection:
        reasons.add(connection, replace(GIFT, label=label))


def test_a_code_is_never_used_again_even_when_its_reason_is_retired(database, now):
    with database.write() as connection:
        reasons.retire(connection, "other", now)
    with pytest.raises(ReasonError, match="taken"), database.write() as connection:
        reasons.add(connection, replace(GIFT, code="other"))


def test_two_offered_reasons_never_read_the_same(database):
    with pytest.raises(ReasonError, match="Late delivery"), database.write() as connection:
        reasons.add(connection, replace(GIFT, label="late  DELIVERY"))


def test_a_changed_reason_keeps_its_code_and_place(database):
    before = codes(database)
    wanted = Reason("billing_error", "Wrong bill", True, True, False)
    with database.write() as connection:
        reasons.change(connection, wanted)
        assert reasons.by_code(connection, "billing_error") == wanted
    assert codes(database) == before


def test_a_retired_reason_is_listed_and_comes_back_to_its_place(database, now):
    before = codes(database)
    with database.write() as connection:
        reasons.retire(connection, "billing_error", now)
        retired = reasons.by_code(connection, "billing_error")
    assert retired is not None
    assert (retired.is_retired, "billing_error" in codes(database)) == (True, False)
    with database.write() as connection:
        reasons.restore(connection, "billing_error")
    assert codes(database) == before


def test_a_reason_whose_label_is_taken_meanwhile_does_not_come_back(database, now):
    with database.write() as connection:
        reasons.retire(connection, "other", now)
        reasons.add(connection, replace(GIFT, label="Other (note needed)"))
    with pytest.raises(ReasonError, match="already"), database.write() as connection:
        reasons.restore(connection, "other")


def test_the_last_reason_stays_when_all_are_retired_at_once(database, now):
    offered = codes(database)
    together = Barrier(len(offered))

    def retire(code: str) -> bool:
        together.wait()
        try:
            with database.write() as connection:
                reasons.retire(connection, code, now)
        except ReasonError:
            return False
        return True

    with ThreadPoolExecutor(len(offered)) as threads:
        assert sum(threads.map(retire, offered)) == len(offered) - 1
    assert len(codes(database)) == 1


@pytest.mark.parametrize(
    ("code", "up", "order"),
    [
        ("store_complaint", True, [0, 1, 3, 2, 4, 5]),
        ("store_complaint", False, [0, 1, 2, 4, 3, 5]),
        ("late_delivery", True, None),
        ("other", False, None),
    ],
)
def test_a_reason_changes_places_with_its_neighbour(database, code, up, order):
    before = codes(database)
    with database.write() as connection:
        assert reasons.move(connection, code, up=up) == (order is not None)
    assert codes(database) == [before[at] for at in order or range(6)]


def test_a_move_passes_over_retired_reasons(database, now):
    with database.write() as connection:
        reasons.retire(connection, "wrong_or_damaged_item", now)
        reasons.move(connection, "points_missing", up=True)
    assert codes(database)[:2] == ["points_missing", "late_delivery"]


def test_the_usual_amounts_are_replaced_in_their_order(database):
    wanted = (Decimal(50), Decimal(2000), Decimal(20))
    with database.write() as connection:
        presets.replace(connection, wanted)
        assert presets.list_all(connection) == wanted


@pytest.mark.parametrize("amounts", [[], [1, 2, 3, 4, 5, 6, 7], [100, 100]])
def test_usual_amounts_that_do_not_fit_are_refused(database, amounts):
    with pytest.raises(PresetsError), database.write() as connection:
        presets.replace(connection, [Decimal(amount) for amount in amounts])


def test_of_many_who_replace_the_amounts_at_once_one_wins_as_a_whole(database):
    together = Barrier(6)

    def replace_all(number: int) -> None:
        together.wait()
        with database.write() as connection:
            presets.replace(connection, [Decimal(number * 10 + at) for at in range(1, number + 1)])

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(replace_all, range(1, 7)))
    with database.read() as connection:
        kept = presets.list_all(connection)
    assert [amount // 10 for amount in kept] == [len(kept)] * len(kept)
