"""The typeface: the system's Chinese font where there is one, else the bundled Noto Sans SC."""

from __future__ import annotations

import sys
from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from app import paths

_SYSTEM: Final = {
    "win32": ("Microsoft YaHei UI", "Microsoft YaHei"),
    "darwin": ("PingFang SC",),
}
_LINUX: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC")


@cache
def family() -> str:
    """The family to use on screen; loads the bundled files only where the system has none."""
    present = set(QFontDatabase.families())
    for name in _SYSTEM.get(sys.platform, _LINUX):
        if name in present:
            return name
    found = ""
    for file in sorted((paths.resources() / "fonts").glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(file))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        found = found or (families[0] if families else "")
    return found or QFont().family()


@cache
def font(pixels: int, *, bold: bool = False) -> QFont:
    """A font of `pixels` height with figures of equal width; shared, so do not change it."""
    result = QFont(family())
    result.setPixelSize(pixels)
    result.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result
