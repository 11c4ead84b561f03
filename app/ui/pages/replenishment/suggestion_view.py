"""The suggestions on screen: quick views, the table, its foot, and the panel beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.i18n import _
from app.services.replenishment.suggestions import SuggestionRow
from app.ui import theme
from app.ui.actions import ACTIONS, Act
from app.ui.icons import Icon
from app.ui.pages.replenishment.footer import HELP_KEY, Footer
from app.ui.pages.replenishment.panel import TOOLS, WhyPanel
from app.ui.pages.replenishment.rows import VIEWS, columns, in_view, row_of, view_words
from app.ui.pages.replenishment.view_model import Choice, Suggestions, choice_of
from app.ui.tables.cells import Row
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import toolbar
from app.ui.widgets.chips import ViewChips
from app.ui.widgets.fields import SearchEdit

_WIDE: Final = 1100
_LOW: Final = 540
_GIVE_WAY: Final = {"weeks", "unit"}


class SuggestionView(QWidget):
    """Table and panel over one `Suggestions`.

    Signals:
        moved: Rows, selection or sums are other ones.
        all_wanted: A search began: every planned item shall be there, not only notable ones.
        tool: A form for the current item is wanted (one of `panel.TOOLS`).
    """

    tool = Signal(str)
    moved = Signal()
    all_wanted = Signal()

    def __init__(self, lines: Suggestions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = lines
        self.view = ""
        self._tight = False
        self.model = ListModel(columns(), self._edit)
        self.grid = GridView(self.model)
        self.footer = Footer()
        self.grid.set_footer(self.footer)
        self.panel = WhyPanel()
        self.search = SearchEdit(_("品名、拼音、编码"))
        self.search.setMaximumWidth(170)
        self.search.hide()
        self.again = Button(_("重新计算"), icon=Icon.REFRESH)
        self.adjust = Button(_("调整参数"), icon=Icon.TUNE)
        self.requests = Button(_("采购申请"))
        self.files = Button(_("用量文件"), icon=Icon.IMPORT)
        self.files.setToolTip(_("用量文件：导入、导入记录和撤销"))
        self.add = Button(_("加品规"), icon=Icon.PLUS)
        self.add.setToolTip(_("加一个品规（{key}）", key=ACTIONS[Act.NEW].key))
        self.chips = ViewChips(((name, "") for name in VIEWS), self)
        self._lay_out()
        self._connect()
        self.fit_look()

    def _lay_out(self) -> None:
        self.chips.chosen.connect(self.show_view)
        tools = (self.add, self.files, self.again, self.adjust, self.requests)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.grid, 1)
        row.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(toolbar(*self.chips.row, self.search, None, *tools, spacing=6))
        column.addLayout(row, 1)

    def _connect(self) -> None:
        self.grid.current_changed.connect(self._current)
        self.grid.counts_changed.connect(self.moved)
        self.grid.opened.connect(lambda _row: self.panel.reason.setFocus())
        self.model.refused.connect(lambda _key, _column, error: self.panel.show_problem(error.text))
        self.grid.key_pressed.connect(self._letter)
        self.lines.board_changed.connect(self.reload)
        self.lines.line_changed.connect(self._line_changed)
        self.lines.settled.connect(self._settled)
        self.panel.other.connect(self._take_other)
        self.panel.left_out.connect(self.leave_out)
        self.panel.reasoned.connect(self._reasoned)
        self.panel.reason.returnPressed.connect(self.grid.focus_rows)
        self.panel.tool.connect(self.tool)
        self.search.searched.connect(lambda _text: self.reload())
        self.lines.offers_changed.connect(self._offered)

    def show_view(self, name: str) -> None:
        """Show one of the quick views."""
        self.view = name if name in VIEWS else ""
        self.chips.choose(self.view)
        self.reload()
        self.grid.focus_rows()

    def start_search(self) -> None:
        """Put the keyboard into the search field (Ctrl+F)."""
        self.search.show()
        self.search.setFocus()
        self.search.selectAll()
        self.all_wanted.emit()

    def look_up(self, text: str) -> None:
        """Search for `text` and go to the first row found."""
        self.search.setText(text)
        self.search.show()
        self.all_wanted.emit()
        self.grid.focus_rows()

    @property
    def typing(self) -> bool:
        """Whether a quantity is being typed: rows must stay as they are."""
        states = QAbstractItemView.State
        return any(body.state() is states.EditingState for body in self.grid.halves.bodies)

    def reload(self) -> None:
        """Show the lines of the view; the current row stays."""
        self.grid.reload()
        shown = in_view(self.lines.lines, self.view, self.search.text(), self.lines.look)
        current = self.grid.current()
        rows = [self._row(line) for line in shown]
        self.grid.overlay.narrowed = _("这一类里现在没有品规。") if self.lines.lines else ""
        if _same(rows, self.model.rows):
            self._sums()  # equal rows are left alone, so that nothing flickers
            return
        self.model.set_rows(rows)
        self.model.order(self.grid.state.query.sorts)
        if shown and (current is None or not self.grid.choose(current.key)):
            self.grid.choose(shown[0].item_id)
        self._sums()

    def focus(self) -> None:
        """Put the keyboard on the rows."""
        self.grid.focus_rows()

    @property
    def current(self) -> SuggestionRow | None:
        """The line under the cursor."""
        row = self.grid.current()
        return self.lines.line(row.key) if row else None

    def leave_out(self) -> None:
        """Do not order the current line."""
        row = self.current
        if row is not None and row.chosen:
            self.lines.change(row.item_id, Choice(0, picked=False, reason=_("不补这行")))
            self.grid.focus_rows()

    def _letter(self, letter: str) -> None:
        """Y: looked at and meant; the other letters open what the panel's links open."""
        row = self.current
        if row is None:
            return
        if letter == HELP_KEY:
            self.footer.first.click()
        elif letter == "Y" and self.lines.look(row.item_id):
            self._reasoned(row.edit_reason or _("已核对"))
        elif letter in TOOLS:
            self.tool.emit(TOOLS[letter])

    def _take_other(self, quantity: int) -> None:
        row = self.current
        if row is not None:
            reason = "" if quantity == row.suggested else row.edit_reason
            self.lines.change(row.item_id, Choice(quantity, quantity > 0, reason))
            self.grid.focus_rows()

    def _reasoned(self, text: str) -> None:
        row = self.current
        if row is not None:
            self.lines.change(row.item_id, Choice(row.chosen, row.picked, text))

    def _edit(self, row: Row, column: str, value: object) -> Row:
        """A check mark or a typed quantity, from the table."""
        line = self.lines.line(row.key)
        if line is None:
            return row
        if column == "picked":
            wanted = _pick(line, on=value is True)
        else:
            wanted = self.lines.typed(line, str(value))
        self.lines.change(line.item_id, wanted)
        changed = self.lines.line(row.key)
        return self._row(changed) if changed else row

    def _row(self, line: SuggestionRow) -> Row:
        look = self.lines.look(line.item_id)
        return row_of(line, unit_inside=self._tight, look=look)

    def _is_tight(self) -> bool:
        narrow = 0 < self.width() < _WIDE
        return narrow or theme.density() is theme.Density.LARGE

    def fit_look(self) -> None:
        """In large text and narrow windows figures stay in sight: sparkline and unit give way."""
        self._tight = self._is_tight()
        halves = self.grid.halves
        halves.hidden_keys = (halves.hidden_keys - _GIVE_WAY) | (
            _GIVE_WAY if self._tight else set()
        )
        halves.arrange()
        self.panel.fit(self.width())

    def _line_changed(self, line: SuggestionRow) -> None:
        if self.model.position_of(line.item_id) >= 0:
            self.model.put(self._row(line))
            self.model.marks.add((line.item_id, "qty"))
        if self.current is not None and self.current.item_id == line.item_id:
            self._explain(line)
        self._sums()

    def _offered(self) -> None:
        if self.current is not None:
            self.panel.show_help(self.lines.offer(self.current.item_id))
        self.footer.show_sums(self.lines)

    def _settled(self) -> None:
        """Everything is written: the marks of unsaved cells go."""
        self.model.marks.clear()
        self.grid.halves.right.viewport().update()
        self.moved.emit()

    def _current(self, row: Row | None) -> None:
        line = self.lines.line(row.key) if row else None
        self._explain(line)
        self.moved.emit()

    def _explain(self, line: SuggestionRow | None) -> None:
        self.panel.show_row(line, self.lines.look(line.item_id) if line else "")
        self.panel.show_help(self.lines.offer(line.item_id) if line else None)

    def _sums(self) -> None:
        for name in VIEWS:
            self.chips.say(name, view_words(self.lines.lines, name, self.lines.look))
        self.footer.show_sums(self.lines)
        self.moved.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.hasFocus():
            self.search.clear()
            self.search.hide()
            self.grid.focus_rows()
            return
        super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "panel"):
            self.panel.set_low(low=self.height() < theme.px(_LOW))
            self.fit_look()
            self.reload()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.panel.fit(self.width())
        self.panel.set_low(low=self.height() < theme.px(_LOW))
        if self._is_tight() != self._tight:
            self.fit_look()
            self.reload()


def _pick(line: SuggestionRow, *, on: bool) -> Choice:
    if on and line.unit_price is None:
        raise DomainError(
            "replenish.no_price",
            _("{item} 没有有效价格，不能申请。请集团采购先补价格。", item=line.name),
        )
    if on and not line.chosen:
        raise DomainError("replenish.zero", _("这行的数量是 0。先直接打数字填上数量，再选。"))
    now = choice_of(line)
    return Choice(now.chosen, on, now.reason)


def _same(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    return [(row.key, row.cells) for row in rows] == [(row.key, row.cells) for row in others]
