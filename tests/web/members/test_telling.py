"""What free data says about a transaction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.web.members.telling import tell


@pytest.mark.parametrize(
    ("meta", "what", "detail", "by"),
    [
        ({}, "", "", ""),
        (
            {
                "type": "purchase",
                "shop": "Leeds Briggate",
                "till": "POS 114",
                "order": "88213",
                "source": "pos",
            },
            "Purchase, Leeds Briggate",
            "Order 88213",
            "POS 114",
        ),
        ({"type": "purchase", "channel": "online", "source": "web"}, "Purchase, online", "", "Web"),
        ({"type": "reward", "reward": "£10 off"}, "Reward: £10 off", "", ""),
        (
            {"type": "goodwill", "reason": "wrong_item", "agent": "J. Patel", "reference": "ZD-1"},
            "Goodwill: wrong item",
            "Reference ZD-1",
            "J. Patel",
        ),
        ({"orderNumber": 88213, "Order_Value": 12.5}, "", "Order number 88213 · Order value 12.5", ""),
        ({"nested": {"a": 1}, "list": [1], "yes": True, "none": None}, "", "", ""),
        ({"customerEmail": "a@b.c", "phone": "1", "apiToken": "x", "intent": "i"}, "", "", ""),
        ({"entry": "b9ec4ce2-1b19-4bbf-a8d4-75083ad27aa5"}, "", "", ""),
        ({"reason": "a\nb\tc"}, "A b c", "", ""),
    ],
)
def test_free_data_is_told_in_words(meta: dict[str, object], what: str, detail: str, by: str) -> None:
    told = tell(meta)
    assert (told.what, told.detail, told.by) == (what, detail, by)


_values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))


@given(st.dictionaries(st.text(), _values))
def test_nothing_that_stands_there_breaks_the_page(meta: dict[str, object]) -> None:
    told = tell(meta)
    assert all(len(text) < 400 and "\n" not in text for text in (told.what, told.detail, told.by))
