"""Packs, needs and definitions as table rows: texts are made here, in the reader thread."""

from __future__ import annotations

from typing import Final

from app.domain.expiry import Band, band, shown
from app.domain.packs.overdue import Late
from app.domain.packs.steps import PackState
from app.i18n import N_, _
from app.services.packs.listing import DefinitionRow, PackRow
from app.services.packs.needs import NeedRow
from app.ui import formats
from app.ui.context import PageContext
from app.ui.status import Status
from app.ui.tables.cells import Cell, Link, Pill, Qty, Row, Two
from app.ui.tables.columns import Column, Kind

VIEWS: Final = (
    ("", N_("全部")),
    ("store", N_("库房")),
    ("way", N_("配送中")),
    ("department", N_("科室")),
    ("late", N_("要处理")),
    ("gone", N_("已用")),
)
_STATES: Final = {
    PackState.IN_STOCK: Status.OK,
    PackState.ISSUED: Status.INFO,
    PackState.CONSUMED: Status.MUTE,
    PackState.BROKEN: Status.MUTE,
    PackState.LOST: Status.BAD,
}
_LATE: Final = {
    Late.FROZEN: Status.LOCK,
    Late.EXPIRED: Status.BAD,
    Late.NOT_RECEIVED: Status.NEAR,
    Late.UNOPENED: Status.WARN,
    Late.NEAR: Status.NEAR,
}
_BANDS: Final = {Band.EXPIRED: Status.BAD, Band.NEAR: Status.NEAR, Band.WARN: Status.WARN}


def pack_columns() -> tuple[Column, ...]:
    """Columns of the list of packs."""
    return (
        Column(key="name", title=_("品名 / 定数包码"), kind=Kind.TWO_LINE, width=218, frozen=True,
               stretch=True),
        Column(key="qty", title=_("每包"), kind=Kind.QTY, width=78),
        Column(key="lots", title=_("批号"), width=98),
        Column(key="expiry", title=_("有效期至"), kind=Kind.EXPIRY, width=116),
        Column(key="where", title=_("在哪里"), kind=Kind.TWO_LINE, width=142),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=116),
    )  # fmt: skip


def need_columns() -> tuple[Column, ...]:
    """Columns of what departments want."""
    return (
        Column(key="what", title=_("科室 / 品名"), kind=Kind.TWO_LINE, width=116, stretch=True),
        Column(key="packs", title=_("要 / 有"), kind=Kind.QTY, width=74),
        Column(key="act", title="", kind=Kind.BUTTON, width=52),
    )


def definition_columns() -> tuple[Column, ...]:
    """Columns of the definitions."""
    return (
        Column(key="what", title=_("品名 / 给谁"), kind=Kind.TWO_LINE, width=116, stretch=True),
        Column(key="units", title=_("每包"), kind=Kind.QTY, width=74),
        Column(key="act", title="", kind=Kind.BUTTON, width=52),
    )


def pack_row(row: PackRow, context: PageContext) -> Row:
    """One pack."""
    light = band(row.expiry, context.today)
    expiry: Cell = shown(row.expiry)
    if light in _BANDS:
        expiry = Pill(_BANDS[light], shown(row.expiry))
    state = Pill(_STATES[row.state], row.state.label)
    if row.late is not None:
        state = Pill(_LATE[row.late], row.late.label)
    return Row(
        row.id,
        (Two(row.name, f"{row.code} · {row.spec}"), quantity(row.qty, row), row.lots or "—",
         expiry, Two(*_where(row)), state),
        record=row,
        raw=(f"{row.name} {row.code}", row.qty, row.lots, row.expiry, " ".join(_where(row)),
             row.state.label),
    )  # fmt: skip


def need_row(row: NeedRow) -> Row:
    """What a department wants; 发放 where the store has it, else 打包."""
    word = _("发放") if row.ready else _("打包")
    asked = row.asker or _("低于应备")
    return Row(
        f"{row.request_id}.{row.definition_id}.{row.department_id}",
        (Two(row.department, f"{row.name} · {asked}"),
         Qty(f"{row.packs} / {row.ready}", _("包")), Link(word)),
        record=row,
    )  # fmt: skip


def definition_row(row: DefinitionRow) -> Row:
    """A definition; a click on 打包 builds by it."""
    who = row.place or _("所有科室")
    mixed = _("可混批") if row.mixed else _("不混批")
    word = _("打包") if row.active else _("停用")
    return Row(
        row.id,
        (Two(row.name, f"{who} · {mixed} · " + _("库房 {n} 包", n=row.in_store)),
         quantity(row.units, row), Link(word) if row.active else word),
        record=row,
    )  # fmt: skip


def quantity(units: int, row: PackRow | DefinitionRow) -> Qty:
    """Units of a pack as people count them."""
    text = formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, units)
    number, _space, unit = text.partition(" ")
    return Qty(number, unit)


def _where(row: PackRow) -> tuple[str, str]:
    if row.state is PackState.ISSUED:
        when = formats.minute(row.issued_at)
        return _("去 {place}", place=row.department), _("{when} 发出", when=when)
    if row.department:
        who = _("{who} 接收", who=row.receiver) if row.receiver else ""
        return row.department, f"{formats.minute(row.received_at)} {who}".strip()
    return _("库房"), formats.minute(row.made_at)
