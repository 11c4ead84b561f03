"""Before the first round: the lines, how far the members are, the suppliers, an own need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.bidding.need import is_far
from app.domain.errors import DomainError
from app.domain.pricing import plain
from app.i18n import _
from app.services.negotiation.needs import Pledge
from app.services.negotiation.queries import (
    GuestRow,
    ItemRow,
    MemberRow,
    NeedRow,
    ProjectRow,
)
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Pill, Qty, Row, Tone, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Chip, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.front_stack import FrontStack
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that this view shows of a project."""

    project: ProjectRow
    items: tuple[ItemRow, ...]
    members: tuple[MemberRow, ...]
    guests: tuple[GuestRow, ...]
    needs: tuple[NeedRow, ...]
    org_id: int


class PrepareView(QWidget):
    """Four tables behind chips.

    Signals:
        kept: Pledges to save, and whether to confirm them.
        back_asked: A member's need should be given back: the `MemberRow`.
    """

    kept = Signal(object, bool)
    back_asked = Signal(object)

    def __init__(self, tools: Sequence[QWidget]) -> None:
        super().__init__()
        self.shown: Prepared | None = None
        self._org = 0
        self.items = ListModel(_item_columns())
        self.members = ListModel(_member_columns())
        self.guests = ListModel(_guest_columns())
        self.needs = ListModel(_need_columns(), _edit_need)
        self.settled = ListModel(tuple(replace(one, editable=False) for one in _need_columns()))
        self.stack = FrontStack(self)
        self.grids = {
            "items": _grid(self.items, _("项目里还没有品规。")),
            "members": _grid(self.members, _("还没有向成员征集报量。")),
            "guests": _grid(self.guests, _("还没有邀请供应商。")),
            "needs": _grid(self.needs, _("这个项目没有征集本机构的报量。")),
        }
        self.fixed = _grid(self.settled, _("这个项目没有征集本机构的报量。"))
        for grid in (*self.grids.values(), self.fixed):
            self.stack.addWidget(grid)
        self.grids["members"].opened.connect(lambda row: self.back_asked.emit(row.record))
        self.note = Text("", Role.SECOND)
        self.save = Button(_("保存报量"))
        self.confirm = Button(_("确认报量"), ButtonKind.PRIMARY)
        self.save.clicked.connect(lambda _on=False: self._keep(confirm=False))
        self.confirm.clicked.connect(lambda _on=False: self._keep(confirm=True))
        self.needs.refused.connect(lambda _key, _column, error: self.note.setText(error.text))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(toolbar(*self._make_chips(), None, *tools, self.save, self.confirm))
        column.addWidget(self.stack, 1)
        column.addWidget(self.note)

    def _make_chips(self) -> list[Chip]:
        self.chips: dict[str, Chip] = {}
        for key in self.grids:
            chip = Chip("")
            chip.clicked.connect(lambda _on=False, part=key: self.show_part(part))
            self.chips[key] = chip
        return list(self.chips.values())

    def show_part(self, part: str) -> None:
        """Show one of the tables."""
        for key, chip in self.chips.items():
            chip.setChecked(key == part)
        own = part == "needs" and self._open()
        self.stack.setCurrentWidget(self.fixed if part == "needs" and not own else self.grids[part])
        self.save.setVisible(own)
        self.confirm.setVisible(own)

    def _open(self) -> bool:
        """Whether the own need can still be changed."""
        shown = self.shown
        if shown is None or not shown.needs:
            return False
        mine = next((one for one in shown.members if one.org_id == shown.org_id), None)
        return mine is not None and mine.confirmed_at is None

    def show_all(self, shown: Prepared, *, buyer: bool) -> None:
        """Show another project, or the same as it is now."""
        other = self.shown is None or self.shown.project.id != shown.project.id
        self.shown = shown
        self.items.set_rows([_item_row(one) for one in shown.items])
        self.members.set_rows([_member_row(one) for one in shown.members])
        self.guests.set_rows([_guest_row(one) for one in shown.guests])
        rows = [_need_row(one, _packs(one), one.reason) for one in shown.needs]
        self.settled.set_rows(rows)
        if other or not self.needs.marks or self._org != shown.org_id:
            self.needs.set_rows(rows)
        self._org = shown.org_id
        project = shown.project
        titles = {
            "items": _("品规 {n}", n=project.lines),
            "members": _("报量 {n}/{all}", n=project.confirmed, all=project.members),
            "guests": _("供应商 {n}", n=project.suppliers),
            "needs": _("本机构报量 {n}", n=len(shown.needs)),
        }
        for key, chip in self.chips.items():
            chip.setText(titles[key])
            chip.setVisible(key in {"items", "needs"} or buyer)
            chip.updateGeometry()
        current = next((key for key, chip in self.chips.items() if chip.isChecked()), "")
        first = "items" if buyer else "needs"
        self.show_part(current if current and not other else first)

    def _keep(self, *, confirm: bool) -> None:
        changed = [
            Pledge(need.line, packs * need.pack_factor, reason)
            for row in self.needs.rows
            for need, packs, reason in (_kept(row),)
            if packs != _packs(need) or reason != need.reason
        ]
        self.kept.emit(changed, confirm)


