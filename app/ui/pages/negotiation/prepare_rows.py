"""Lines, members, suppliers and needs of a project as table rows, and their edits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.domain import money
from app.domain.bidding.need import is_far
from app.domain.errors import DomainError
from app.i18n import _
from app.services.negotiation.lots import MOST_LOTS
from app.services.negotiation.queries import GuestRow, ItemRow, MemberRow, NeedRow
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Pill, Qty, Row, Tone, Two
from app.ui.tables.columns import Column, Kind


def pledged(need: NeedRow) -> int:
    """The pledge of a member in packs."""
    return need.pledge // need.pack_factor


def item_columns() -> tuple[Column, ...]:
    """Columns of the lines."""
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=280, frozen=True,
               sortable=True, stretch=True),
        Column(key="code", title=_("统一编码"), width=120, sortable=True),
        Column(key="lot", title=_("标包"), kind=Kind.NUMBER, width=80, editable=True,
               sortable=True),
        Column(key="volume", title=_("约定量"), kind=Kind.QTY, width=130, sortable=True),
        Column(key="ceiling", title=_("限价"), unit=_("元"), kind=Kind.NUMBER, width=120,
               editable=True, sortable=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=150),
    )  # fmt: skip


def item_row(one: ItemRow, lot: int, ceiling: Decimal | None) -> Row:
    """One line, with the lot and ceiling that shall stand in it."""
    packs = one.volume // one.price_factor
    return Row(
        one.line,
        (
            Two(one.name, one.spec), one.code, str(lot),
            Qty(f"{packs:,}" if packs else formats.NONE, one.unit if packs else "", bold=False),
            formats.price(ceiling),
            Pill(Status.BAD, one.failed) if one.failed else Pill(Status.MUTE, _("待报价")),
        ),
        record=(one, lot, ceiling),
        raw=(one.name, one.code, lot, packs, ceiling if ceiling is not None else "", one.failed),
    )  # fmt: skip


def line_of(row: Row) -> tuple[ItemRow, int, Decimal | None]:
    """The line of a row with the lot and ceiling that stand in it."""
    record = row.record
    assert isinstance(record, tuple)  # noqa: S101 - made by item_row
    return record


def edit_item(row: Row, column: str, value: object) -> Row:
    """The row with another lot or ceiling."""
    one, lot, ceiling = line_of(row)
    text = formats.ungrouped(str(value))
    if column == "ceiling":
        ceiling = money.price(text) if text and text != formats.NONE else None
        if ceiling is not None and ceiling <= 0:
            raise DomainError("terms.ceiling", _("限价应大于 0。不设限价就留空。"))
    elif text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_LOTS:
        lot = int(text)
    else:
        raise DomainError(
            "terms.lot", _("标包「{said}」不是编号。请填 1、2 这样的数。", said=text[:20])
        )
    return item_row(one, lot, ceiling)


def member_columns() -> tuple[Column, ...]:
    """Columns of the members."""
    return (
        Column(key="org", title=_("成员"), width=220, stretch=True),
        Column(key="lines", title=_("报量品规"), kind=Kind.NUMBER, width=110),
        Column(key="far", title=_("有说明"), kind=Kind.NUMBER, width=100),
        Column(key="due", title=_("截止"), kind=Kind.DATE, width=130),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=170),
        Column(key="by", title=_("确认人"), width=120),
        Column(key="at", title=_("确认时间"), kind=Kind.DATE, width=150),
    )


def member_row(one: MemberRow) -> Row:
    """How far one member is."""
    done = one.confirmed_at is not None
    state = Pill(Status.OK, _("已确认")) if done else Pill(Status.WARN, _("待确认"))
    return Row(
        one.org_id,
        (
            one.org, f"{one.lines:,}", f"{one.far:,}", one.due_on.isoformat(), state,
            one.confirmed_by or formats.NONE, formats.minute(one.confirmed_at),
        ),
        record=one,
    )  # fmt: skip


def guest_columns() -> tuple[Column, ...]:
    """Columns of the suppliers."""
    return (
        Column(key="supplier", title=_("供应商"), width=220, stretch=True),
        Column(key="hours", title=_("送达"), kind=Kind.QTY, width=110),
        Column(key="cold", title=_("冷链"), width=110),
        Column(key="small", title=_("中小企业"), width=110),
        Column(key="invited", title=_("邀请时间"), kind=Kind.DATE, width=160),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=200),
    )


def guest_row(one: GuestRow) -> Row:
    """One invited supplier."""
    out = bool(one.quitted)
    state = Pill(Status.MUTE, one.quitted) if out else Pill(Status.OK, _("参加"))
    return Row(
        one.supplier_id,
        (
            one.supplier, Qty(str(one.delivery_hours), "h", bold=False),
            _("有") if one.cold_chain else formats.NONE, _("是") if one.small else formats.NONE,
            formats.minute(one.invited_at), state,
        ),
        record=one,
    )  # fmt: skip


def need_columns() -> tuple[Column, ...]:
    """Columns of an own need."""
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=280, frozen=True,
               sortable=True, stretch=True),
        Column(key="used", title=_("近 12 个月"), kind=Kind.QTY, width=130, sortable=True),
        Column(key="proposed", title=_("建议"), kind=Kind.QTY, width=120, sortable=True),
        Column(key="pledge", title=_("约定量"), kind=Kind.QTY, width=130, editable=True,
               sortable=True),
        Column(key="reason", title=_("说明"), width=220, editable=True),
        Column(key="state", title="", width=110),
    )  # fmt: skip


def need_row(need: NeedRow, packs: int, reason: str) -> Row:
    """One line of an own need, with the packs and reason that shall stand in it."""
    factor = need.pack_factor
    used, proposed = need.used // factor, need.proposed // factor
    far = is_far(packs * factor, need.proposed)
    state = Tone(_("相差三成以上"), Status.WARN) if far and not reason else ""
    return Row(
        need.line,
        (
            Two(need.name, need.spec), Qty(f"{used:,}", need.unit, bold=False),
            Qty(f"{proposed:,}", need.unit, bold=False), Qty(f"{packs:,}", need.unit),
            reason, state,
        ),
        record=(need, packs, reason),
        raw=(need.name, used, proposed, packs, reason, ""),
    )  # fmt: skip


def need_of(row: Row) -> tuple[NeedRow, int, str]:
    """The need of a row with the packs and the reason that stand in it."""
    record = row.record
    assert isinstance(record, tuple)  # noqa: S101 - made by need_row
    return record


def edit_need(row: Row, column: str, value: object) -> Row:
    """The row with another pledge or reason."""
    need, packs, reason = need_of(row)
    text = str(value).strip()
    if column == "reason":
        return replace(need_row(need, packs, text), key=row.key)
    if not (text.isascii() and text.isdigit()):
        raise DomainError(
            "need.number", _("约定量「{text}」不是整数。请填包装数，如 120。", text=text[:20])
        )
    return replace(need_row(need, int(text), reason), key=row.key)
