"""Steps of a lot, recalls and expiring lots as table rows."""

from __future__ import annotations

from typing import Final

from app.domain.duties import Duty
from app.domain.expiry import Band, band, shown
from app.domain.stock.doc_titles import doc_title
from app.domain.stock.recalls import STAGES
from app.domain.stock.zones import ZONES
from app.i18n import _
from app.services.recalls.answers import MemberAnswer
from app.services.recalls.expiring import ExpiringRow
from app.services.recalls.finding import LotHead
from app.services.recalls.recall import RecallRow
from app.services.recalls.sums import Member
from app.services.recalls.trace import Traced, TraceStep
from app.ui import formats
from app.ui.context import PageContext
from app.ui.status import Status
from app.ui.tables.cells import Cell, Link, Pill, Qty, Row, Tone, Two
from app.ui.tables.columns import Column, Kind

_STAGES: Final = {
    "in": Status.OK, "within": Status.INFO, "used": Status.MUTE, "back": Status.INFO,
    "lost": Status.BAD, "out": Status.WARN,
}  # fmt: skip
_THERE: Final = {"in_stock", "issued"}
_BANDS: Final = {Band.EXPIRED: Status.BAD, Band.NEAR: Status.NEAR, Band.WARN: Status.WARN}


def member_columns() -> tuple[Column, ...]:
    """Columns of the sums by member."""
    return (
        Column(key="org", title=_("机构"), width=90, frozen=True, stretch=True),
        Column(key="came", title=_("入库"), kind=Kind.QTY, width=86),
        Column(key="here", title=_("在库"), kind=Kind.QTY, width=86),
        Column(key="secured", title=_("已隔离"), kind=Kind.QTY, width=86),
        Column(key="used", title=_("已用"), kind=Kind.QTY, width=86),
        Column(key="gone", title=_("其他出库"), kind=Kind.QTY, width=86),
        Column(key="coming", title=_("在途"), kind=Kind.QTY, width=86),
    )


def standing_columns() -> tuple[Column, ...]:
    """Columns of where the lot lies now."""
    return (
        Column(key="where", title=_("现在在哪里"), kind=Kind.TWO_LINE, width=150, frozen=True,
               stretch=True),
        Column(key="owner", title=_("货权"), width=84),
        Column(key="qty", title=_("数量"), kind=Kind.QTY, width=100),
    )  # fmt: skip


def standing_rows(found: Traced) -> list[Row]:
    """Goods by place and owner, then each pack and label that is not used up."""
    head, lying = found.head, []
    for n, one in enumerate(found.standing):
        zone = _(ZONES[one.zone]) if one.zone in {"bad", "returns", "pending"} else ""
        where = Two(f"{one.org} · {one.place}", zone)
        lying.append(Row(f"s{n}", (where, one.owner, packs(one.qty, head)), record=one))
    for pack in found.packs:
        if pack.status in _THERE:
            where = Two(f"{pack.org} · {pack.code}", _("其中：{place}", place=pack.place))
            lying.append(Row(f"p{pack.code}", (where, "—", packs(pack.qty, head)), record=pack))
    return lying


def step_columns() -> tuple[Column, ...]:
    """Columns of the way of a lot."""
    return (
        Column(key="when", title=_("日期"), kind=Kind.DATE, width=98, frozen=True),
        Column(key="stage", title=_("去向"), kind=Kind.PILL, width=86),
        Column(key="org", title=_("机构"), width=86),
        Column(key="doc", title=_("单据"), kind=Kind.TWO_LINE, width=140),
        Column(key="way", title=_("从 → 到"), kind=Kind.TWO_LINE, width=180, stretch=True),
        Column(key="qty", title=_("数量"), kind=Kind.QTY, width=110),
        Column(key="who", title=_("经办"), width=64),
    )


def recall_columns() -> tuple[Column, ...]:
    """Columns of the recalls."""
    return (
        Column(key="no", title=_("单号"), width=156, frozen=True),
        Column(key="level", title=_("级别"), kind=Kind.PILL, width=112),
        Column(key="what", title=_("品名 / 批号"), kind=Kind.TWO_LINE, width=170, stretch=True),
        Column(key="why", title=_("原因 / 通知"), kind=Kind.TWO_LINE, width=260),
        Column(key="due", title=_("回复期限"), kind=Kind.DATE, width=112),
        Column(key="answered", title=_("已回复"), kind=Kind.NUMBER, width=64),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=90),
        Column(key="act", title="", kind=Kind.BUTTON, width=60),
    )


def expiring_columns() -> tuple[Column, ...]:
    """Columns of the lots that run out."""
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=190, frozen=True),
        Column(key="org", title=_("机构"), width=86),
        Column(key="lot", title=_("批号"), width=96),
        Column(key="expiry", title=_("有效期至"), kind=Kind.EXPIRY, width=124),
        Column(key="qty", title=_("现存"), kind=Kind.QTY, width=84),
        Column(key="wasted", title=_("用不完"), kind=Kind.QTY, width=84),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=88, total=True),
        Column(key="advice", title=_("建议 / 已定"), kind=Kind.PILL, width=156),
        Column(key="who", title=_("谁 / 期限"), kind=Kind.TWO_LINE, width=100, stretch=True),
        Column(key="act", title="", kind=Kind.BUTTON, width=64),
    )


def amount_of(row: ExpiringRow) -> str:
    """What lies there, in words."""
    return formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, row.qty)


def packs(qty: int, row: LotHead | ExpiringRow) -> Qty:
    """A quantity in packs."""
    text = formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, qty)
    number, _space, unit = text.partition(" ")
    return Qty(number, unit)


