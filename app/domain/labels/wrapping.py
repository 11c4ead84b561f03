"""Fitting text into a width: shrink, break, cut with an ellipsis."""

from __future__ import annotations

from typing import Final

from app.domain.labels.marks import Measure
from app.domain.labels.template import SMALLEST_TEXT

ELLIPSIS: Final = "…"
_STEP: Final = 0.1
_NO_START: Final = "，。、；：！？）】》”’%·)"
"""Signs that do not begin a line."""


def shrunk(
    text: str, width: float, size: float, measure: Measure, *, bold: bool
) -> tuple[float, str]:
    """(size, text) that fits `width`: smaller down to the least size, then cut with an ellipsis."""
    while measure(text, size, bold) > width and size > SMALLEST_TEXT:
        size = max(SMALLEST_TEXT, round(size - _STEP, 2))
    if measure(text, size, bold) <= width:
        return size, text
    return size, _shortened(text, width, size, measure, bold=bold)


def wrapped(text: str, width: float, size: float, rows: int, measure: Measure) -> list[str] | None:
    """`text` in bold on at most `rows` lines, or None; breaks anywhere, better at a space."""
    lines: list[str] = []
    rest = text
    while rest:
        if len(lines) == rows:
            return None
        count = _fitting(rest, width, size, measure)
        if count == 0:
            return None
        count = _break_at(rest, count)
        lines.append(rest[:count].rstrip())
        rest = rest[count:].lstrip()
    return lines


def cut(text: str, width: float, size: float, rows: int, measure: Measure) -> list[str]:
    """`text` in bold on `rows` lines, the last one cut with an ellipsis where needed."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < rows - 1:
        count = max(1, _fitting(rest, width, size, measure))
        lines.append(rest[:count])
        rest = rest[count:]
    if rest:
        fits = measure(rest, size, True) <= width
        lines.append(rest if fits else _shortened(rest, width, size, measure, bold=True))
    return lines


def _fitting(text: str, width: float, size: float, measure: Measure) -> int:
    """How many characters of `text` fit `width` in bold."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle], size, True) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def _break_at(text: str, count: int) -> int:
    """A better place to break than `count`: after a space, and not before closing signs."""
    if count >= len(text):
        return count
    space = text.rfind(" ", count // 2, count + 1)
    if space > 0:
        return space
    while count > 1 and text[count] in _NO_START:
        count -= 1
    return count


def _shortened(text: str, width: float, size: float, measure: Measure, *, bold: bool) -> str:
    """The longest beginning of `text` that fits with an ellipsis."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle] + ELLIPSIS, size, bold) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low] + ELLIPSIS
