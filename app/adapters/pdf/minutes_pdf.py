"""药事会 minutes and the 目录吻合度 report as PDF."""

from __future__ import annotations

from reportlab.platypus import Flowable, Spacer

from app.adapters.pdf.blocks import Column, facts, grid, paragraph, signing_block, title
from app.adapters.pdf.kit import MM, build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.formulary.minutes import AlignmentReport, Minutes, MinutesItem
from app.domain.papers import Signing
from app.i18n import _

_GAP = 3 * MM


def minutes_pdf(paper: Minutes) -> bytes:
    """The minutes with every item's pre-check, votes and result, and places to sign."""
    width = frame_width()
    story: list[Flowable] = title(paper.title, paper.number)
    story += facts(paper.facts, width)
    story += [paragraph(_("出席：{names}", names=paper.present)), Spacer(0, _GAP)]
    if paper.absent:
        story += [paragraph(_("请假：{names}", names=paper.absent)), Spacer(0, _GAP)]
    story += [_agenda(paper, width), Spacer(0, _GAP)]
    for item in paper.items:
        story += _details(item)
    story += [paragraph(paper.closing, bold=True), Spacer(0, 2 * _GAP)]
    signings = [Signing(_("主任委员"), ""), Signing(_("记录（秘书）"), "")]
    story += signing_block(signings, width, seals=False)
    return build(story, paper.info, _("药事会纪要 {number}", number=paper.number))


def alignment_pdf(paper: AlignmentReport) -> bytes:
    """The report: figures with numerator and denominator first, then what to do."""
    width = frame_width()
    story: list[Flowable] = title(paper.title)
    for note in paper.notes:
        story += [paragraph(note), Spacer(0, MM)]
    right = Align.RIGHT
    story += [Spacer(0, _GAP), grid(
        (Column(_("成员"), 18), Column(_("牵头目录"), 10, right), Column(_("成员目录"), 10, right),
         Column(_("共有"), 8, right), Column("F1", 9, right), Column("F2", 9, right),
         Column("F3", 9, right), Column("F4", 9, right)),
        paper.pairs, width,
    )]  # fmt: skip
    if paper.trend:
        story += [*_heading(_("历次留存")), grid(
            (Column(_("日期"), 12), Column(_("成员"), 16), Column(_("共有 / 成员目录"), 16, right),
             Column(_("吻合度"), 10, right)), paper.trend, width)]  # fmt: skip
    if paper.best:
        story += [*_heading(_("先增加这些，升得最多")), grid(
            (Column("#", 4, Align.CENTRE), Column(_("成员"), 12), Column(_("品规"), 36),
             Column(_("年用量"), 10, right), Column(_("升高 百分点"), 12, right),
             Column(_("升到 %"), 10, right)), paper.best, width)]  # fmt: skip
    if paper.gaps:
        story += [*_heading(_("差异清单（影响最大的）")), grid(
            (Column(_("成员"), 10), Column(_("差异"), 14), Column(_("品规"), 34),
             Column(_("影响 百分点"), 12, right), Column(_("怎么做"), 20)),
            paper.gaps, width)]  # fmt: skip
    return build(story, paper.info, paper.title)


def _agenda(paper: Minutes, width: float) -> Flowable:
    columns = (
        Column("#", 4, Align.CENTRE),
        Column(_("申请品规"), 30),
        Column(_("申请"), 18),
        Column(_("赞成 : 反对 : 弃权"), 18, Align.RIGHT),
        Column(_("结果"), 12),
    )
    rows = [(item.seq, item.name, item.asked, item.votes, item.result) for item in paper.items]
    return grid(columns, rows, width)


def _details(item: MinutesItem) -> list[Flowable]:
    parts: list[Flowable] = [paragraph(f"{item.seq}. {item.name}　{item.result}", 10, bold=True)]
    for text in (item.reason, item.checks, item.interests):
        if text:
            parts += [Spacer(0, MM), paragraph(text)]
    return [*parts, Spacer(0, _GAP)]


def _heading(text: str) -> list[Flowable]:
    return [Spacer(0, _GAP), paragraph(text, 10, bold=True), Spacer(0, MM)]
