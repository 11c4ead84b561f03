"""What lies over the rows of a grid while there are none: loading, empty, could not be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.tables.grid_state import GridState
from app.ui.tables.list_model import ListModel
from app.ui.tables.paged_model import TableModel
from app.ui.widgets.states import Skeleton, StatePanel

_BLINK_MS: Final = 150
_SLOW_MS: Final = 1000


class Overlay(QObject):
    """Shows the state of a model over the rows: nothing for a blink, then what is the matter."""

    def __init__(
        self,
        model: TableModel,
        state: GridState,
        host: QWidget,
        retry: Callable[[], None],
    ) -> None:
        super().__init__(host)
        self.model = model
        self.state = state
        self.empty_text = _("这里还没有内容。")
        self.empty_action = ""
        self.empty_act: Callable[[], None] | None = None
        self.narrowed = ""
        """What is said while the page itself shows only a part of its rows, and none is in it."""
        self.missing, self.clear = "", state.clear_all
        """What is said, and done, where filters leave nothing; empty for their number."""
        self._retry = retry
        self._problem: Exception | None = None
        self._loading = False
        self._asked = False
        self.panel = StatePanel(host)
        self.skeleton = Skeleton(host)
        self.panel.hide()
        self.skeleton.hide()
        self._blink = QTimer(self, singleShot=True, interval=_BLINK_MS)
        self._blink.timeout.connect(self._show_skeleton)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        self._slow.timeout.connect(self._show_words)
        model.loading.connect(self._set_loading)
        model.problem.connect(self._set_problem)
        model.modelReset.connect(self.refresh)
        model.rowsInserted.connect(self.refresh)
        model.rowsRemoved.connect(self.refresh)
        if isinstance(model, ListModel) and model.filled:
            self.refresh()

    def place(self, left: int, top: int, width: int, height: int) -> None:
        """Lie over the rows."""
        for widget in (self.panel, self.skeleton):
            widget.setGeometry(left, top, width, max(0, height))

    def again(self) -> None:
        """Say it in the words that hold now, where something is said."""
        if self._asked:
            self.refresh()

    def refresh(self) -> None:
        """Show the sentence for an empty table, or nothing while there are rows."""
        self._asked = True
        if self.model.rowCount():
            self.panel.hide()
        elif self._problem is not None:
            self.panel.show_problem(self._problem, self._retry)
        elif self.state.filtered:
            query = self.state.query
            count = len(self.state.texts) + bool(query.text) + bool(query.view)
            words = _("没有符合 {n} 个筛选的内容。", n=count)
            self.panel.show_empty(self.missing or words, _("清除筛选"), self.clear)
        elif self.narrowed:
            self.panel.show_empty(self.narrowed)
        else:
            self.panel.show_empty(self.empty_text, self.empty_action, self.empty_act)

    def _set_loading(self, loading: bool) -> None:
        self._loading = loading
        if loading:
            self._problem = None
            self._blink.start()
            self._slow.start()
            return
        self._blink.stop()
        self._slow.stop()
        self.skeleton.hide()

    def _show_skeleton(self) -> None:
        if self._loading and not self.model.rowCount():
            self.panel.hide()
            self.skeleton.show()
            self.skeleton.raise_()

    def _show_words(self) -> None:
        if self._loading and not self.model.rowCount():
            self.panel.show_loading()

    def _set_problem(self, error: Exception) -> None:
        self._problem = error
        self.skeleton.hide()
        if not self.model.rowCount():
            self.panel.show_problem(error, self._retry)
