"""Choosing a file, without opening any other file on the way.

On POSIX systems a program loses all its locks on a file when it closes that file, whoever opened
it. The file dialogs of Qt and of several desktops look into files to choose an icon; shown the
folder of the database, they would take SQLite's locks away: a second program could then believe
itself alone, remove the write-ahead log, and all that is saved afterwards would be gone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QFileInfo, QLibraryInfo, QTranslator
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import QFileDialog, QWidget
from typing_extensions import override

from app import paths
from app.i18n import _, language


class _Names(QAbstractFileIconProvider):
    """Icons and kinds by the name alone."""

    @override
    def icon(self, what: QFileInfo | QAbstractFileIconProvider.IconType) -> QIcon:
        if isinstance(what, QFileInfo):
            folder = QAbstractFileIconProvider.IconType.Folder
            plain = QAbstractFileIconProvider.IconType.File
            return super().icon(folder if what.isDir() else plain)
        return super().icon(what)

    @override
    def type(self, info: QFileInfo) -> str:
        return "" if info.isDir() else info.suffix().upper()


@cache
def _names() -> _Names:
    return _Names()


@cache
def _chinese() -> QTranslator:
    words = QTranslator()
    words.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    return words


def _speak() -> None:
    """Qt's own words (folders, overwrite?) in the language of the program."""
    QCoreApplication.removeTranslator(_chinese())
    if language() == "zh_CN":
        QCoreApplication.installTranslator(_chinese())


class FileDialog(QFileDialog):
    """`QFileDialog` that opens no file by itself; begins where a file was chosen last."""

    _last = ""

    def __init__(
        self, parent: QWidget | None, title: str, folder: str = "", kinds: str = ""
    ) -> None:
        _speak()
        super().__init__(parent, title, str(paths.output()), kinds)  # nothing is open in there
        if sys.platform != "win32":
            self.setOption(QFileDialog.Option.DontUseNativeDialog)
        self.setIconProvider(_names())
        self.setLabelText(QFileDialog.DialogLabel.LookIn, _("位置"))
        self.setLabelText(QFileDialog.DialogLabel.FileType, _("类型"))
        self.setDirectory(folder or FileDialog._last or QDir.homePath())
        self.fileSelected.connect(self._chosen)

    @staticmethod
    def _chosen(name: str) -> None:
        FileDialog._last = str(Path(name).parent)


def choose_file(
    parent: QWidget, title: str, take: Callable[[Path], object], folder: str = "", kinds: str = ""
) -> None:
    """Let the person choose a file that is there; `take` gets it."""
    dialog = FileDialog(parent, title, folder, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: take(Path(name)))
    dialog.open()
