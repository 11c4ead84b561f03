"""Papers of the store that are facts, a table and signatures: slips, count sheets, ledgers."""

from __future__ import annotations

from reportlab.platypus import Flowable, Spacer

from app.adapters.pdf.blocks import (
    Column,
    facts,
    grid,
    paragraph,
    signing_block,
    title,
)
from app.adapters.pdf.kit import MM, build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.papers import TablePaper
from app.i18n import _


def table_pdf(paper: TablePaper) -> bytes:
    """The paper as PDF."""
    width = frame_width(landscape=paper.landscape)
    number = _("单号 {number}", number=paper.number) if paper.number else ""
    story: list[Flowable] = title(paper.title, number)
    story += facts(paper.facts, width)
    columns = [
        Column(one.title, one.share, Align.RIGHT if one.figures else Align.LEFT)
        for one in paper.columns
    ]
    if paper.rows:
        story.append(grid(columns, paper.rows, width))
    else:
        story.append(paragraph(_("没有记录。")))
    for note in paper.notes:
        story += [Spacer(0, 2 * MM), paragraph(note)]
    story.append(Spacer(0, 4 * MM))
    story += signing_block(paper.signing, width, seals=False)
    heading = f"{paper.title} {paper.number}".strip()
    return build(story, paper.info, heading, landscape=paper.landscape)
