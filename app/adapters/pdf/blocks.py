"""The parts papers are made of: titles, facts in two columns, tables, totals, signature places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table, TableStyle
from typing_extensions import override

from app.adapters import fonts
from app.adapters.pdf.kit import MM, draw_text
from app.adapters.pdf.rows import BODY, LEADING, Align, Rows, cut, line
from app.domain.capital_amount import capital_amount
from app.domain.papers import Goods, Party, Signing
from app.domain.sealing import SealPlace
from app.i18n import _

_TITLE: Final = 16
_LONGEST_CELL: Final = 400
_SEAL: Final = 38 * MM
_DIGEST_SHOWN: Final = 16


_ALIGNMENTS: Final = {Align.LEFT: TA_LEFT, Align.RIGHT: TA_RIGHT, Align.CENTRE: TA_CENTER}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `share` is its part of the width."""

    title: str
    share: float
    align: Align = Align.LEFT


def plain(size: float = BODY, *, bold: bool = False, align: Align = Align.LEFT) -> ParagraphStyle:
    """A paragraph style for Chinese text."""
    name = fonts.pdf_name(fonts.Face(bold))
    return ParagraphStyle(
        f"{name}-{size}-{align.value}",
        fontName=name,
        fontSize=size,
        leading=size * LEADING / BODY,
        wordWrap="CJK",
        alignment=_ALIGNMENTS[align],
    )


def paragraph(
    text: str, size: float = BODY, *, bold: bool = False, align: Align = Align.LEFT
) -> Any:
    """One paragraph of plain text; nothing in it is read as markup."""
    return Paragraph(fonts.markup(text, bold=bold), plain(size, bold=bold, align=align))


def title(text: str, below: str = "") -> list[Flowable]:
    """The title of a paper, and a line below it."""
    parts: list[Flowable] = [paragraph(text, _TITLE, bold=True, align=Align.CENTRE)]
    if below:
        parts += [Spacer(0, 1 * MM), paragraph(below, align=Align.CENTRE)]
    return [*parts, Spacer(0, 4 * MM)]


def facts(pairs: Sequence[tuple[str, str]], width: float) -> list[Flowable]:
    """Captions with values, two pairs to a row; rows without any value are left out."""
    cells = [_fact(caption, value) if value else "" for caption, value in pairs]
    cells += [""] * (len(cells) % 2)
    rows = [cells[at : at + 2] for at in range(0, len(cells), 2) if any(cells[at : at + 2])]
    if not rows:
        return []
    table = Table(rows, colWidths=[width / 2] * 2, splitInRow=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ]
        )
    )
    return [table, Spacer(0, 3 * MM)]


def _fact(caption: str, value: str) -> Any:
    """A caption and its value in one cell."""
    head = fonts.markup(caption, bold=True)
    name = fonts.pdf_name(fonts.Face(bold=True))
    text = f'<font name="{name}">{head}</font>　{fonts.markup(_short(value))}'
    return Paragraph(text, plain())


def party_facts(buyer: Party, supplier: Party) -> list[tuple[str, str]]:
    """Both sides of a paper, buyer left and supplier right."""
    pairs: list[tuple[str, str]] = [(_("购货单位"), buyer.name), (_("供货单位"), supplier.name)]
    for caption, field in (
        (_("统一社会信用代码"), "code"),
        (_("地址"), "address"),
        (_("联系人"), "contact"),
        (_("电话"), "phone"),
        (_("开户行及账号"), "bank"),
    ):
        ours, theirs = getattr(buyer, field), getattr(supplier, field)
        if ours or theirs:
            pairs += [(caption, ours or "—"), (caption, theirs or "—")]
    return pairs


def grid(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    width: float,
    total: Sequence[str] | None = None,
) -> Flowable:
    """A table that breaks over pages with its header repeated; numbers never break.

    A column without any text (no line has a note) is left out.
    """
    used = [at for at in range(len(columns)) if any(row[at] for row in rows)] if rows else None
    if used is not None and len(used) < len(columns):
        columns = [columns[at] for at in used]
        rows = [[row[at] for at in used] for row in rows]
        total = None if total is None else [total[at] for at in used]
    shares = sum(column.share for column in columns)
    widths = [width * column.share / shares for column in columns]
    aligns = [column.align for column in columns]
    head = line([column.title for column in columns], widths, bold=True)
    body = [line([_short(text) for text in row], widths) for row in rows]
    if total is not None:
        body.append(line([_short(text) for text in total], widths, bold=True))
    pieces = [piece for row in body for piece in cut(row)]
    return Rows((widths, aligns), head, pieces, total=total is not None)


