"""Chips of which one is chosen: the views of a page."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QButtonGroup

from app.ui.widgets.buttons import Chip


class ViewChips(QButtonGroup):
    """One chip for each view, in order; the first is chosen.

    Signals:
        chosen: The key of the view whose chip was clicked (an object).
    """

    chosen = Signal(object)

    def __init__(self, views: Iterable[tuple[Hashable, str]], parent: QObject) -> None:
        super().__init__(parent)
        self._chips = {key: Chip(words) for key, words in views}
        self._keys = tuple(self._chips)
        for number, chip in enumerate(self._chips.values()):
            self.addButton(chip, number)
        self.choose(self._keys[0])
        self.idClicked.connect(lambda number: self.chosen.emit(self._keys[number]))

    def __getitem__(self, key: Hashable) -> Chip:
        return self._chips[key]

    @property
    def row(self) -> tuple[Chip, ...]:
        """The chips, as they stand beside each other."""
        return tuple(self._chips.values())

    def choose(self, key: Hashable) -> None:
        """Mark the view that is in sight; the first where there is no such view."""
        self._chips.get(key, self._chips[self._keys[0]]).setChecked(True)

    def say(self, key: Hashable, words: str) -> None:
        """Other words on a chip, as a count that has changed."""
        self._chips[key].setText(words)
        self._chips[key].updateGeometry()
