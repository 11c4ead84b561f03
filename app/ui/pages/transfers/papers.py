"""Documents of a transfer: the approval before it is submitted, the report afterwards."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.adapters import local_files
from app.domain.errors import DomainError
from app.i18n import _
from app.services.transfers.commands import Paper
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.files import choose_file
from app.ui.widgets.text import Role, Text


class PaperForm(Form):
    """A document with its number; it may be left out where `needed` is False.

    Signals:
        chosen: (file or None, number).
    """

    chosen = Signal(object, str)

    def __init__(self, title: str, words: str, verb: str, parent: QWidget, *, needed: bool) -> None:
        super().__init__(title, verb, parent, wide=460)
        self._needed = needed
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.number = QLineEdit()
        self.number_field = Field(_("文号"), self.number)
        self.file: Path | None = None
        self.file_button = Button(_("选文件…"))
        self.file_button.clicked.connect(lambda: choose_file(self, _("选文件"), self._take))
        row = QHBoxLayout()
        row.addWidget(self.number_field, 1)
        row.addWidget(self.file_button)
        self.body.addLayout(row)

    def _take(self, file: Path) -> None:
        self.file = file
        self.file_button.setText(file.name[:24])
        self.number_field.say("")

    @override
    def submit(self) -> None:
        """Hand both over; a number without a file, or a file without a number, is unfinished."""
        number = self.number.text().strip()
        if self.file is None and (self._needed or number):
            self.number_field.say(_("还没选文件。请点「选文件…」。"))
        elif self.file is not None and not number:
            self.number_field.say(_("请填文件上的文号。"))
        else:
            self.chosen.emit(self.file, number)
            self.accept()


def read_paper(file: Path, number: str, kind: str = "approval") -> Paper:
    """A document from a file; runs off the GUI thread."""
    if not number.strip():
        raise DomainError("paper.number", _("请填批准文号，再选文件。"))
    return Paper(kind, number, None, file.name, local_files.read(file))
