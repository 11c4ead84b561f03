"""The filter row at work: typed texts and picked values go to the grid's state, and back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QSignalBlocker, QTimer
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.errors import DomainError
from app.ui.tables.columns import Column
from app.ui.tables.grid_state import GridState
from app.ui.tables.header import FilterEdit, GridHeader

_TYPING_MS: Final = 120


class FilterRow(QObject):
    """Joins the filter fields of both headings with the state."""

    def __init__(self, headers: tuple[GridHeader, ...], state: GridState, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._headers = headers
        self._state = state
        self._typed: dict[str, str] = {}
        self._timer = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._timer.timeout.connect(self._apply)
        state.changed.connect(self._show_texts)
        state.refused.connect(self._mark)
        for header in headers:
            header.filtered.connect(self._type)
            header.pick_asked.connect(self._pick)

    def show_row(self, *, on: bool) -> None:
        """Show or hide the fields."""
        for header in self._headers:
            header.show_filters(on=on)
        self._show_texts()

    def focus(self) -> None:
        """Put the keyboard on the first field."""
        for edit in self._edits().values():
            if edit.isVisible():
                edit.setFocus()
                return

    def _edits(self) -> dict[str, FilterEdit]:
        return {
            key: edit
            for header in self._headers
            for key, edit in header.edits.items()
            if not edit.isHidden()
        }

    def _type(self, key: str, text: str) -> None:
        if not self._state.columns[key].choices:
            self._typed[key] = text
            self._timer.start()

    def _apply(self) -> None:
        typed, self._typed = self._typed, {}
        for key, text in typed.items():
            self._mark(key, None)
            self._state.set_filter(key, text)

    def _mark(self, key: str, error: DomainError | None) -> None:
        """Mark a field whose text was not understood; the words stand in its tooltip."""
        edit = self._edits().get(key)
        if edit:
            edit.setProperty("state", "bad" if error else "")
            edit.setToolTip(error.text if error else self._state.columns[key].title)
            edit.style().polish(edit)

    def _show_texts(self) -> None:
        for key, edit in self._edits().items():
            text = self._state.texts.get(key, "")
            if self._state.columns[key].choices and text:
                text = self._state.chosen_words(key)
            if edit.text().strip() != text.strip() and (edit.pick or not edit.hasFocus()):
                with QSignalBlocker(edit):
                    edit.setText(text)

    def _pick(self, key: str, edit: QWidget) -> None:
        column = self._state.columns[key]
        chosen = self._state.chosen(key)
        menu = QMenu(self._host)
        for choice in column.choices:
            action = menu.addAction(choice.title)
            action.setCheckable(True)
            action.setChecked(choice.value in chosen)
            action.toggled.connect(
                lambda on, value=choice.value: self._choose(column, value, on=on)
            )
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(edit.mapToGlobal(edit.rect().bottomLeft()))

    def _choose(self, column: Column, value: str, *, on: bool) -> None:
        kept = [part for part in self._state.chosen(column.key) if part != value]
        self._state.set_filter(column.key, "|".join([*kept, value] if on else kept))