def _short(text: str) -> str:
    """`text` without what could fill pages by itself."""
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def money(value: Decimal, *, least: int = 2) -> str:
    """`value` with thousands separators, at least `least` and at most four places."""
    text = f"{value:,.4f}"
    whole, _dot, places = text.partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return f"{whole}.{places}".replace("-", "−")


def total_line(amount: Decimal) -> list[Flowable]:
    """The total in figures and in capitals."""
    text = _(
        "合计金额：¥{figures}　（大写）人民币{capitals}",
        figures=money(amount),
        capitals=capital_amount(amount),
    )
    return [Spacer(0, 2.5 * MM), paragraph(text, 10, bold=True), Spacer(0, 3 * MM)]


def goods_text(goods: Goods) -> str:
    """Name and strength in one cell, on two lines."""
    return "\n".join(part for part in (goods.name, goods.spec) if part)


def maker_text(goods: Goods) -> str:
    """Maker and approval number in one cell, on two lines."""
    return "\n".join(part for part in (goods.maker, goods.approval) if part)


def signing_block(signings: Sequence[Signing], width: float, *, seals: bool) -> list[Flowable]:
    """Places to sign, side by side, kept on one page; with room for a seal where one is wanted."""
    if not signings:
        return []
    per_row = 2 if seals else max(2, min(3, len(signings)))
    rows: list[list[Any]] = []
    for at in range(0, len(signings), per_row):
        chosen = signings[at : at + per_row]
        cells: list[Any] = [_SignPlace(one, width / per_row - 18, seal=seals) for one in chosen]
        rows.append(cells + [""] * (per_row - len(cells)))
    table = Table(rows, colWidths=[width / per_row] * per_row)
    table.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return [KeepTogether([Spacer(0, 5 * MM), table])]


class _SignPlace(Flowable):  # type: ignore[misc]  # reportlab is untyped here
    """Role, party, name, time and digest, and a dashed square for the seal."""

    def __init__(self, signing: Signing, width: float, *, seal: bool) -> None:
        super().__init__()
        self.signing = signing
        self.width = width
        self.seal = seal
        self.lines = self._texts()
        self.height = max(len(self.lines) * (BODY + 6) + 4, _SEAL + 4 if seal else 0)

    def _texts(self) -> list[tuple[str, bool]]:
        one = self.signing
        lines = [(one.role, True), (one.party, False)]
        if one.refused:
            lines.append((_("已拒签：{why}", why=one.refused), True))
        lines.append((_("签字：{person}", person=one.person or "__________________"), False))
        lines.append((_("日期：{at}", at=one.at or "__________________"), False))
        if one.digest:
            shown = one.digest[:_DIGEST_SHOWN]
            lines.append((_("签署摘要：{digest}…", digest=shown), False))
        return lines

    @override
    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return self.width, self.height

    @override
    def draw(self) -> None:
        canvas: Canvas = self.canv
        room = self.width - (_SEAL + 4 if self.seal else 0)
        y = self.height - BODY - 2
        for text, bold in self.lines:
            size = float(BODY)
            wide = fonts.width(text, size, bold)
            size *= min(1.0, room / wide) if wide else 1.0
            draw_text(canvas, (0, y), text, size, bold=bold)
            y -= BODY + 6
        if self.seal:
            canvas.saveState()
            canvas.setDash(3, 3)
            canvas.setStrokeGray(0.6)
            canvas.rect(self.width - _SEAL, self.height - _SEAL, _SEAL, _SEAL)
            self._note_place(canvas)
            canvas.setFillGray(0.6)
            note = _("（盖章处）")
            left = self.width - _SEAL / 2 - fonts.width(note, BODY, False) / 2
            draw_text(canvas, (left, self.height - _SEAL / 2 - BODY / 2), note, BODY)
            canvas.restoreState()

    def _note_place(self, canvas: Canvas) -> None:
        """Tell the canvas where an electronic seal belongs."""
        places: list[SealPlace] | None = getattr(canvas, "places", None)
        if places is None or self.signing.side is None:
            return
        left, bottom = canvas.absolutePosition(self.width - _SEAL, self.height - _SEAL)
        box = (left, bottom, left + _SEAL, bottom + _SEAL)
        places.append(SealPlace(self.signing.side, canvas.getPageNumber() - 1, box))
