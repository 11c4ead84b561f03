"""A report as PDF: definition and key figures in its head, the table, its sums."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.platypus import Flowable, Spacer

from app.adapters.pdf.blocks import Column, facts, grid, paragraph, title
from app.adapters.pdf.kit import MM, build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.papers import PrintInfo
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure with what it was counted from."""

    title: str
    value: str
    parts: str


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """One column; `width` is its part of the line."""

    title: str
    width: int
    number: bool = False


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """A report ready for print, every cell in words."""

    info: PrintInfo
    title: str
    period: str
    definition: str
    figures: tuple[Figure, ...]
    columns: tuple[PaperColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None = None


def report_pdf(paper: ReportPaper) -> bytes:
    """The report as PDF in landscape."""
    width = frame_width(landscape=True)
    story: list[Flowable] = title(paper.title, paper.period)
    story += [
        paragraph(_("口径：{definition}", definition=paper.definition)),
        paragraph(_("机构：{members}", members=paper.info.member)),
        Spacer(0, 2 * MM),
    ]
    story += facts([(one.title, f"{one.value}　{one.parts}") for one in paper.figures], width)
    columns = tuple(
        Column(one.title, one.width, Align.RIGHT if one.number else Align.LEFT)
        for one in paper.columns
    )
    if paper.rows:
        story.append(grid(columns, paper.rows, width, paper.total))
    else:
        story.append(paragraph(_("这段时间没有数据。")))
    return build(story, paper.info, paper.title, landscape=True)
