"""The machine settings in force: changed in one place, written at once, told to whoever asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app import settings


class SettingsStore(QObject):
    """Holds the settings of this computer.

    Signals:
        changed: The new `Settings`.
    """

    changed = Signal(object)

    def __init__(self, now: settings.Settings) -> None:
        super().__init__()
        self.now = now

    def change(self, **values: Any) -> None:
        """Set some of them and write the file."""
        new = replace(self.now, **values)
        if new != self.now:
            self.now = new
            settings.save(new)
            self.changed.emit(new)
