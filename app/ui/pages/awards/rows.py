"""Awards, their lines, requests and alerts as table rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from app.domain.awarding.limits import percent
from app.domain.bidding.award import WINNER
from app.domain.documents import State, state_title
from app.i18n import _
from app.services.awards.propose import OPTIMISED
from app.services.awards.queries import AwardLineRow, AwardRow
from app.services.prices.alerts import Alert
from app.services.prices.requests import IN_FORCE, REFUSED, RequestRow, status_text
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Tone, Two
from app.ui.tables.columns import Column, Kind

STATES: Final[Mapping[str, Status]] = {
    State.DRAFT: Status.MUTE,
    State.SUBMITTED: Status.WARN,
    State.PUBLICITY: Status.INFO,
    State.IN_FORCE: Status.OK,
}


def award_columns() -> tuple[Column, ...]:
    """Columns of the list of awards."""
    return (
        Column(key="title", title=_("项目 / 方案"), kind=Kind.TWO_LINE, width=230, stretch=True,
               frozen=True),
        Column(key="status", title=_("状态"), kind=Kind.PILL, width=110),
        Column(key="lines", title=_("品规"), second=_("供应商"), kind=Kind.TWO_LINE, width=90),
        Column(key="amount", title=_("总价 元"), second=_("比基准省"), kind=Kind.NUMBER,
               width=140),
        Column(key="rate", title=_("下浮率"), kind=Kind.NUMBER, width=84),
    )  # fmt: skip


def award_row(one: AwardRow) -> Row:
    """One award."""
    kind = _("优化方案") if one.kind == OPTIMISED else _("手工方案")
    cells: tuple[Cell, ...] = (
        Two(one.title, f"{one.project_no} · {kind} · {one.created_by}"),
        Pill(STATES.get(one.status, Status.MUTE), state_title(one.status)),
        Two(_("{n} 个", n=one.lines), _("{n} 家", n=one.suppliers)),
        Two(formats.amount(one.amount), formats.amount(one.saving)),
        Tone(formats.NONE if one.weighted is None else f"{one.weighted:.1f}%", bold=True),
    )
    raw = (one.title, one.status, one.lines, one.amount, one.weighted or "")
    return Row(one.award_id, cells, record=one, raw=raw)


def line_columns() -> tuple[Column, ...]:
    """Columns of an award's lines."""
    return (
        Column(key="item", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=176, stretch=True,
               frozen=True),
        Column(key="supplier", title=_("供应商"), second=_("未选最低价的理由"),
               kind=Kind.TWO_LINE, width=150),
        Column(key="share", title=_("份额"), kind=Kind.PILL, width=90),
        Column(key="packs", title=_("约定量"), kind=Kind.NUMBER, width=96),
        Column(key="price", title=_("中选价 元"), second=_("基准价"), kind=Kind.NUMBER, width=92),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=116),
    )  # fmt: skip


def line_row(place: int, one: AwardLineRow) -> Row:
    """One supplier of one line."""
    won = one.rank == WINNER
    cells: tuple[Cell, ...] = (
        Two(one.name, one.spec),
        Two(one.supplier, one.reason or ""),
        Pill(Status.OK, f"{percent(one.share)}%") if won else Pill(Status.MUTE, _("备选")),
        f"{one.packs.normalize():,f} {one.unit}" if won else formats.NONE,
        Two(formats.price(one.unit_price), formats.price(one.base_price)),
        formats.amount(one.amount) if won else formats.NONE,
    )
    share = f"{percent(one.share)}%" if won else _("备选")
    raw = (f"{one.name} {one.spec}", f"{one.supplier} {one.reason or ''}".strip(), share,
           one.packs if won else "", one.unit_price, one.amount if won else "")  # fmt: skip
    return Row(place, cells, record=one, raw=raw)


def cost_columns() -> tuple[Column, ...]:
    """Columns of what each limit costs."""
    return (
        Column(key="limit", title=_("限制"), width=120, stretch=True),
        Column(key="costs", title=_("代价"), unit=_("元"), kind=Kind.MONEY, width=110),
    )


def cost_row(place: int, one: Mapping[str, Any]) -> Row:
    """One limit of a stored answer; ≈ where an optimum was not proved."""
    words = formats.amount(Decimal(one["costs"]))
    return Row(place, (str(one["label"]), words if one["proved"] else f"≈ {words}"), record=one)


def request_columns() -> tuple[Column, ...]:
    """Columns of price requests."""
    return (
        Column(key="no", title=_("申请 / 供应商"), kind=Kind.TWO_LINE, width=190, frozen=True),
        Column(key="status", title=_("状态"), kind=Kind.PILL, width=140),
        Column(key="item", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=190, stretch=True),
        Column(key="old", title=_("原价"), unit=_("元"), kind=Kind.MONEY, width=84),
        Column(key="new", title=_("申请价"), unit=_("元"), kind=Kind.MONEY, width=84),
        Column(key="platform", title=_("平台价 原 → 现"), width=130),
        Column(key="from", title=_("生效"), kind=Kind.DATE, width=104),
        Column(key="why", title=_("理由 / 依据"), kind=Kind.TWO_LINE, width=170),
    )


def request_row(one: RequestRow) -> Row:
    """One price request."""
    state = {IN_FORCE: Status.OK, REFUSED: Status.BAD}.get(one.status, Status.WARN)
    cells: tuple[Cell, ...] = (
        Two(one.no, one.supplier),
        Pill(state, status_text(one.status)),
        Two(one.name, one.spec),
        formats.price(one.old_price),
        Tone(formats.price(one.new_price), bold=True),
        f"{formats.price(one.platform_before)} → {formats.price(one.platform_after)}",
        formats.day(one.valid_from),
        Two(one.answer or one.reason, one.evidence),
    )
    return Row(one.request_id, cells, record=one)


def alert_columns() -> tuple[Column, ...]:
    """Columns of over-price alerts."""
    return (
        Column(key="document", title=_("单据 / 日期"), kind=Kind.TWO_LINE, width=160, frozen=True),
        Column(key="rule", title=_("超在哪里"), kind=Kind.PILL, width=150),
        Column(key="org", title=_("机构 / 供应商"), kind=Kind.TWO_LINE, width=150),
        Column(key="item", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=190, stretch=True),
        Column(key="price", title=_("单价"), unit=_("元"), kind=Kind.MONEY, width=90),
        Column(key="limit", title=_("应不高于"), unit=_("元"), kind=Kind.MONEY, width=90),
        Column(key="excess", title=_("多付"), unit=_("元"), kind=Kind.MONEY, width=110),
    )


def alert_row(place: int, one: Alert) -> Row:
    """One line above its price."""
    shape = Status.WARN if one.rule == "lowest" else Status.BAD
    cells: tuple[Cell, ...] = (
        Two(f"{one.kind} {one.document}", formats.day(one.day)),
        Pill(shape, one.rule_text),
        Two(one.org, one.supplier),
        Two(one.name, one.spec),
        formats.price(one.unit_price),
        formats.price(one.limit),
        Tone(formats.amount(one.excess), bold=True),
    )
    return Row(place, cells, record=one)
