"""Columns and rows of 养护记录."""

from __future__ import annotations

from app.domain.expiry import shown
from app.domain.stock.doc_titles import doc_title
from app.domain.stock.upkeep import Finding, UpkeepState
from app.i18n import _
from app.services.counting.climate_log import PlaceLog, Reading
from app.services.counting.controlled import ControlledRow
from app.services.counting.upkeep import RoundRow, UpkeepLineRow
from app.services.platform.places import STORAGES
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Pill, Qty, Row, Two
from app.ui.tables.columns import Column, Kind

_FINDINGS = {Finding.OK: Status.OK, Finding.DOUBT: Status.WARN, Finding.BAD: Status.BAD}


def round_columns() -> tuple[Column, ...]:
    """The lists of the months."""
    return (
        Column(key="what", title=_("养护单"), kind=Kind.TWO_LINE, width=150, stretch=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=110),
    )


def round_row(one: RoundRow) -> Row:
    """A list of a month."""
    storage = _(STORAGES.get(one.storage, one.storage))
    status = Status.OK if one.state is UpkeepState.DONE else Status.INFO
    return Row(
        one.id,
        (
            Two(f"{one.month:%Y-%m} {storage}", f"{one.no[2:]} · {one.checked}/{one.lines}"),
            Pill(Status.NEAR if one.faults else status,
                 _("{n} 行有问题", n=one.faults) if one.faults else one.state.label),
        ),
        record=one,
    )  # fmt: skip


def line_columns() -> tuple[Column, ...]:
    """The lots to look at."""
    return (
        Column(key="goods", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=200, stretch=True),
        Column(key="lot", title=_("批号 / 有效期至"), kind=Kind.TWO_LINE, width=120),
        Column(key="place", title=_("库位"), width=110),
        Column(key="qty", title=_("数量"), width=110),
        Column(key="result", title=_("结果"), kind=Kind.PILL, width=90),
        Column(key="words", title=_("情况 / 处理"), kind=Kind.TWO_LINE, width=150),
        Column(key="who", title=_("检查人"), width=80),
    )


def line_row(one: UpkeepLineRow) -> Row:
    """A lot and what was found."""
    result = (
        Pill(_FINDINGS[one.finding], one.finding.label) if one.finding
        else Pill(Status.MUTE, _("没看"))
    )  # fmt: skip
    return Row(
        one.line,
        (
            Two(one.name, one.spec),
            Two(one.lot_no or "—", shown(one.expiry)),
            one.place,
            formats.pack_text(one.base_unit, one.pack_unit, one.pack_factor, one.qty),
            result,
            Two(one.words or "—", one.action),
            one.person or "—",
        ),
        record=one,
    )  # fmt: skip


def reading_columns() -> tuple[Column, ...]:
    """What needs a look: out of range, and holes in the record."""
    return (
        Column(key="at", title=_("时间"), width=150),
        Column(key="what", title=_("情况"), kind=Kind.PILL, width=190),
        Column(key="note", title=_("措施"), width=200, stretch=True),
    )


def climate_rows(log: PlaceLog) -> list[Row]:
    """Excursions and holes of a place, the newest first."""
    found: list[tuple[str, Row]] = []
    for number, one in enumerate(log.readings):
        if not one.good:
            at = f"{one.at:%Y-%m-%d %H:%M}"
            cells = (at, Pill(Status.BAD, _degrees(one)), one.note or "—")
            found.append((at, Row(number, cells, record=one)))
    for number, gap in enumerate(log.gaps):
        at = f"{gap.start:%Y-%m-%d %H:%M}"
        words = Pill(Status.NEAR, _("{n} 分钟没有记录", n=gap.minutes))
        found.append((at, Row(-1 - number, (at, words, "—"), record=gap)))
    return [row for _at, row in sorted(found, key=lambda one: one[0], reverse=True)]


def _degrees(one: Reading) -> str:
    damp = "" if one.humidity is None else f" · {one.humidity}%"
    return f"{one.celsius} ℃{damp}"


def ledger_columns() -> tuple[Column, ...]:
    """The ledger of controlled drugs."""
    return (
        Column(key="day", title=_("日期"), width=100),
        Column(key="item", title=_("品名 / 生产企业"), kind=Kind.TWO_LINE, width=200, stretch=True),
        Column(key="lot", title=_("批号 / 效期"), kind=Kind.TWO_LINE, width=105),
        Column(key="doc", title=_("凭证"), kind=Kind.TWO_LINE, width=140),
        Column(key="end", title=_("来去"), width=110),
        Column(key="came", title=_("入"), kind=Kind.NUMBER, width=66),
        Column(key="went", title=_("出"), kind=Kind.NUMBER, width=66),
        Column(key="left", title=_("结存"), kind=Kind.QTY, width=90),
        Column(key="who", title=_("经办 / 复核"), kind=Kind.TWO_LINE, width=100),
    )


def ledger_row(one: ControlledRow) -> Row:
    """One move of a controlled drug."""
    return Row(
        one.seq,
        (
            one.day.isoformat(), Two(one.item, one.maker),
            Two(one.lot_no or "—", shown(one.expiry)),
            Two(doc_title(one.doc_kind), one.doc_no), one.other_end,
            f"{one.came:,}" if one.came else "", f"{one.went:,}" if one.went else "",
            Qty(f"{one.balance:,}", one.unit), Two(one.person, one.second),
        ),
        record=one,
    )  # fmt: skip
