"""Records of orders as table rows, and the columns they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.domain.documents import State, state_title
from app.domain.orders.answer import Offer
from app.domain.orders.content import ContentLine
from app.domain.orders.signing import Party
from app.i18n import _
from app.services.db import local_time
from app.services.orders.candidates import CandidateRow, DraftRow
from app.services.orders.detail import Arrived
from app.services.orders.matrix import Matrix, MatrixRow
from app.services.orders.queries import MemberOrderRow
from app.ui import formats, theme
from app.ui.pages.group_orders import words
from app.ui.status import Status
from app.ui.tables import paint
from app.ui.tables.cells import Beside, Cell, Link, Pill, Qty, Row, Tone, Two, plain
from app.ui.tables.columns import Column, Kind

_DO = "do"


def order_columns() -> tuple[Column, ...]:
    """The signing board; state and action are as wide as their words in this language."""
    done = (_("已签"), state_title(State.REFUSED))
    member = _pill_column(state_title(State.TO_SIGN), *done)
    seller = _pill_column(state_title(State.MEMBER_SIGNED), _("等成员先签"), *done)
    steps = (_("签署"), _("看原因"), _("处理余量"), _("看缺货"), _("催签"), _("打开"))
    act = max(paint.width_of(word, 14, bold=False) for word in steps) + 20
    return (
        Column(key="org", title=_("成员"), width=74, stretch=True, sortable=True),
        Column(key="supplier", title=_("供应商"), width=86, sortable=True),
        Column(
            key="amount",
            title=_("金额"),
            kind=Kind.MONEY,
            unit=_("元"),
            width=94,
            sortable=True,
            total=True,
        ),
        Column(key="member", title=_("成员签署"), kind=Kind.PILL, width=member, sortable=True),
        Column(key="member_note", title=_("签署人 · 时间"), width=150),
        Column(key="seller", title=_("供应商签署"), kind=Kind.PILL, width=seller, sortable=True),
        Column(key="seller_note", title=_("签署人 · 时间"), width=150),
        Column(key="until", title=_("截止"), width=118),
        Column(key=_DO, title="", kind=Kind.BUTTON, width=act),
    )


def _pill_column(*words_: str) -> int:
    """Room for the widest of some pills, at the usual text size: the table scales it."""
    widest = max(paint.pill_width(Pill(Status.OK, word)) for word in words_)
    return widest * 15 // theme.px(15) + 4


def order_row(row: MemberOrderRow, now: datetime, *, buyer: bool) -> Row:
    """One member order on the signing board."""
    when = words.order_until(row, now)
    cells: tuple[Cell, ...] = (
        words.member_name(row),
        row.supplier,
        formats.amount(row.amount),
        words.side_pill(row, Party.MEMBER),
        words.side_note(row, Party.MEMBER, now),
        words.side_pill(row, Party.SUPPLIER),
        words.side_note(row, Party.SUPPLIER, now),
        when,
        Link(next_step(row, buyer=buyer)),
    )
    raw = (row.org, row.supplier, row.amount, *(plain(cell) for cell in cells[3:]))
    return Row(key=row.id, cells=cells, record=row, raw=raw)


def next_step(row: MemberOrderRow, *, buyer: bool) -> str:
    """The word of what this person would do with the order now."""
    if row.mine:
        return _("签署")
    if row.state is State.ANSWERED and buyer:
        return _("处理余量")
    if row.shortage is not None:
        return _("处理余量") if buyer and row.shortage is State.APPROVED else _("看缺货")
    if row.refusal:
        return _("看原因")
    if row.open:
        return _("催签") if buyer else _("打开")
    return "PDF" if row.signed else _("打开")


def matrix_columns(matrix: Matrix) -> tuple[Column, ...]:
    """Items × members: the item stays in sight, one column per member, totals at the end."""
    return (
        Column(key="item", title=_("品名 / 规格"), width=160, frozen=True, stretch=True),
        Column(key="supplier", title=_("供应商"), width=84),
        *(
            Column(key=f"m{org}", title=name, kind=Kind.NUMBER, width=76)
            for org, name in matrix.members
        ),
        Column(key="qty", title=_("合计"), kind=Kind.QTY, width=88),
        Column(key="price", title=_("单价"), unit=_("元"), kind=Kind.MONEY, width=84),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=98),
    )


def matrix_row(row: MatrixRow) -> Row:
    """One item of the demand."""
    price = row.unit_price * row.pack_factor / row.price_factor
    return Row(
        key=(row.item_id, row.supplier_id, str(row.unit_price)),
        cells=(
            Beside(row.name, row.spec),
            row.supplier,
            *(words.packs(qty, row.pack_factor) for qty in row.by_member),
            Qty(words.packs(row.qty, row.pack_factor), row.unit),
            formats.price(price),
            formats.amount(row.amount),
        ),
        record=row,
        raw=(
            f"{row.name} {row.spec}",
            row.supplier,
            *(qty // row.pack_factor for qty in row.by_member),
            row.qty // row.pack_factor,
            price,
            row.amount,
        ),
    )


def matrix_totals(matrix: Matrix) -> tuple[str, ...]:
    """The words of the totals row, one per column."""
    amounts = (formats.amount(amount) for amount in matrix.member_amounts)
    return (_("成员金额合计"), "", *amounts, "", "", formats.amount(matrix.amount))


def line_columns() -> tuple[Column, ...]:
    """The lines of one order."""
    return (
        Column(key="line", title="#", width=40),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=230, stretch=True),
        Column(key="maker", title=_("生产企业 / 批准文号"), kind=Kind.TWO_LINE, width=190),
        Column(key="qty", title=_("数量"), kind=Kind.QTY, width=104),
        Column(key="price", title=_("单价"), unit=_("元"), kind=Kind.MONEY, width=88),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=112, total=True),
        Column(key="arrived", title=_("已到"), kind=Kind.QTY, width=96),
    )


def line_row(
    line: ContentLine, arrived: Arrived | None, offer: Offer | None = None, ended: int = 0
) -> Row:
    """One line of an order; what its supplier confirmed in part stands beside the name.

    Args:
        line: As it was signed.
        arrived: What came of it.
        offer: What the supplier confirmed of it.
        ended: Packs that both sides agreed will not come.
    """
    came = arrived.received if arrived else 0
    return Row(
        key=line.line,
        cells=(
            str(line.line),
            Two(line.name, " · ".join(filter(None, (line.spec, _line_note(line, offer, ended))))),
            Two(line.maker, line.approval or formats.NONE),
            Qty(formats.number(line.packs), line.unit),
            formats.price(line.pack_price),
            formats.amount(line.amount),
            Qty(words.packs(came, line.pack_factor), line.unit if came else ""),
        ),
        record=line,
        raw=(
            line.line,
            f"{line.name} {line.spec}",
            line.maker,
            line.packs,
            line.pack_price,
            line.amount,
            came // line.pack_factor,
        ),
    )


def _line_note(line: ContentLine, offer: Offer | None, ended: int) -> str:
    """What the supplier can deliver, or a day of the line's own, else the code."""
    day = (offer.due_on if offer else None) or line.due_on
    parts = [_("{day} 到货", day=f"{day:%m-%d}")] if day else []
    if offer and offer.qty != line.qty:
        packs = formats.number(offer.qty // line.pack_factor)
        parts.insert(0, _("能供 {n} {unit}", n=packs, unit=line.unit))
    if ended:
        packs = formats.number(ended)
        parts.insert(0, _("缺 {n} {unit} 已终止", n=packs, unit=line.unit))
    return " · ".join(parts) or line.code


def candidate_columns() -> tuple[Column, ...]:
    """Submitted requisitions to pick from."""
    return (
        Column(key="pick", title="", kind=Kind.CHECK, width=44),
        Column(key="org", title=_("成员"), width=72, stretch=True),
        Column(key="no", title=_("采购申请"), width=154),
        Column(key="place", title=_("收货地点"), width=76),
        Column(key="at", title=_("提交时间"), width=108),
        Column(key="lines", title=_("行"), kind=Kind.NUMBER, width=44),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=96),
    )


