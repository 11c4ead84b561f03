"""Pressing keys of a window, at the speed of a scanner."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget


def window_of(widget: QWidget) -> QWindow:
    """The native window of a shown widget."""
    handle = widget.window().windowHandle()
    assert handle is not None
    return handle


def press(widget: QWidget, text: str) -> None:
    """Press the keys of `text`; GS goes as Ctrl+], as scanners send it."""
    window = window_of(widget)
    click: Any = QTest.keyClick  # the stubs lack the overload for characters
    for character in text:
        if character == "\x1d":
            click(window, "]", Qt.KeyboardModifier.ControlModifier)
        else:
            click(window, character)


def key(widget: QWidget, which: Qt.Key, mods: Qt.KeyboardModifier | None = None) -> None:
    """Press one key."""
    QTest.keyClick(window_of(widget), which, mods or Qt.KeyboardModifier.NoModifier)
