"""A label while it is laid out: the marks and problems gathered so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.domain.errors import Problem, Severity
from app.domain.labels.marks import Mark, Measure, TextMark
from app.domain.labels.spec import LabelSpec

ASCENT: Final = 0.86
"""From the top of a line box to its baseline, as a share of the em (Chinese fonts)."""
LINE: Final = 1.16
"""Height of a line of text, as a share of the em."""
_STEP: Final = 0.1


@dataclass(slots=True)
class Draft:
    """What `layout` fills in."""

    spec: LabelSpec
    measure: Measure
    marks: list[Mark] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def text(self, x: float, top: float, text: str, size: float, *, bold: bool, name: str) -> None:
        """Put one line of text whose line box starts at `top`."""
        self.marks.append(TextMark(x, top + size * ASCENT, text, size, bold, name))

    def warn(self, code: str, text: str, column: str) -> None:
        """Something had to be cut; the label can still be printed."""
        self.problems.append(Problem(code, text, 0, column, Severity.WARNING))


def sizes(largest: float, least: float) -> list[float]:
    """Sizes from `largest` down to `least`, both included."""
    steps = max(0, round((largest - least) / _STEP))
    return [round(largest - step * _STEP, 2) for step in range(steps)] + [least]