def candidate_row(row: CandidateRow, *, picked: bool) -> Row:
    """One requisition to pick."""
    at = local_time(row.submitted_at) if row.submitted_at else None
    return Row(
        key=(row.org_id, row.id),
        cells=(
            picked,
            row.org,
            row.no,
            row.place or formats.NONE,
            f"{at:%m-%d %H:%M}" if at else formats.NONE,
            formats.number(row.lines),
            formats.amount(row.amount),
        ),
        record=row,
        raw=(picked, row.org, row.no, row.place, row.submitted_at, row.lines, row.amount),
    )


def draft_columns() -> tuple[Column, ...]:
    """The member orders that would be made."""
    return (
        Column(key="org", title=_("成员"), width=76, stretch=True),
        Column(key="supplier", title=_("供应商"), width=86),
        Column(key="lines", title=_("行"), kind=Kind.NUMBER, width=44),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=98),
    )


def draft_rows(drafts: Sequence[DraftRow]) -> tuple[Row, ...]:
    """One row per member order that would be made."""
    return tuple(
        Row(
            key=number,
            cells=(
                draft.org,
                draft.supplier,
                formats.number(draft.lines),
                Tone(formats.amount(draft.amount)),
            ),
            record=draft,
            raw=(draft.org, draft.supplier, draft.lines, draft.amount),
        )
        for number, draft in enumerate(drafts)
    )
