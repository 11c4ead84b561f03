"""Counts, their lines, and disposals as table rows."""

from __future__ import annotations

from typing import Final

from app.domain.duties import Duty
from app.domain.expiry import shown
from app.domain.quantity import two_units
from app.domain.stock.counting import CountState, DisposalState
from app.i18n import _
from app.services.counting.disposal import DisposalRow
from app.services.counting.listing import CountLineRow, CountRow
from app.ui import formats
from app.ui.context import PageContext
from app.ui.status import Status
from app.ui.tables.cells import Cell, Link, Pill, Qty, Row, Tone, Two
from app.ui.tables.columns import Column, Kind

OPEN: Final = frozenset({CountState.COUNTING, CountState.TO_APPROVE, CountState.APPROVED})
"""States of a count that somebody still has to act on."""
_STATES: Final = {
    CountState.COUNTING: Status.INFO,
    CountState.TO_APPROVE: Status.WARN,
    CountState.APPROVED: Status.INFO,
    CountState.POSTED: Status.OK,
    CountState.CANCELLED: Status.MUTE,
}
_DISPOSALS: Final = {
    DisposalState.TO_APPROVE: Status.WARN,
    DisposalState.APPROVED: Status.INFO,
    DisposalState.DONE: Status.OK,
    DisposalState.REFUSED: Status.MUTE,
}


def line_columns() -> tuple[Column, ...]:
    """Columns of a count's lines."""
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=172, frozen=True),
        Column(key="place", title=_("库位"), width=72),
        Column(key="lot", title=_("批号 / 效期"), kind=Kind.TWO_LINE, width=104),
        Column(key="counted", title=_("盘到"), kind=Kind.QTY, width=116, editable=True),
        Column(key="book", title=_("账面"), kind=Kind.QTY, width=70),
        Column(key="difference", title=_("差异"), kind=Kind.QTY, width=70),
        Column(key="value", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=72, total=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=92, stretch=True),
    )


def count_columns() -> tuple[Column, ...]:
    """Columns of the list of counts."""
    return (
        Column(key="no", title=_("单号 / 库位"), kind=Kind.TWO_LINE, width=74, stretch=True),
        Column(key="done", title=_("已盘"), kind=Kind.NUMBER, width=82),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=92),
    )


def disposal_columns() -> tuple[Column, ...]:
    """Columns of write-offs and returns."""
    return (
        Column(key="no", title=_("单号 / 货"), kind=Kind.TWO_LINE, width=96, stretch=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=92),
        Column(key="act", title="", kind=Kind.BUTTON, width=54),
    )


def line_key(row: CountLineRow) -> str:
    """Stable identity of a line."""
    return f"{row.place_id}.{row.item_id}.{row.lot_id}.{row.owner_id}"


def line_row(row: CountLineRow) -> Row:
    """One line; the book stays hidden while the count is blind."""
    state = Pill(Status.MUTE, _("待盘"))
    if row.recount and row.counted is None:
        state = Pill(Status.NEAR, _("要复盘"))
    elif row.difference:
        word = _("盘盈") if row.difference > 0 else _("盘亏")
        state = Pill(Status.WARN if row.difference > 0 else Status.NEAR, word)
    elif row.counted is not None:
        state = Pill(Status.OK, _("已盘") if row.book is None else _("相符"))
    return Row(
        line_key(row),
        (Two(row.name, row.spec), row.place, Two(row.lot_no or "—", shown(row.expiry)),
         _qty(row.counted, row), _qty(row.book, row), _qty(row.difference, row),
         formats.amount(row.value), state),
        record=row,
        raw=(f"{row.name} {row.spec}", row.place, row.lot_no, row.counted, row.book,
             row.difference, row.value, state.text),
    )  # fmt: skip


def count_row(row: CountRow) -> Row:
    """One count."""
    return Row(
        row.id,
        (Two(row.no, _about(row)),
         f"{row.counted} / {row.lines}", Pill(_STATES[row.state], row.state.label)),
        record=row,
    )  # fmt: skip


def _about(row: CountRow) -> str:
    """Where, who and when; a count that came back says why first."""
    if row.state is CountState.COUNTING and row.note:
        return _("退回：{why}", why=row.note)
    return f"{row.place} · {row.person} · {formats.minute(row.started_at)}"


def disposal_row(row: DisposalRow, context: PageContext) -> Row:
    """One write-off or return, with the step that is the person's."""
    kind = _("退货") if row.kind == "return" else _("报损")
    can = context.actor.can(Duty.STORE, row.org_id)
    word = ""
    if row.state is DisposalState.TO_APPROVE and row.made_by != context.actor.person_id:
        word = _("审批") if can or context.actor.can(Duty.SIGN, row.org_id) else ""
    elif row.state is DisposalState.APPROVED and can:
        word = _("退货") if row.kind == "return" else _("销毁")
    cells: tuple[Cell, ...] = (
        Two(f"{kind} {row.no}", f"{row.goods} · {row.cause} · {formats.yuan(row.amount)}"),
        Pill(_DISPOSALS[row.state], row.state.label),
        Link(word) if word else Tone(""),
    )
    return Row(row.id, cells, record=row)


def _qty(units: int | None, row: CountLineRow) -> Cell:
    if units is None:
        return "—"
    if units == 0:
        return Qty("0", row.pack_unit)
    chain = two_units(row.base_unit, row.pack_unit, row.pack_factor)
    number, _space, unit = chain.text(abs(units)).partition(" ")
    return Qty(f"−{number}" if units < 0 else number, unit, typed=chain.typed(abs(units)))
