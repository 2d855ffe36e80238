from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher, extract_parameters
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.store.passwords import WeakPassword, hash_password, require_strong, verify

GOOD = "violin tram obelisk"


def test_hashes_cost_what_the_standard_asks_for():
    parameters = extract_parameters(hash_password(GOOD))
    assert (parameters.type.name, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        "ID",
        19 * 1024,
        2,
        1,
    )


def test_the_right_password_is_right():
    assert verify(hash_password(GOOD), GOOD).right


@pytest.mark.parametrize("given", ["", GOOD + " ", GOOD.upper(), GOOD[:-1]])
def test_any_other_password_is_wrong(given):
    assert not verify(hash_password(GOOD), given).right


def test_nothing_is_cut_off_a_long_password():
    long = "é" * 200
    assert not verify(hash_password(long + "1"), long + "2").right


def test_an_accent_typed_as_one_or_as_two_characters_is_the_same():
    assert verify(hash_password("cafe\u0301 au soleil couchant"), "caf\u00e9 au soleil couchant").right


def test_nobody_s_password_is_wrong_even_when_it_is_guessed():
    assert not verify(None, "nobody has this password").right


def test_a_hash_of_today_s_strength_is_kept():
    assert verify(hash_password(GOOD), GOOD).rehashed is None


def test_a_hash_of_an_older_strength_is_replaced_by_one_that_fits_the_same_password():
    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(GOOD)
    rehashed = verify(weaker, GOOD).rehashed
    assert rehashed is not None
    assert verify(rehashed, GOOD).right


@pytest.mark.parametrize("damaged", ["$argon2id$damaged", "no hash at all"])
def test_a_damaged_hash_lets_nobody_in(damaged):
    assert not verify(damaged, GOOD).right


def test_the_longest_password_is_still_looked_at():
    longest = (GOOD * 80)[:1024]
    assert verify(hash_password(longest), longest).right


def test_what_is_longer_than_any_password_is_not_looked_at():
    longer = (GOOD * 80)[:1025]
    assert not verify(hash_password(longer), longer).right


def test_many_hashes_at_once_all_come_out_right():
    hashed = hash_password(GOOD)
    with ThreadPoolExecutor(8) as threads:
        assert all(check.right for check in threads.map(lambda _: verify(hashed, GOOD), range(8)))


@given(st.text(min_size=0, max_size=14))
@example("loyalty")
def test_fewer_than_fifteen_characters_are_refused(password):
    with pytest.raises(WeakPassword):
        require_strong(password)


def test_the_refusal_says_how_many_characters_to_use():
    with pytest.raises(WeakPassword, match="15 or more"):
        require_strong("violin")


@pytest.mark.parametrize("length", [15, 64, 128, 1024])
def test_any_length_from_fifteen_on_is_fine(length):
    require_strong((GOOD * 80)[:length])


def test_a_text_of_a_megabyte_is_not_hashed():
    with pytest.raises(WeakPassword, match="or fewer"):
        require_strong("x" * 1_000_000)


@pytest.mark.parametrize(
    "password",
    [
        "violin tram obelisk",
        "correct violin battery",
        "zwei Bratkartoffeln im Regen",
        "三匹の猫が月夜の庭で静かに踊っている",
        "мой дядя самых честных",
        "kR7#vq0TzL!m2Xw9",
        "!§%&()=?`+*~^°#@;:<>|",
    ],
)
def test_any_kind_of_character_makes_a_password(password):
    require_strong(password)


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password Password!!!!",
        "P4ssw0rd123456789",
        "welcome to loyalty desk 2026",
        "loyalty-desk-demo",
        "Brevo Console 2026!",
        "correct horse battery staple",
        "qwertyuiopasdfghjkl",
        "123456789012345678",
        "zyxwvutsrqponmlkj",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "letmeinletmeinletmein",
        "Summer2026Summer2026",
        "customer support team",
    ],
)
def test_what_is_easy_to_guess_is_refused(password):
    with pytest.raises(WeakPassword, match="easy to guess"):
        require_strong(password)


def test_six_different_characters_must_remain():
    require_strong("kvqbtz" * 3)


@pytest.mark.parametrize("password", ["kvqbt" * 3, "kvqbtpasswordkvqbt"])
def test_fewer_than_six_are_too_few(password):
    with pytest.raises(WeakPassword, match="easy to guess"):
        require_strong(password)


def test_three_keys_beside_each_other_count_for_nothing_even_at_the_end():
    with pytest.raises(WeakPassword, match="easy to guess"):
        require_strong("kvqbtkvqbtkvdfg")


@pytest.mark.parametrize("password", ["kvqbtzdfgkvqbtz", "dfmwenpozqhjdfm"])
def test_a_run_in_the_middle_or_pairs_of_keys_spoil_no_password(password):
    require_strong(password)


def test_longer_words_are_taken_away_before_those_within_them():
    with pytest.raises(WeakPassword, match="easy to guess"):
        require_strong("annabrownfield own", own_words=("own", "annabrownfield"))


def test_words_of_three_letters_count():
    with pytest.raises(WeakPassword, match="easy to guess"):
        require_strong("qixwuvzekqixwuvzek", own_words=("Qix Wuv-Zek",))


def test_shorter_words_are_in_too_many_others_to_count():
    require_strong("violin tram obe", own_words=("Vi Ol In Tr Am Ob",))


@pytest.mark.parametrize("password", ["amara.okafor@shop", "Okafor Okafor 1234", "shop example amara"])
def test_the_person_s_own_words_are_refused(password):
    with pytest.raises(WeakPassword, match="easy to guess"):
        require_strong(password, own_words=("amara.okafor@shop.example", "Amara Okafor"))