def _grid(model: ListModel, empty: str) -> GridView:
    grid = GridView(model)
    grid.set_empty(empty)
    return grid


def _packs(need: NeedRow) -> int:
    return need.pledge // need.pack_factor


def _item_columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=280, frozen=True,
               sortable=True, stretch=True),
        Column(key="code", title=_("统一编码"), width=120, sortable=True),
        Column(key="lot", title=_("标包"), kind=Kind.NUMBER, width=70, sortable=True),
        Column(key="volume", title=_("约定量"), kind=Kind.QTY, width=130, sortable=True),
        Column(key="ceiling", title=_("限价"), unit=_("元"), kind=Kind.NUMBER, width=110,
               sortable=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=150),
    )  # fmt: skip


def _item_row(one: ItemRow) -> Row:
    packs = one.volume // one.price_factor
    return Row(
        one.line,
        (
            Two(one.name, one.spec), one.code, str(one.lot),
            Qty(f"{packs:,}" if packs else formats.NONE, one.unit if packs else "", bold=False),
            plain(one.ceiling) if one.ceiling is not None else formats.NONE,
            Pill(Status.BAD, one.failed) if one.failed else Pill(Status.MUTE, _("待报价")),
        ),
        record=one,
        raw=(one.name, one.code, one.lot, packs, one.ceiling or 0, one.failed),
    )  # fmt: skip


def _member_columns() -> tuple[Column, ...]:
    return (
        Column(key="org", title=_("成员"), width=220, stretch=True),
        Column(key="lines", title=_("报量品规"), kind=Kind.NUMBER, width=110),
        Column(key="far", title=_("有说明"), kind=Kind.NUMBER, width=100),
        Column(key="due", title=_("截止"), kind=Kind.DATE, width=130),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=170),
        Column(key="by", title=_("确认人"), width=120),
        Column(key="at", title=_("确认时间"), kind=Kind.DATE, width=150),
    )


def _member_row(one: MemberRow) -> Row:
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


def _guest_columns() -> tuple[Column, ...]:
    return (
        Column(key="supplier", title=_("供应商"), width=220, stretch=True),
        Column(key="hours", title=_("送达"), kind=Kind.QTY, width=110),
        Column(key="cold", title=_("冷链"), width=110),
        Column(key="small", title=_("中小企业"), width=110),
        Column(key="invited", title=_("邀请时间"), kind=Kind.DATE, width=160),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=200),
    )


def _guest_row(one: GuestRow) -> Row:
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


def _need_columns() -> tuple[Column, ...]:
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


def _need_row(need: NeedRow, packs: int, reason: str) -> Row:
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


def _kept(row: Row) -> tuple[NeedRow, int, str]:
    record = row.record
    assert isinstance(record, tuple)  # noqa: S101 - made by _need_row
    return record


def _edit_need(row: Row, column: str, value: object) -> Row:
    """The row with another pledge or reason."""
    need, packs, reason = _kept(row)
    text = str(value).strip()
    if column == "reason":
        return replace(_need_row(need, packs, text), key=row.key)
    if not (text.isascii() and text.isdigit()):
        raise DomainError(
            "need.number", _("约定量「{text}」不是整数。请填包装数，如 120。", text=text[:20])
        )
    return replace(_need_row(need, int(text), reason), key=row.key)
