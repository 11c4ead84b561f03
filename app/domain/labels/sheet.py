"""Which label goes where: pages of cells, a start cell, and a nudge in tenths of a millimetre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.errors import DomainError
from app.domain.labels.marks import Layout
from app.domain.labels.template import LabelPaper
from app.i18n import _

MAX_NUDGE: Final = 100
"""A printer that is off by more than 10 mm has the wrong paper."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Shift of the whole print, in tenths of a millimetre; positive is right and down."""

    right: int = 0
    down: int = 0

    def __post_init__(self) -> None:
        if max(abs(self.right), abs(self.down)) > MAX_NUDGE:
            raise DomainError("label.nudge", _("微调超过 10 毫米。请检查标签纸规格是否选对。"))


@dataclass(frozen=True, slots=True)
class Placed:
    """One label on a page: index in the job, cell on the page, where, what."""

    index: int
    cell: int
    x: float
    y: float
    layout: Layout


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its size, its labels, and the cells that were used before."""

    width: float
    height: float
    labels: tuple[Placed, ...]
    used: tuple[int, ...] = ()


def pages(
    layouts: Sequence[Layout],
    paper: LabelPaper,
    start: int = 1,
    nudge: Nudge = Nudge(),
) -> tuple[Page, ...]:
    """`layouts` placed on pages of `paper`, from the 1-based cell `start` of the first page."""
    if not 1 <= start <= paper.cells:
        raise DomainError(
            "label.start",
            _("这张标签纸只有 {n} 格，不能从第 {start} 格起。", n=paper.cells, start=start),
        )
    result: list[Page] = []
    placed: list[Placed] = []
    for index, layout in enumerate(layouts):
        cell = (start - 1 + index) % paper.cells
        if cell == 0 and placed:
            result.append(_page(paper, placed, start, first=not result))
            placed = []
        box = paper.cell(cell)
        x, y = box.x + nudge.right / 10, box.y + nudge.down / 10
        placed.append(Placed(index, cell, x, y, layout))
    if placed:
        result.append(_page(paper, placed, start, first=not result))
    return tuple(result)


def next_cell(paper: LabelPaper, start: int, labels: int) -> int:
    """The 1-based first free cell of the sheet behind `labels` that began at `start`."""
    return (start - 1 + labels) % paper.cells + 1


def _page(paper: LabelPaper, placed: list[Placed], start: int, *, first: bool) -> Page:
    """A page with its labels; only the first has cells used before."""
    used = tuple(range(start - 1)) if first else ()
    return Page(paper.page_width, paper.page_height, tuple(placed), used)
