"""Gaps and best additions as table rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from app.domain.alignment.answer import BestAnswer, GapAnswer
from app.domain.alignment.gap import Side
from app.i18n import _
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Two
from app.ui.tables.columns import Column, Kind

PICK: Final = "pick"
_SIDES: Final = {
    Side.LACKS.value: Status.NEAR,
    Side.OTHER.value: Status.WARN,
    Side.EXTRA.value: Status.MUTE,
}


def gap_columns() -> tuple[Column, ...]:
    """Columns of 差异清单."""
    return (
        Column(key=PICK, title=_("假如"), kind=Kind.CHECK, width=56, editable=True),
        Column(key="name", title=_("品规"), kind=Kind.TWO_LINE, width=270, stretch=True,
               sortable=True),
        Column(key="member", title=_("成员"), width=88, sortable=True),
        Column(key="side", title=_("差异"), kind=Kind.PILL, width=160, sortable=True),
        Column(key="other", title=_("对方同名品规"), kind=Kind.TWO_LINE, width=220),
        Column(key="use", title=_("年用量"), kind=Kind.QTY, width=100, sortable=True),
        Column(key="effect", title=_("影响"), unit=_("百分点"), kind=Kind.NUMBER, width=112,
               sortable=True),
        Column(key="todo", title=_("怎么做"), width=150),
    )  # fmt: skip


def gap_row(gap: GapAnswer, *, weighted: bool) -> Row:
    """One gap; its use is shown only where use is known."""
    first, _sign, rest = gap.other.partition("；")
    cells: tuple[Cell, ...] = (
        False,
        Two(gap.name, " ".join(part for part in (gap.spec, gap.maker) if part)),
        gap.member,
        Pill(_SIDES[gap.side], gap.side_text),
        Two(first or "—", rest),
        formats.number(_whole(gap.use)) if weighted else "—",
        _signed(gap.effect),
        gap.todo,
    )
    raw = (False, f"{gap.name} {gap.spec}", gap.member, gap.side_text, gap.other, gap.use,
           gap.effect, gap.todo)  # fmt: skip
    return Row((gap.member, gap.key, gap.side), cells, record=gap, raw=raw)


def best_columns() -> tuple[Column, ...]:
    """Columns of 建议增加."""
    return (
        Column(key="rank", title="#", kind=Kind.NUMBER, width=48),
        Column(key="name", title=_("建议增加的品规"), kind=Kind.TWO_LINE, width=320, stretch=True),
        Column(key="member", title=_("成员"), width=120),
        Column(key="use", title=_("年用量"), kind=Kind.QTY, width=130),
        Column(key="gain", title=_("升高"), unit=_("百分点"), kind=Kind.NUMBER, width=130),
        Column(key="after", title=_("升到"), unit="%", kind=Kind.NUMBER, width=130),
    )


def best_row(one: BestAnswer, *, weighted: bool) -> Row:
    """One of the best additions."""
    cells: tuple[Cell, ...] = (
        str(one.rank),
        Two(one.name, one.spec),
        one.member,
        formats.number(_whole(one.use)) if weighted else "—",
        _signed(one.gain),
        f"{one.after:.2f}",
    )
    raw = (one.rank, f"{one.name} {one.spec}", one.member, one.use, one.gain, one.after)
    return Row((one.member, one.key), cells, record=one, raw=raw)


def _whole(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1))


def _signed(value: Decimal) -> str:
    return f"+{value:.2f}" if value > 0 else f"{value:.2f}".replace("-", "−")
