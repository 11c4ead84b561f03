"""补充说明: what a supplier cannot deliver of a signed order, signed by both sides."""

from __future__ import annotations

from reportlab.platypus import Flowable, Spacer

from app.adapters.pdf.blocks import (
    Column,
    facts,
    goods_text,
    grid,
    money,
    paragraph,
    party_facts,
    signing_block,
    title,
    total_line,
)
from app.adapters.pdf.kit import MM, build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.papers import ShortagePaper
from app.i18n import _


def shortage_pdf(paper: ShortagePaper) -> bytes:
    """The note as PDF; the same note, the same bytes."""
    width = frame_width()
    story: list[Flowable] = title(_("订单补充说明"), _("缺货终止 · 原订单及签署不变"))
    pairs = [
        (_("补充说明号"), paper.number),
        (_("填报日期"), paper.declared_on),
        (_("原订单号"), paper.order_number),
        (_("原订单版本"), _("第 {n} 版", n=paper.order_version)),
        *party_facts(paper.buyer, paper.supplier),
    ]
    story += facts(pairs, width)
    story += [paragraph(text, 10) for text in paper.clauses]
    story.append(Spacer(0, 2.5 * MM))
    columns = (
        Column(_("原行号"), 6, Align.CENTRE),
        Column(_("品名 / 规格"), 30),
        Column(_("订"), 12, Align.RIGHT),
        Column(_("终止"), 12, Align.RIGHT),
        Column(_("单价 元"), 12, Align.RIGHT),
        Column(_("金额 元"), 14, Align.RIGHT),
    )
    rows = [
        (
            str(line.number),
            goods_text(line.goods),
            line.ordered,
            line.ended,
            f"{money(line.price)}/{line.unit}",
            money(line.amount),
        )
        for line in paper.lines
    ]
    total = ("", _("合计 {n} 行", n=len(rows)), "", "", "", money(paper.total))
    story.append(grid(columns, rows, width, total))
    story += total_line(paper.total)
    story += signing_block(paper.signings, width, seals=True)
    return build(story, paper.info, _("订单补充说明 {number}", number=paper.number))
