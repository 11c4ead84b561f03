"""The award notice (中选结果公示), for the notice board and for every bidder."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from app.adapters.pdf.blocks import Column, facts, grid, money, paragraph, title
from app.adapters.pdf.kit import build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.awarding.paper import NoticePaper
from app.i18n import _


def award_pdf(paper: NoticePaper) -> bytes:
    """The notice as PDF."""
    width = frame_width()
    story: list[Flowable] = title(_("中选结果公示"), paper.title)
    story += facts(paper.facts, width)
    columns = (
        Column(_("序号"), 7, Align.CENTRE),
        Column(_("品名 / 规格"), 30),
        Column(_("中选供应商"), 20),
        Column(_("份额"), 9, Align.CENTRE),
        Column(_("约定量"), 14, Align.RIGHT),
        Column(_("中选价 元"), 13, Align.RIGHT),
        Column(_("未选最低价的理由"), 22),
    )
    rows = [
        (
            str(number),
            f"{line.name}\n{line.spec}",
            line.supplier,
            line.role,
            line.quantity,
            f"{money(line.price)}/{line.unit}",
            line.reason,
        )
        for number, line in enumerate(paper.lines, start=1)
    ]
    story.append(grid(columns, rows, width))
    if paper.failed:
        story += [Spacer(0, 4 * mm), paragraph(_("流标"), bold=True)]
        failed = (Column(_("品名 / 规格"), 50), Column(_("原因"), 50))
        story.append(grid(failed, paper.failed, width))
    story += [Spacer(0, 5 * mm), paragraph(paper.closing)]
    return build(story, paper.info, _("中选结果公示 {number}", number=paper.number))
