"""Notes and counted lots as table rows and words."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.domain.documents import State, state_title
from app.domain.expiry import shown
from app.domain.receiving.outcome import Choice, Tone
from app.domain.receiving.work import (
    Entry,
    Result,
    Work,
    expected,
    left,
    result_of,
    surplus,
)
from app.i18n import N_, _
from app.services.receiving.queries import DeliveryRow
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Qty, Row, Two
from app.ui.tables.columns import Column, Kind

STATUS_OF: Final = {
    Result.WAITING: Status.MUTE,
    Result.SCANNING: Status.INFO,
    Result.OK: Status.OK,
    Result.SHORT: Status.NEAR,
    Result.OVER: Status.NEAR,
    Result.REFUSED: Status.BAD,
    Result.LOT: Status.NEAR,
    Result.GIFT: Status.INFO,
}
TONES: Final = {
    Tone.HIT: Status.OK,
    Tone.WARN: Status.WARN,
    Tone.REJECT: Status.BAD,
    Tone.INFO: Status.INFO,
    Tone.SILENT: Status.INFO,
}
CHOICES: Final = {
    Choice.GIFT: N_("登记赠品"),
    Choice.RETURN: N_("退回"),
    Choice.BACK: N_("改回应收数"),
    Choice.BIND: N_("关联到品规"),
    Choice.IGNORE: N_("忽略"),
    Choice.FIX_EXPIRY: N_("改有效期"),
    Choice.KEEP_EXPIRY: N_("确认无误"),
    Choice.REFUSE: N_("登记拒收"),
    Choice.STRANGER_GIFT: N_("登记赠品"),
    Choice.REASON: N_("写接收理由"),
    Choice.COLD: N_("登记冷链"),
}
_STATES: Final = {
    State.ANNOUNCED: Status.INFO,
    State.ACCEPTING: Status.WARN,
    State.ACCEPTED: Status.OK,
    State.REFUSED: Status.BAD,
    State.CANCELLED: Status.MUTE,
}
NARROW_HIDDEN: Final = frozenset({"number", "expected", "accepted"})
"""Columns that leave in large text and narrow windows; 实收 / 应收 stands in one instead."""
WIDE_HIDDEN: Final = frozenset({"both"})


def line_columns() -> tuple[Column, ...]:
    """Columns of the counted lots."""
    return (
        Column(key="number", title="#", width=42),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=138, stretch=True),
        Column(key="lot", title=_("批号"), width=100),
        Column(key="expiry", title=_("有效期至"), kind=Kind.EXPIRY, width=132),
        Column(key="expected", title=_("应收"), kind=Kind.QTY, width=92),
        Column(key="accepted", title=_("实收"), kind=Kind.QTY, width=92),
        Column(key="both", title=_("实收 / 应收"), kind=Kind.QTY, width=140, hidden=True),
        Column(key="result", title=_("结果"), kind=Kind.PILL, width=104),
    )


def line_row(work: Work, entry: Entry, number: int, today: date) -> Row:
    """One counted lot."""
    goods = work.goods(entry)
    result = result_of(work, entry)
    wanted = expected(work, entry)
    spec = f"{goods.spec} · {_('冷链')}" if goods.cold else goods.spec
    tint = _tint(result)
    cells: tuple[Cell, ...] = (
        str(number),
        Two(goods.name, spec),
        entry.lot_no or formats.NONE,
        expiry_cell(entry.expiry, today),
        _qty(wanted, goods.pack_factor, (goods.pack_unit, goods.base_unit), bold=False),
        _qty(entry.accepted, goods.pack_factor, (goods.pack_unit, goods.base_unit), bold=True),
        _both(entry.accepted, wanted, goods.pack_factor, (goods.pack_unit, goods.base_unit)),
        Pill(STATUS_OF[result], result_words(work, entry, result), bare=tint is not None),
    )
    return Row(entry.key, cells, record=entry, tint=tint)


def _tint(result: Result) -> Status | None:
    """Only what needs attention is tinted."""
    if result is Result.REFUSED:
        return Status.BAD
    return Status.NEAR if result.differs and result is not Result.GIFT else None


def _qty(units: int, factor: int, names: tuple[str, str], *, bold: bool) -> Qty:
    packs, loose = divmod(units, factor)
    if loose:
        return Qty(f"{units:,}", names[1], bold=bold)
    return Qty(f"{packs:,}", names[0], bold=bold)


def _both(accepted: int, wanted: int, factor: int, names: tuple[str, str]) -> Qty:
    if accepted % factor or wanted % factor:
        return Qty(f"{accepted:,} / {wanted:,}", names[1])
    return Qty(f"{accepted // factor:,} / {wanted // factor:,}", names[0])


def expiry_cell(expiry: date | None, today: date) -> Cell:
    """A pill only where the expiry is near or over; calm otherwise."""
    if expiry is None:
        return formats.NONE
    status = formats.expiry_status(expiry, today)
    return Pill(status, shown(expiry)) if status else shown(expiry)


def result_words(work: Work, entry: Entry, result: Result) -> str:
    """The word in a result pill."""
    goods = work.goods(entry)
    if result is Result.SHORT:
        return _("少 {n}", n=_packs(left(work, entry), goods.pack_factor))
    if result is Result.OVER:
        return _("多 {n}", n=_packs(surplus(work, entry), goods.pack_factor))
    if result is Result.REFUSED:
        return _("拒收 {n}", n=_packs(entry.refused, goods.pack_factor))
    words = {
        Result.WAITING: _("待扫"),
        Result.SCANNING: _("扫码中"),
        Result.OK: _("相符"),
        Result.LOT: _("批号不同"),
        Result.GIFT: _("赠品"),
    }
    return words[result]


def _packs(units: int, factor: int) -> str:
    packs, loose = divmod(units, factor)
    return f"{packs:,}" if not loose else f"{units / factor:,.1f}"


def delivery_columns() -> tuple[Column, ...]:
    """Columns of the list of notes."""
    return (
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=110),
        Column(key="no", title=_("送货单 / 供应商"), kind=Kind.TWO_LINE, width=210, stretch=True),
        Column(key="order", title=_("采购单"), width=160),
        Column(key="lines", title=_("行数"), kind=Kind.NUMBER, width=64),
        Column(key="cold", title=_("冷链"), kind=Kind.PILL, width=92),
        Column(key="shipped", title=_("发货日期"), kind=Kind.DATE, width=108),
        Column(key="counting", title=_("验收单"), kind=Kind.TWO_LINE, width=190),
    )


def delivery_row(row: DeliveryRow, today: date) -> Row:
    """One note."""
    state = State(row.state)
    counted = formats.minute(row.counted_at, today) if row.counted_at else ""
    if row.acceptance_no:
        doing: Cell = Two(row.acceptance_no, _("已入库"))
    elif row.counted_by:
        doing = Two(row.counted_by, _("{time} 保存", time=counted))
    else:
        doing = formats.NONE
    return Row(
        row.id,
        (
            Pill(_STATES.get(state, Status.MUTE), state_title(state)),
            Two(row.no, f"{row.supplier} → {row.org}"),
            row.order_no or formats.NONE,
            str(row.lines),
            Pill(Status.INFO, _("冷链")) if row.cold else formats.NONE,
            formats.day(row.shipped_on),
            doing,
        ),
        record=row,
    )
