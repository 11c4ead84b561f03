"""NUL, halves of characters and signs that turn the reading round are refused before a database."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.signs import unkept
from app.services.operations import digest_of
from app.services.orders.queries import OrdersWanted, member_orders
from app.services.stock.moving import AddPlace, add_place
from tests.factories import EAST, Site

BAD = ["甲\x00乙", "\x00", "甲\ud800", "\udcff乙", "甲\u202e乙", "\u2067甲"]
GOOD = ["甲\n乙\t丙", "\\u0000", "\\\\u0000", "💊", "01\x1d10", "a\u0301", "甲\u200e"]


@pytest.mark.parametrize("text", BAD)
def test_what_is_saved_holds_no_such_sign(site: Site, text: str) -> None:
    with pytest.raises(DomainError, match="请删掉这一段") as refusal:
        add_place(*site.as_("east_store"), AddPlace(new_op(), EAST, "KS9", text))
    assert refusal.value.code == "text.sign"
    assert "□" in refusal.value.text
    assert unkept(refusal.value.text) == ""


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_kept_is_kept(site: Site, text: str) -> None:
    assert unkept(text) == ""
    add_place(*site.as_("east_store"), AddPlace(new_op(), EAST, "KS9", "库" + text))


@pytest.mark.parametrize("text", ["甲\x00乙", "甲\ud800"])
def test_what_is_looked_for_is_told_too(site: Site, text: str) -> None:
    """A file finds nothing with a NUL in it; a server cannot even be asked."""
    way, wanted = site.as_("east_store"), OrdersWanted(no=text)
    if site.is_sqlite and "\x00" in text:
        assert member_orders(*way, wanted) == ()
        return
    with pytest.raises(DomainError) as refusal:
        member_orders(*way, wanted)
    assert refusal.value.code == "text.sign"


@given(st.text(st.characters(exclude_categories=())))
def test_every_text_of_whole_signs_has_a_digest_or_words(text: str) -> None:
    if unkept(text):
        with pytest.raises(DomainError, match="□"):
            digest_of({"说明": [text]})
    else:
        assert len(digest_of({"说明": [text]})) == 32
