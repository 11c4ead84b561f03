"""Notices at the foot: for ten seconds, lasting ones until closed or left; all under the bell."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import theme
from app.ui.actions import ACTIONS, Act, key_words
from app.ui.icons import Icon
from app.ui.notices import Notice, Notices
from app.ui.widgets.badge import Shape
from app.ui.widgets.buttons import Button, Kind, icon_button
from app.ui.widgets.cards import top_column
from app.ui.widgets.text import Role, Text, line

_SECONDS: Final = 10
_MOST: Final = 3


class Toast(QFrame):
    """One notice on screen."""

    def __init__(self, notice: Notice, parent: QWidget) -> None:
        super().__init__(parent)
        self.notice = notice
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 8, 10)
        row.setSpacing(10)
        row.addWidget(Shape(notice.status, 22), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        text = Text(notice.text, Role.BUTTON, wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(text)
        if notice.detail:
            self.detail = Text(notice.detail, Role.HELP, wrap=True)
            self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.detail.hide()
            words.addWidget(self.detail)
        words.addStretch(1)
        row.addLayout(words, 1)
        self._buttons(row)
        self.setAccessibleName(notice.text)
        self.setFixedWidth(theme.px(420))
        self.fit()
        if not notice.lasting:
            QTimer.singleShot(_SECONDS * 1000, self, self.leave)

    def _buttons(self, row: QHBoxLayout) -> None:
        if self.notice.detail:
            more = Button(_("详情"), Kind.LINK)
            more.clicked.connect(self._show_detail)
            row.addWidget(more, 0, Qt.AlignmentFlag.AlignTop)
        if self.notice.act:
            key = key_words(ACTIONS[Act.NOTICE_ACT].key)
            act = Button(self.notice.action, Kind.LINK, key=key)
            act.clicked.connect(self.act)
            row.addWidget(act, 0, Qt.AlignmentFlag.AlignTop)
        close = icon_button(Icon.CLOSE, _("关闭"))
        close.clicked.connect(self.leave)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def _show_detail(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.notice.text}\n{self.notice.detail}")
        self.detail.setVisible(not self.detail.isVisible())
        self.fit()
        self._restack()

    def fit(self) -> None:
        """As high as its words at its width (a size hint guesses another width)."""
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
            self.setFixedHeight(layout.heightForWidth(self.width()))

    def act(self) -> None:
        """Do what the notice offers, and go away."""
        if self.notice.act:
            self.notice.act()
        self.leave()

    def leave(self) -> None:
        """Go away; the notice stays under the bell."""
        self.hide()
        self.deleteLater()
        self._restack()

    def _restack(self) -> None:
        host = self.parentWidget()
        stack = host.findChild(ToastStack) if host else None
        if stack:
            stack.place()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour("surface"))
        painter.setPen(QPen(self.notice.status.fill, 1.4))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()


class ToastStack(QObject):
    """Keeps the toasts in the lower right corner of a window."""

    def __init__(self, notices: Notices, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        notices.posted.connect(self._post)
        host.installEventFilter(self)

    @property
    def toasts(self) -> list[Toast]:
        """Toasts in sight, newest first."""
        found = self._host.findChildren(Toast, options=Qt.FindChildOption.FindDirectChildrenOnly)
        kept = [toast for toast in found if not toast.isHidden()]
        return sorted(kept, key=lambda toast: toast.notice.number, reverse=True)

    def _post(self, notice: Notice) -> None:
        for old in self.toasts:
            if old.notice.text == notice.text:
                old.leave()  # said again, such as by every attempt to save: once in sight is enough
        toast = Toast(notice, self._host)
        toast.show()
        for old in self.toasts[_MOST:]:
            old.leave()
        self.place()

    def clear(self) -> None:
        """Another page comes: what was said on this one is under the bell."""
        for toast in self.toasts:
            if toast.notice.lasting:
                toast.leave()

    def act(self) -> None:
        """Press the button of the newest toast that has one."""
        toast = next((one for one in self.toasts if one.notice.act), None)
        if toast is not None:
            toast.act()

    def place(self) -> None:
        """Stack the toasts upwards from the corner."""
        foot = self._host.height() - theme.px(28) - 12
        for toast in self.toasts:
            toast.fit()
            foot -= toast.height()
            toast.move(self._host.width() - toast.width() - 16, foot)
            toast.raise_()
            foot -= 8

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self.place()
        return False


class NoticeList(QFrame):
    """All kept notices, opened by the bell."""

    def __init__(self, notices: Notices, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addWidget(Text(_("通知"), Role.CARD_TITLE))
        inside = QWidget()
        inside.setObjectName("scrolled")
        rows = top_column(inside)
        rows.setContentsMargins(0, 0, 6, 0)
        kept = notices.look()
        if not kept:
            rows.addWidget(Text(_("还没有通知。"), Role.SECOND))
        for notice in kept:
            rows.addLayout(self._row(notice))
            rows.addWidget(line())
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        column.addWidget(area)
        self.resize(theme.px(400), theme.px(420))

    @staticmethod
    def _row(notice: Notice) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Shape(notice.status, 18), 0, Qt.AlignmentFlag.AlignTop)
        words = Text(notice.text, Role.BUTTON, wrap=True)
        words.setToolTip(notice.detail)
        row.addWidget(words, 1)
        row.addWidget(Text(f"{notice.at:%H:%M}", Role.HELP), 0, Qt.AlignmentFlag.AlignTop)
        return row

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setBrush(theme.colour("surface"))
        painter.setPen(QPen(theme.colour("field"), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()
