"""A code as a picture."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from dashboard.web.vouchers.qr import svg


@pytest.mark.parametrize(
    "code", ["A", "AB12-CD34-EF56", "Z" * 128, "クーポン-7", "</svg><script>alert(1)</script>"]
)
def test_every_code_is_a_picture_of_the_same_size_without_styles_or_text(code: str) -> None:
    drawn = ElementTree.fromstring(svg(code))

    assert (drawn.get("width"), drawn.get("height")) == ("240", "240")
    assert {each.tag for each in drawn.iter()} == {"svg", "path"}
    assert not [each for each in drawn.iter() if each.get("style") or each.text]


def test_different_codes_are_different_pictures() -> None:
    assert svg("AB12-CD34-EF56") != svg("AB12-CD34-EF57")
