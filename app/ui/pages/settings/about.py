"""关于: version, and the licences of everything that is shipped."""

from __future__ import annotations

import platform
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QPlainTextEdit
from typing_extensions import override

from app import __version__, paths
from app.i18n import _
from app.ui import theme
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.widgets.cards import Facts


class AboutSection(Section):
    """Version and licences."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _("关于医链采供"))
        facts = Facts()
        facts.show_facts(
            [
                (_("版本"), __version__),
                (_("运行环境"), f"Python {platform.python_version()} · Qt {qVersion()}"),
                (_("许可"), "Apache-2.0"),
            ]
        )
        self.card.add(facts)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(theme.font(13))
        self.text.setAccessibleName(_("第三方许可"))
        self.card.add(self.text, 1)
        self.fill()

    @override
    def refresh(self) -> None:
        """Read the licence list (a file: off the GUI thread)."""
        self.context.jobs.read(
            _licences, self.text.setPlainText, channel="settings.about", owner=self
        )


def _licences() -> str:
    root = paths.resources()
    files = (
        root.parent / "THIRD-PARTY.md",
        root / "icons" / "LICENSE-mdi.txt",
        root / "fonts" / "OFL.txt",
    )
    return "\n\n———\n\n".join(_read(file) for file in files if file.is_file())


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()
