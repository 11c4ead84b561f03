"""A field for millimetres with one place, kept as whole tenths; and one for whole numbers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.labels.design.plain import FARTHEST
from app.ui.widgets.fields import CodeEdit


class TenthsEdit(CodeEdit):
    """Millimetres; ↑ and ↓ step by 0.1. With `whole` it takes whole numbers.

    Less than `least` or more than `most` (a metre) becomes the nearest that can be drawn.

    Signals:
        entered: The value in tenths (or the whole number), after Enter, leaving or a step.
    """

    entered = Signal(int)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        whole: bool = False,
        places: int = 1,
        least: int = 0,
        most: int = FARTHEST,
    ) -> None:
        super().__init__("", parent)
        self._range = least, most
        self._unit = 1 if whole else 10**places
        self._places = 0 if whole else places
        self._value = 0
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.editingFinished.connect(self._take)

    @property
    def value(self) -> int:
        """The value shown last."""
        return self._value

    def show_value(self, value: int) -> None:
        """Show a value without telling anyone."""
        self._value = value
        text = str((Decimal(value) / self._unit).quantize(Decimal(1).scaleb(-self._places)))
        if text != self.text():
            self.setText(text)

    def _take(self) -> None:
        try:
            value = int(Decimal(self.folded() or "0") * self._unit)
        except (InvalidOperation, OverflowError, ValueError):
            value = self._value
        self._say(value)

    def _say(self, value: int) -> None:
        value = max(self._range[0], min(value, self._range[1]))
        changed = value != self._value
        self.show_value(value)
        if changed:
            self.entered.emit(value)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._say(self._value + step)
