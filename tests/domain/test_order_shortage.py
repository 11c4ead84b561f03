"""缺货终止: what may be declared, what stays wanted, and the steps of a note."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, strategies as st

from app.domain.documents import TRANSITIONS, DocKind, State, check_step, state_title
from app.domain.errors import ConflictError
from app.domain.orders.content import ContentLine
from app.domain.orders.shortage import OpenLine, Short, check_shorts, note_digest, still_wanted
from app.domain.orders.split import total

PACK = 24
LINE = ContentLine(
    1, 101, "YP-1", "阿莫西林胶囊", "0.25g×24 粒", "某厂", "盒", "粒", PACK, 100 * PACK,
    Decimal("3.86"), PACK, Decimal("386.00"),
)  # fmt: skip
STEPS = {
    ("submitted", "approved"), ("submitted", "refused"), ("submitted", "cancelled"),
    ("approved", "ended_short"), ("approved", "cancelled"),
}  # fmt: skip


def test_a_note_takes_these_steps_and_no_other() -> None:
    assert TRANSITIONS[DocKind.SHORTAGE] == STEPS
    for old, new in product(State, State):
        if (old, new) in STEPS:
            check_step(DocKind.SHORTAGE, old, new)
        else:
            with pytest.raises(ConflictError, match=state_title(old)):
                check_step(DocKind.SHORTAGE, old, new)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(-1, 130))
def test_only_what_neither_came_nor_is_coming_can_be_short(
    received: int, coming: int, packs: int
) -> None:
    line = OpenLine(LINE, received * PACK, coming * PACK)
    found = check_shorts((line,), (Short(1, packs * PACK),))
    assert (not found) == (0 < packs <= 100 - received - coming)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_what_is_signed_is_what_stays_and_what_ended(ended: list[int]) -> None:
    lines = [LINE._replace(line=number) for number, _packs in enumerate(ended, 1)]
    gone = {number: packs * PACK for number, packs in enumerate(ended, 1)}
    left = still_wanted(lines, gone)
    assert {one.line for one in left} == {n for n, packs in enumerate(ended, 1) if packs < 100}
    assert sum(one.qty for one in left) + sum(gone.values()) == sum(one.qty for one in lines)
    worth = Decimal("3.86") * sum(100 - packs for packs in ended)
    assert total(one.amount for one in left) == worth


def test_what_is_wrong_with_a_declaration_is_said() -> None:
    line = OpenLine(LINE, 0, 0)
    for shorts, words in (
        ((), "至少填一行"),
        ((Short(2, PACK),), "没有第 2 行"),
        ((Short(1, PACK + 1),), "按整盒填"),
        ((Short(1, PACK), Short(1, PACK)), "填了两次"),
    ):
        assert words in check_shorts((line,), shorts)[0].text


def test_the_digest_names_note_order_lines_and_reason() -> None:
    said = ("CG1-B1", b"order", (Short(1, 24), Short(2, 5)), "厂家停产")
    same = note_digest(*said[:2], tuple(reversed(said[2])), said[3])
    assert note_digest(*said) == same
    others = [
        ("CG1-B2", *said[1:]),
        (said[0], b"other", *said[2:]),
        (*said[:2], (Short(1, 48), Short(2, 5)), said[3]),
        (*said[:3], "别的原因"),
    ]
    assert same not in [note_digest(*one) for one in others]
