"""Expiry, lot and quantity side by side: none of them is ever dropped or cut.

The three stand in columns at the same place on every label of a template. Where a lot is long the
columns give way: the lot shrinks, takes a second line, then the expiry shrinks. A lot that does not
fit even so is an error, and the label is not printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.errors import Problem
from app.domain.labels.draft import ASCENT, LINE, Draft, sizes
from app.domain.labels.marks import TextMark
from app.domain.labels.template import SMALLEST_TEXT, Facts
from app.domain.labels.wrapping import wrapped
from app.i18n import _

_LOT_COLUMN: Final = 0.445
_QUANTITY_COLUMN: Final = 0.79
_QUANTITY_SHARE: Final = 0.32
"""Most of the row that the quantity takes before it goes to a second line."""
_READABLE: Final = 0.6
"""A lot on one line shrinks to this share before two larger lines are tried."""
_MOST_ROWS: Final = 3
_SLACK: Final = 0.01


@dataclass(frozen=True, slots=True)
class _Value:
    """A value as it will stand: rows, size, width, whether a caption stands above."""

    rows: tuple[str, ...]
    size: float
    width: float
    caption: bool = True


def put_facts(draft: Draft, facts: Facts) -> None:
    """Put the three values with their captions into the row."""
    quantity = _quantity(draft, facts)
    right = facts.box.right
    if quantity:
        column = facts.box.x + facts.box.width * _QUANTITY_COLUMN
        left = column if column + quantity.width <= right else right - quantity.width
        _put(draft, facts, left, (_("数量"), quantity), "quantity")
        right = left - facts.gap
    expiry, lot = _expiry_and_lot(draft, facts, right - facts.box.x)
    x = facts.box.x
    if expiry:
        _put(draft, facts, x, (_("有效期至"), expiry), "expiry")
        x += expiry.width + facts.gap
    if lot:
        column = facts.box.x + facts.box.width * _LOT_COLUMN
        if expiry and x <= column and column + lot.width <= right:
            x = column
        _put(draft, facts, x, (_("批号"), lot), "lot")


def _expiry_and_lot(draft: Draft, facts: Facts, room: float) -> tuple[_Value | None, _Value | None]:
    """The two as large as `room` allows; the expiry shrinks only for the lot's sake."""
    text = draft.spec.expiry_text
    lot = " ".join(draft.spec.lot.split())
    if not lot:
        return (_value(draft, facts, text, facts.expiry_size, _("有效期至")), None)
    expiry: _Value | None = None
    for size in sizes(facts.expiry_size, min(facts.value_size, facts.expiry_size)):
        expiry = _value(draft, facts, text, size, _("有效期至"))
        left = room - (expiry.width + facts.gap if expiry else 0)
        found = _lot(draft, facts, lot, left)
        if found:
            return expiry, found
    problem = _("批号 {lot} 在这种标签上放不下。请换大一号的标签。", lot=lot)
    draft.problems.append(Problem("label.lot_room", problem, 0, "lot"))
    return expiry, None


def _lot(draft: Draft, facts: Facts, lot: str, room: float) -> _Value | None:
    """The lot on one line if readable, else on two, else small; None where nothing fits."""
    readable = max(SMALLEST_TEXT, facts.value_size * _READABLE)
    for size in sizes(facts.value_size, readable):
        if draft.measure(lot, size, True) <= room:
            return _value(draft, facts, lot, size, _("批号"))
    below = facts.box.height - facts.caption_size * LINE
    for size in sizes(max(SMALLEST_TEXT, below / 2 / LINE), SMALLEST_TEXT):
        rows = wrapped(lot, room, size, 2, draft.measure)
        if rows and len(rows) * size * LINE <= below + _SLACK:
            return _Value(tuple(rows), size, max(draft.measure(row, size, True) for row in rows))
    count = min(_MOST_ROWS, int(facts.box.height / (SMALLEST_TEXT * LINE) + _SLACK))
    rows = wrapped(f"{_('批号')} {lot}", room, SMALLEST_TEXT, count, draft.measure)
    if rows is None:
        return None
    wide = max(draft.measure(row, SMALLEST_TEXT, True) for row in rows)
    return _Value(tuple(rows), SMALLEST_TEXT, wide, caption=False)


def _quantity(draft: Draft, facts: Facts) -> _Value | None:
    """The quantity; on two lines rather than cut, because half a quantity is a wrong one."""
    text = " ".join(draft.spec.quantity.split())
    most = facts.box.width * _QUANTITY_SHARE
    for size in sizes(facts.value_size, SMALLEST_TEXT):
        if draft.measure(text, size, True) <= most:
            return _value(draft, facts, text, size, _("数量"))
    rows = wrapped(text, most, SMALLEST_TEXT, 2, draft.measure)
    if rows is None:
        problem = _("数量 {text} 在标签上放不下。请改用大单位。", text=text)
        draft.problems.append(Problem("label.quantity_room", problem, 0, "quantity"))
        return None
    return _Value(tuple(rows), SMALLEST_TEXT, most)


def _value(draft: Draft, facts: Facts, text: str, size: float, caption: str) -> _Value | None:
    """A value on one line, as wide as itself or its caption; None for nothing."""
    if not text:
        return None
    caption_width = draft.measure(caption, facts.caption_size, False)
    return _Value((text,), size, max(draft.measure(text, size, True), caption_width))


def _put(draft: Draft, facts: Facts, x: float, fact: tuple[str, _Value], name: str) -> None:
    """One caption with its value; values on one line share the lower line of the row."""
    caption, value = fact
    top = facts.box.y
    if value.caption:
        draft.text(x, top, caption, facts.caption_size, bold=False, name="caption")
        top += facts.caption_size * LINE
    if len(value.rows) == 1 and value.caption:
        baseline = facts.box.bottom - facts.expiry_size * (LINE - ASCENT) * 0.5
        draft.marks.append(TextMark(x, baseline, value.rows[0], value.size, True, name))
        return
    for row in value.rows:
        draft.text(x, top, row, value.size, bold=True, name=name)
        top += value.size * LINE
