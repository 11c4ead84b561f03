"""Pictures and papers of an item: looked at, added, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from typing_extensions import override

from app.i18n import _
from app.services.catalogue.attachments import AttachmentRow
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.tables.cells import Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text

_SIDE: Final = 240
_KINDS: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "application/pdf": "PDF"}


class PapersForm(Form):
    """The attachments of an item.

    Signals:
        wanted: Show an attachment: its id.
        saved: Save an attachment to a file: its id.
        added: A file is to be added.
        removed: An attachment is to be taken away: its id.
    """

    wanted = Signal(object)
    saved = Signal(object)
    added = Signal()
    removed = Signal(object)

    def __init__(self, parent: QWidget, title: str, *, may_edit: bool) -> None:
        super().__init__(_("附件"), _("存成文件"), parent, cancel=_("关闭"), wide=780)
        self.body.addWidget(Text(title, Role.SECOND, wrap=True))
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(260))
        self.grid.set_empty(_("还没有附件。可附包装图片、注册证、说明书。"))
        self.grid.current_changed.connect(self._chosen)
        self.picture = QLabel()
        self.picture.setFixedSize(theme.px(_SIDE), theme.px(_SIDE))
        row = QHBoxLayout()
        row.addWidget(self.grid, 1)
        row.addWidget(self.picture)
        self.body.addLayout(row, 1)
        add, self._remove = Button(_("添加"), icon=Icon.PLUS), Button(_("移除"))
        add.clicked.connect(self.added)
        self._remove.clicked.connect(lambda: self.removed.emit(self._key()))
        for place, button in enumerate((add, self._remove)):
            button.setVisible(may_edit)
            self.buttons.insertWidget(place, button)
        self._chosen(None)

    def show_rows(self, rows: Sequence[AttachmentRow]) -> None:
        """Show the attachments."""
        self.model.set_rows([_row(row) for row in rows])
        self.picture.clear()
        self._chosen(self.grid.current())

    def show_picture(self, content: bytes) -> None:
        """Show the chosen picture; other content shows nothing."""
        picture = QPixmap()
        picture.loadFromData(content)
        if not picture.isNull():
            fitted = picture.scaled(
                self.picture.size(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            self.picture.setPixmap(fitted)

    @override
    def submit(self) -> None:
        """Save the chosen one."""
        if self._key():
            self.saved.emit(self._key())

    def _key(self) -> object:
        row = self.grid.current()
        return row.key if row else 0

    def _chosen(self, row: Row | None) -> None:
        self.picture.clear()
        self.verb.setEnabled(row is not None)
        self._remove.setEnabled(row is not None)
        record = row.record if row is not None else None
        if isinstance(record, AttachmentRow) and record.media.startswith("image/"):
            self.wanted.emit(record.id)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("名称"), width=180, stretch=True),
        Column(key="kind", title=_("类型"), width=64),
        Column(key="size", title=_("大小"), kind=Kind.NUMBER, width=84),
        Column(key="person", title=_("添加人"), width=90),
    )


def _row(row: AttachmentRow) -> Row:
    size = _("{n} KB", n=formats.number(max(1, row.size // 1024)))
    return Row(row.id, (row.name, _KINDS.get(row.media, row.media), size, row.person), record=row)
