"""The look: colours, sizes and style sheet, all from `resources/tokens.json`.

Like Qt's own palette the look in force is one per process. Widgets that paint themselves ask for
`colour` and `px` while they paint; the rest follows palette, font and the small style sheet. A
change reaches every widget as Qt's `StyleChange` event.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from app import paths
from app.i18n import N_
from app.ui import fonts


class Density(StrEnum):
    """How large text and rows are."""

    COMPACT = "compact"
    COMFORT = "comfort"
    LARGE = "large"


DENSITY_TITLES: Final = {
    Density.COMPACT: N_("紧凑"),
    Density.COMFORT: N_("舒适"),
    Density.LARGE: N_("大字号"),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixel sizes of one density: body text, single row, two-line row, control height."""

    font: int
    row: int
    two_line: int
    control: int


_TWO_LINE: Final = {Density.COMPACT: 42, Density.COMFORT: 46, Density.LARGE: 56}
_BODY: Final = 15


@dataclass(slots=True)
class _Look:
    """What is in force now."""

    dark: bool = False
    density: Density = Density.COMFORT


_look = _Look()


@cache
def _tokens() -> dict[str, dict[str, Any]]:
    text = (paths.resources() / "tokens.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = json.loads(text)
    return loaded


@cache
def _colour(name: str, dark: bool) -> QColor:
    return QColor(_tokens()["dark" if dark else "light"][name])


def colour(name: str) -> QColor:
    """The colour token `name` in the look in force; shared, so do not change it."""
    return _colour(name, _look.dark)


def is_dark() -> bool:
    """Whether the dark look is in force."""
    return _look.dark


def density() -> Density:
    """The density in force."""
    return _look.density


@cache
def _sizes(density_now: Density) -> Sizes:
    numbers: dict[str, int] = _tokens()["density"][density_now.value]
    return Sizes(numbers["font"], numbers["row"], _TWO_LINE[density_now], numbers["control"])


def sizes() -> Sizes:
    """The pixel sizes in force."""
    return _sizes(_look.density)


def px(comfortable: int) -> int:
    """A text size given for the comfortable density, in the density in force; never below 12."""
    return _px(comfortable, _sizes(_look.density).font)


@cache
def _px(comfortable: int, body: int) -> int:
    scaled = (comfortable * body + _BODY // 2) // _BODY
    return max(12, scaled)


def font(comfortable: int = _BODY, *, bold: bool = False) -> QFont:
    """The font for a text size of the comfortable scale (12 … 30)."""
    return fonts.font(px(comfortable), bold=bold)


def _palette() -> QPalette:
    result = QPalette()
    roles = {
        QPalette.ColorRole.Window: "app",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "surface",
        QPalette.ColorRole.AlternateBase: "subtle",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.Button: "surface",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.Highlight: "selected",
        QPalette.ColorRole.HighlightedText: "text",
        QPalette.ColorRole.ToolTipBase: "surface",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.PlaceholderText: "text3",
        QPalette.ColorRole.Link: "primary",
        QPalette.ColorRole.Accent: "primary",
        QPalette.ColorRole.Mid: "border",
    }
    for role, token in roles.items():
        result.setColor(role, colour(token))
    off = QPalette.ColorGroup.Disabled
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.WindowText,
    ):
        result.setColor(off, role, colour("disabled"))
    return result


def style_sheet() -> str:
    """The style sheet with tokens (`@name`) and sizes (`@px15`, `@control`) filled in."""
    text = (paths.resources() / "qss" / "app.qss").read_text(encoding="utf-8")

    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        if name == "control":
            return f"{sizes().control}px"
        if name.startswith("px"):
            return f"{px(int(name[2:]))}px"
        return colour(name).name()

    return re.sub(r"@([A-Za-z]+\d*)", fill, text)


def apply(*, dark: bool | None = None, density_now: Density | None = None) -> None:
    """Put a look in force for the whole program; what is left out stays as it is."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("a look needs a running application")
    if dark is not None:
        _look.dark = dark
    if density_now is not None:
        _look.density = density_now
    if app.style() is None or app.style().objectName() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette())
    app.setFont(font())
    app.setStyleSheet(style_sheet())
    hints = app.styleHints()
    hints.setColorScheme(Qt.ColorScheme.Dark if _look.dark else Qt.ColorScheme.Light)
