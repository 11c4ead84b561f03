"""The check before printing: every rendered code is read again and compared with what was meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.adapters import fonts
from app.adapters.barcode import decode
from app.adapters.label_raster import label_image
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.labels.layout import layout
from app.domain.labels.marks import Layout
from app.domain.labels.spec import LabelSpec, check
from app.domain.labels.template import LabelPaper
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Checked:
    """Laid-out labels with what was found.

    Attributes:
        layouts: One per label.
        codes: How many codes were read and found right.
        problems: What is wrong; `row` is the 1-based label.
    """

    layouts: tuple[Layout, ...]
    codes: int
    problems: tuple[Problem, ...]

    @property
    def printable(self) -> bool:
        """Whether nothing blocks printing."""
        return not any(problem.blocks for problem in self.problems)

    def refuse(self) -> None:
        """Raise `DomainError` with all blocking problems, if there are any."""
        refuse_if(self.problems, "label.check", _("标签还不能打印。"))


def verify(
    specs: Sequence[LabelSpec],
    paper: LabelPaper,
    dpi: int,
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """Lay out, render at `dpi` and read back every label of a job."""
    layouts: list[Layout] = []
    problems: list[Problem] = []
    codes = 0
    for row, spec in enumerate(specs, start=1):
        laid = layout(spec, paper.label, fonts.width)
        found = [*check(spec, row), *_in_row(laid.problems, row)]
        if not any(problem.blocks for problem in found):
            good, unread = _read(laid, dpi, row)
            codes += good
            found += unread
        layouts.append(laid)
        problems += found
        if progress:
            progress(row, len(specs))
    return Checked(tuple(layouts), codes, tuple(problems))


def _read(laid: Layout, dpi: int, row: int) -> tuple[int, list[Problem]]:
    """How many codes of one rendered label read as meant, and a problem for each other."""
    try:
        seen = decode(label_image(laid, dpi))
    except DomainError as error:
        return 0, [Problem(error.code, error.text, row, "code")]
    problems = [
        Problem(
            "label.unreadable",
            _("标签上的条码 {text} 印出来读不回。请换大一号的标签。", text=mark.expected),
            row,
            "code",
        )
        for mark in laid.codes
        if (mark.identifier, mark.expected) not in seen
    ]
    return len(laid.codes) - len(problems), problems


def _in_row(problems: Sequence[Problem], row: int) -> list[Problem]:
    """The problems of a layout with the row of their label."""
    return [
        Problem(problem.code, problem.text, row, problem.column, problem.severity)
        for problem in problems
    ]
