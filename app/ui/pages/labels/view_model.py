"""What the label page knows: the chosen goods, the paper, the preview, and how to print it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final
from uuid import UUID

from app.adapters import label_papers
from app.adapters.label_raster import page_image
from app.domain.errors import Problem
from app.domain.ids import new_op
from app.domain.labels.sheet import Page, next_cell
from app.domain.labels.spec import LabelSpec
from app.domain.labels.template import LabelPaper
from app.services.labels.commands import MakeLabels, Source, Target
from app.services.labels.job import PrintJob
from app.services.labels.output import Options, Prepared
from app.ui.pages.labels.rows import Choice

PREVIEW_DPI: Final = {False: 203, True: 150}
"""Dots per inch of the preview: a roll label at its printer's dots, an A4 sheet coarser."""
_ROLL: Final = "60x40"


@dataclass(frozen=True, slots=True)
class Reprint:
    """Labels of an earlier print that are shown again."""

    title: str
    pack_ids: tuple[int, ...]
    source: Source
    source_id: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The labels as they will be printed, checked.

    Attributes:
        prepared: Pages and problems.
        specs: What each label says.
    """

    prepared: Prepared
    specs: tuple[LabelSpec, ...]

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages."""
        return self.prepared.pages

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """What keeps the labels from being printed."""
        return tuple(one for one in self.prepared.checked.problems if one.blocks)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What did not fit."""
        return tuple(one for one in self.prepared.checked.problems if not one.blocks)


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as bytes for the preview: 8 bits of grey per dot, row by row."""

    data: bytes
    width: int
    height: int


def picture(page: Page, *, sheet: bool) -> PagePicture:
    """The page drawn by the painter of the print."""
    image = page_image(page, PREVIEW_DPI[sheet]).convert("L")
    return PagePicture(image.tobytes(), image.width, image.height)


@dataclass(slots=True)
class LabelsState:
    """The page's state; widgets show it, jobs take frozen parts of it."""

    org_id: int
    options: Options = field(default_factory=Options)
    choices: tuple[Choice, ...] = ()
    reprint: Reprint | None = None
    acceptance_id: int = 0
    acceptance_no: str = ""
    own: dict[str, LabelPaper] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    _ops: dict[tuple[object, ...], UUID] = field(default_factory=dict)

    @property
    def paper(self) -> LabelPaper:
        """The chosen paper."""
        return self.options.label_paper

    @property
    def wanted(self) -> tuple[Choice, ...]:
        """The lines that give labels."""
        return tuple(one for one in self.choices if one.wanted)

    def set_paper(self, key: str, dpi: int) -> None:
        """Choose a paper; a sheet has its own resolution and used cells, an own template too."""
        own = self.own.get(key)
        paper = own or label_papers.paper(key)
        start = max(1, min(self.starts.get(key, 1), paper.cells))
        fixed = paper.is_sheet or own is not None
        self.options = replace(
            self.options, paper=key, start=start, dpi=0 if fixed else dpi, own=own
        )

    def start_at(self, cell: int) -> None:
        """Begin the first sheet of the paper in use at a cell; remembered for each paper."""
        self.starts[self.options.paper] = cell
        self.options = replace(self.options, start=cell)

    def set_own(self, papers: Sequence[tuple[str, LabelPaper]], dpi: int) -> None:
        """Take the organisation's templates as they are now; a closed one is let go."""
        self.own = dict(papers)
        key = self.options.paper
        known = key in self.own or key in label_papers.TITLES
        self.set_paper(key if known else _ROLL, dpi)

    def job(self, target: Target) -> PrintJob:
        """What to print, with operation ids that stay the same until it was printed."""
        if self.reprint:
            again = self.reprint
            return PrintJob(
                self._op("reprint", again.pack_ids, target, self.options),
                self.org_id,
                self.options,
                target,
                again.source,
                again.source_id,
                pack_ids=again.pack_ids,
            )
        makes = self._makes(self.wanted)
        one = makes[0] if len(makes) == 1 else None
        return PrintJob(
            self._op("record", makes, target, self.options),
            self.org_id,
            self.options,
            target,
            one.source if one else Source.STOCK,
            one.source_id if one else 0,
            make=makes,
        )

    def _makes(self, wanted: Sequence[Choice]) -> tuple[MakeLabels, ...]:
        """One command per source of goods."""

        def origin(one: Choice) -> tuple[str, int]:
            return one.source.value, one.source_id

        made: list[MakeLabels] = []
        for (source, source_id), group in groupby(sorted(wanted, key=origin), key=origin):
            lines = tuple(one.line for one in group)
            op = self._op("make", source, source_id, lines)
            made.append(MakeLabels(op, self.org_id, Source(source), source_id, lines))
        return tuple(made)

    def _op(self, *intention: object) -> UUID:
        """The operation id of an intention: the same until it is done."""
        return self._ops.setdefault(intention, new_op())

    def printed(self, labels: int) -> None:
        """The intention was carried out; the next print begins on the first free cell."""
        self._ops.clear()
        if self.paper.is_sheet:
            self.start_at(next_cell(self.paper, self.options.start, labels))
