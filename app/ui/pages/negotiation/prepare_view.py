"""Before the first round: the lines, how far the members are, the suppliers, an own need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.services.negotiation.needs import Pledge
from app.services.negotiation.project import BEFORE_ROUNDS
from app.services.negotiation.queries import GuestRow, ItemRow, MemberRow, NeedRow, ProjectRow
from app.ui.pages.negotiation.prepare_rows import (
    edit_item,
    edit_need,
    guest_columns,
    guest_row,
    item_columns,
    item_row,
    line_of,
    member_columns,
    member_row,
    need_columns,
    need_of,
    need_row,
    pledged,
)
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Chip, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.front_stack import FrontStack
from app.ui.widgets.text import Message, Role


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
        terms_kept: Changed lots as (line, lot), and changed ceilings as (line, price or None).
        back_asked: A member's need should be given back: the `MemberRow`.
        counted: Another table is in front, or its rows are others.
    """

    kept = Signal(object, bool)
    terms_kept = Signal(object, object)
    back_asked = Signal(object)
    counted = Signal()

    def __init__(self, tools: Sequence[QWidget]) -> None:
        super().__init__()
        self.shown: Prepared | None = None
        self._org = 0
        self._buys = False
        self.items = ListModel(item_columns(), edit_item)
        self.listed = ListModel(tuple(replace(one, editable=False) for one in item_columns()))
        self.members = ListModel(member_columns())
        self.guests = ListModel(guest_columns())
        self.needs = ListModel(need_columns(), edit_need)
        self.settled = ListModel(tuple(replace(one, editable=False) for one in need_columns()))
        self.stack = FrontStack(self)
        self.grids = {
            "items": _grid(self.items, _("项目里还没有品规。")),
            "members": _grid(self.members, _("还没有向成员征集报量。")),
            "guests": _grid(self.guests, _("还没有邀请供应商。")),
            "needs": _grid(self.needs, _("这个项目没有征集本机构的报量。")),
        }
        self.fixed = _grid(self.settled, _("这个项目没有征集本机构的报量。"))
        self.lines = _grid(self.listed, _("项目里还没有品规。"))
        for grid in (*self.grids.values(), self.fixed, self.lines):
            self.stack.addWidget(grid)
            grid.counts_changed.connect(self.counted)
        self.grids["members"].opened.connect(lambda row: self.back_asked.emit(row.record))
        self.note = Message("", Role.SECOND)
        self.save = Button(_("保存报量"))
        self.confirm = Button(_("确认报量"), ButtonKind.PRIMARY)
        self.save.clicked.connect(lambda _on=False: self._keep(confirm=False))
        self.save_terms = Button(_("保存标包和限价"))
        self.save_terms.clicked.connect(lambda _on=False: self._keep_terms())
        self.confirm.clicked.connect(lambda _on=False: self._keep(confirm=True))
        for model in (self.needs, self.items):
            model.refused.connect(lambda _key, _column, error: self.note.setText(error.text))
            model.rows_changed.connect(self._hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(
            toolbar(
                *self._make_chips(),
                None,
                *tools[:-1],
                self.save_terms,
                *tools[-1:],
                self.save,
                self.confirm,
            )
        )
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
        terms = part == "items" and self._settable()
        shut = {"needs": None if own else self.fixed, "items": None if terms else self.lines}
        self.stack.setCurrentWidget(shut.get(part) or self.grids[part])
        self._hint()
        self.save_terms.setVisible(terms)
        self.save.setVisible(own)
        self.confirm.setVisible(own)
        self.counted.emit()

    def _open(self) -> bool:
        """Whether the own need can still be changed."""
        shown = self.shown
        if shown is None or not shown.needs:
            return False
        mine = next((one for one in shown.members if one.org_id == shown.org_id), None)
        return mine is not None and mine.confirmed_at is None

    def _hint(self) -> None:
        """Say how lots and ceilings are changed, while they can be."""
        terms = self.stack.currentWidget() is self.grids["items"]
        words = _("「标包」「限价」两列可以直接改，也可以用「更多」里的 Excel。")
        self.note.setText(words if terms else "")

    def _settable(self) -> bool:
        """Whether lots and ceilings can still be changed by this person."""
        shown = self.shown
        return self._buys and shown is not None and shown.project.state in BEFORE_ROUNDS

    def counts(self) -> str:
        """Rows of the table in front, for the status bar."""
        front = self.stack.currentWidget()
        return front.counts() if isinstance(front, GridView) else ""

    def chosen(self) -> tuple[ItemRow, ...]:
        """The lines that are selected, when the lines are in front."""
        grid = self.stack.currentWidget()
        if grid not in {self.grids["items"], self.lines}:
            return ()
        assert isinstance(grid, GridView)  # noqa: S101 - one of the two
        return tuple(line_of(row)[0] for row in grid.selected())

    def guest(self) -> int:
        """The current supplier, when the suppliers are in front; 0 otherwise."""
        row = self.grids["guests"].current()
        front = self.stack.currentWidget() is self.grids["guests"]
        return row.key if front and row is not None and isinstance(row.key, int) else 0

    def show_all(self, shown: Prepared, *, reader: bool, buyer: bool) -> None:
        """Show another project, or the same as it is now."""
        other = self.shown is None or self.shown.project.id != shown.project.id
        self.shown, self._buys = shown, buyer
        lines = [item_row(one, one.lot, one.ceiling) for one in shown.items]
        self.listed.set_rows(lines)
        if other or not self.items.marks:
            self.items.set_rows(lines)
        self.members.set_rows([member_row(one) for one in shown.members])
        self.guests.set_rows([guest_row(one) for one in shown.guests])
        rows = [need_row(one, pledged(one), one.reason) for one in shown.needs]
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
            chip.setVisible(key in {"items", "needs"} or reader)
            chip.updateGeometry()
        current = next((key for key, chip in self.chips.items() if chip.isChecked()), "")
        first = "items" if reader else "needs"
        self.show_part(current if current and not other else first)

    def _keep(self, *, confirm: bool) -> None:
        changed = [
            Pledge(need.line, packs * need.pack_factor, reason)
            for row in self.needs.rows
            for need, packs, reason in (need_of(row),)
            if packs != pledged(need) or reason != need.reason
        ]
        if not changed and not confirm:
            self.note.setText(_("报量没有改动，不用保存。"))
            return
        self.kept.emit(changed, confirm)

    def _keep_terms(self) -> None:
        lines = [line_of(row) for row in self.items.rows]
        lots = [(one.line, lot) for one, lot, _price in lines if lot != one.lot]
        prices = [(one.line, price) for one, _lot, price in lines if price != one.ceiling]
        if lots or prices:
            self.terms_kept.emit(lots, prices)
        else:
            self.note.setText(_("标包和限价没有改动，不用保存。"))


def _grid(model: ListModel, empty: str) -> GridView:
    grid = GridView(model)
    grid.set_empty(empty)
    return grid
