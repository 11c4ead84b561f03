"""Pictures and papers kept with something: looked at, opened, added, taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from PySide6.QtCore import QBuffer, QByteArray, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text

_SIDE: Final = 240
_MOST_PIXELS: Final = 64_000_000
"""Points of a picture that is unfolded, 256 MB in memory; a small file may say that it has more."""
_KINDS: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "application/pdf": "PDF"}


class PaperLike(Protocol):
    """What the form shows of a paper."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def name(self) -> str:
        """File name."""

    @property
    def media(self) -> str:
        """Kind by content: image/png."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def at(self) -> datetime:
        """When it was added, local time."""

    @property
    def person(self) -> str:
        """Who added it."""


class PapersForm(Form):
    """The papers of something.

    Signals:
        wanted: Show a picture: the id.
        opened: Open a paper in the program for its kind: the id.
        saved: Save a paper to a file: the id.
        added: A file is to be added.
        removed: A paper is to be taken away: the id.
    """

    wanted = Signal(object)
    opened = Signal(object)
    saved = Signal(object)
    added = Signal()
    removed = Signal(object)

    def __init__(self, parent: QWidget, title: str, *, may_edit: bool, remove: str = "") -> None:
        """Show the papers of `title`; `remove` is the word for taking one away."""
        super().__init__(_("附件"), _("存成文件"), parent, cancel=_("关闭"), wide=780)
        self.body.addWidget(Text(title, Role.SECOND, wrap=True))
        self.head = QHBoxLayout()
        self.body.addLayout(self.head)
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(260))
        self.grid.set_empty(_("还没有附件。可附包装图片、注册证、说明书。"))
        self.grid.current_changed.connect(self._chosen)
        self.picture = QLabel()
        self.picture.setFixedSize(theme.px(_SIDE), theme.px(_SIDE))
        self.picture.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.grid, 1)
        row.addWidget(self.picture)
        self.body.addLayout(row, 1)
        self._gone: Mapping[int, str] = {}
        self.gone = Text("", Role.SECOND, wrap=True)
        self.body.addWidget(self.gone)
        self.add_button, self.remove_button = (
            Button(_("添加"), icon=Icon.PLUS),
            Button(remove or _("移除")),
        )
        self.open_button = Button(_("打开"))
        self.add_button.clicked.connect(self.added)
        self.remove_button.clicked.connect(lambda: self.removed.emit(self._key()))
        self.open_button.clicked.connect(self._open)
        self.grid.opened.connect(lambda _row: self._open())
        self.add_button.setVisible(may_edit)
        self.remove_button.setVisible(may_edit)
        for place, button in enumerate((self.add_button, self.remove_button, self.open_button)):
            self.buttons.insertWidget(place, button)
        self._chosen(None)

    def show_rows(
        self,
        rows: Sequence[PaperLike],
        words: Sequence[str] = (),
        gone: Mapping[int, str] | None = None,
    ) -> None:
        """Show the papers.

        Args:
            rows: The papers.
            words: Of each what it is, instead of when it was added.
            gone: Of those withdrawn, by id: when, by whom and why.
        """
        self._gone = gone or {}
        below = words or [f"{row.at:%Y-%m-%d %H:%M}" for row in rows]
        shown = zip(rows, below, strict=True)
        self.model.set_rows([_row(row, line, gone=row.id in self._gone) for row, line in shown])
        self.picture.clear()
        if rows:
            self.grid.choose(rows[-1].id)
        self._chosen(self.grid.current())

    def show_picture(self, picture: QImage) -> None:
        """Show the chosen picture as `preview` made it; of one that is none it is said."""
        if picture.isNull():
            self.picture.setText(
                _("这张图显示不了，可能已损坏或太大。可点「打开」在别的程序里看。")
            )
            return
        self.picture.setPixmap(QPixmap.fromImage(picture))

    @override
    def submit(self) -> None:
        """Save the chosen one."""
        if self._key():
            self.saved.emit(self._key())

    def _open(self) -> None:
        if self._key():
            self.opened.emit(self._key())

    def _key(self) -> object:
        row = self.grid.current()
        return row.key if row else 0

    def _chosen(self, row: Row | None) -> None:
        self.picture.clear()
        self.verb.setEnabled(row is not None)
        gone = self._gone.get(row.key, "") if row is not None and isinstance(row.key, int) else ""
        self.gone.setText(gone)
        self.gone.setVisible(bool(gone))
        self.remove_button.setEnabled(row is not None and not gone)
        self.open_button.setEnabled(row is not None)
        if row is not None and str(getattr(row.record, "media", "")).startswith("image/"):
            self.wanted.emit(row.key)


def preview(content: bytes) -> QImage:
    """A picture in the size in which the form shows it, none where it cannot be unfolded.

    Unfolding a large one takes seconds: not on the thread of the window.
    """
    source = QBuffer()
    source.setData(QByteArray(content))
    reader = QImageReader(source)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if size.isEmpty() or size.width() * size.height() > _MOST_PIXELS:
        return QImage()
    side = theme.px(_SIDE)
    reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("名称"), kind=Kind.TWO_LINE, width=180, stretch=True),
        Column(key="kind", title=_("类型"), width=92),
        Column(key="size", title=_("大小"), kind=Kind.NUMBER, width=84),
        Column(key="person", title=_("添加人"), width=90),
    )


def _row(row: PaperLike, below: str, *, gone: bool) -> Row:
    size = _("{n} KB", n=formats.number(max(1, row.size // 1024)))
    kind = Pill(Status.MUTE, _("已撤回")) if gone else _KINDS.get(row.media, row.media)
    name = Two(row.name, below, Status.MUTE if gone else None)
    return Row(row.id, (name, kind, size, row.person), record=row)