def member_row(row: Member, head: LotHead) -> Row:
    """The lot's sums at a member."""
    open_here = row.here - row.secured
    here = packs(row.here, head)
    if head.held and open_here:
        here = here._replace(status=Status.BAD)
    return Row(
        row.org_id,
        (row.org, packs(row.came, head), here, packs(row.secured, head), packs(row.used, head),
         packs(row.gone, head), packs(row.coming, head)),
        record=row,
        raw=(row.org, row.came, row.here, row.secured, row.used, row.gone, row.coming),
    )  # fmt: skip


def step_row(number: int, row: TraceStep, head: LotHead) -> Row:
    """One move of the lot."""
    status, word = _STAGES[row.stage], STAGES[row.stage]
    kind = doc_title(row.doc_kind)
    detail = _("病例 {no}", no=row.case) if row.case else row.pack or row.reason
    return Row(
        number,
        (row.occurred_on.isoformat(), Pill(status, _(word)), row.org, Two(kind, row.doc_no),
         Two(f"{row.from_place} → {row.to_place}", detail), packs(row.qty, head), row.person),
        record=row,
    )  # fmt: skip


def recall_row(row: RecallRow, context: PageContext) -> Row:
    """A recall; members answer it, the lead closes it."""
    active = row.status == "active"
    lead = context.actor.can(Duty.BUY, row.org_id) or context.actor.can(Duty.CATALOGUE, row.org_id)
    word = ""
    if active:
        word = _("结束") if lead else answer_word(row, context) if context.may(Duty.STORE) else ""
    state = Pill(Status.LOCK, _("冻结中")) if active else Pill(Status.OK, _("已结束"))
    if active and not lead and context.org.id in row.answered_by:
        state = Pill(Status.OK, _("已回复"))
    level = Status.BAD if row.level == 1 else Status.NEAR if row.level else Status.LOCK
    return Row(
        row.id,
        (row.no, Pill(level, row.level_text), Two(row.items, row.lots),
         Two(row.reason, row.source or row.report), row.due.isoformat(),
         formats.number(row.answered),
         state,
         Link(word) if word else Tone("")),
        record=row,
    )  # fmt: skip


def answer_word(row: RecallRow, context: PageContext) -> str:
    """What a member's answer is called now: the first one, or another in its place."""
    return _("改回复") if context.org.id in row.answered_by else _("回复")


def expiring_row(row: ExpiringRow, context: PageContext) -> Row:
    """A lot that runs out."""
    light = band(row.expiry, context.today)
    mine = context.actor.can(Duty.STORE, row.org_id)
    state: Cell = Pill(Status.MUTE, _("建议{what}", what=row.advice.label), bare=True)
    if row.action_id:
        state = Pill(Status.NEAR if row.late else Status.INFO, row.action)
    word = _("办完") if row.action_id else _("定措施")
    due = f"{row.due_on:%m-%d}" if row.due_on else ""
    return Row(
        f"{row.org_id}.{row.lot_id}",
        (Two(row.name, row.spec), row.org, row.lot_no,
         Pill(_BANDS.get(light, Status.WARN), shown(row.expiry)), packs(row.qty, row),
         packs(row.wasted, row), formats.amount(row.amount), state,
         Two(row.person or "—", due), Link(word) if mine else Tone("")),
        record=row,
        raw=(row.name, row.org, row.lot_no, row.expiry, row.qty, row.wasted, row.amount,
             row.action or row.advice.label, row.person, word),
    )  # fmt: skip


def lot_columns() -> tuple[Column, ...]:
    """Columns of lots that carry the same number."""
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="lot", title=_("批号"), width=110),
        Column(key="expiry", title=_("有效期至"), width=110),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=100),
    )


def which(head: LotHead) -> tuple[int, str, str]:
    """The lot, whether it has an id of its own or not."""
    return head.item_id, head.lot_no, head.serial


def lot_row(head: LotHead) -> Row:
    """A lot to choose."""
    state = Pill(Status.LOCK, _("已冻结")) if head.held else Pill(Status.OK, _("可用"))
    if not head.lot_id:
        state = Pill(Status.INFO, _("还没收到"))
    return Row(
        which(head),
        (Two(head.name, head.spec), head.lot_no, shown(head.expiry), state),
        record=head,
    )


def answer_columns() -> tuple[Column, ...]:
    """Columns of what members answered."""
    return (
        Column(key="org", title=_("机构"), width=120),
        Column(key="here", title=_("在库"), kind=Kind.NUMBER, width=86),
        Column(key="secured", title=_("已隔离"), kind=Kind.NUMBER, width=86),
        Column(key="coming", title=_("在途"), kind=Kind.NUMBER, width=86),
        Column(key="used", title=_("已用"), kind=Kind.NUMBER, width=86),
        Column(key="note", title=_("回复"), width=160, stretch=True),
    )


def answer_row(one: MemberAnswer) -> Row:
    """A member's answer; a missing one stands out."""
    words: Cell = one.note or _("已回复")
    if one.open:
        words = Pill(Status.NEAR, _("没有回复") if not one.answered else _("还没隔离完"))
    if one.sent:
        words = Pill(Status.NEAR, _("路上的还没处理"))
    numbers = (one.here, one.secured, one.coming, one.used)
    told = [formats.pack_text(*one.units, n) if one.units else f"{n:,}" for n in numbers]
    cells = (one.org, *told, words)
    return Row(one.org_id, cells, record=one)
