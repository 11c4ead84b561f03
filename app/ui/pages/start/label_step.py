"""The third step: a trial label, read back before it is printed, and scanned after."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import paths
from app.adapters.label_raster import label_image
from app.adapters.printers import PrinterAddress
from app.i18n import _
from app.services.labels import output, trial
from app.ui import theme
from app.ui.context import PageContext
from app.ui.status import Status
from app.ui.tables.exporting import open_file
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.scan_trial import judge
from app.ui.widgets.text import Role, Text

_DPI = 203
_Picture = tuple[output.Prepared, bytes, int, int]


class LabelStep(QWidget):
    """Preview, print, and the proof by scanning."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._prepared: output.Prepared | None = None
        self.picture = QLabel()
        self.picture.setAccessibleName(_("测试标签预览"))
        self.picture.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.codes = Badge(Status.INFO, _("正在自检条码…"))
        self.scanned = Badge(Status.MUTE, _("打印以后，扫一下标签上的方码"))
        self.send = Button(_("发到标签机"), Kind.PRIMARY)
        self.send.clicked.connect(lambda _on=False: self._send())
        self.save = Button(_("存成 PDF"))
        self.save.clicked.connect(lambda _on=False: self._save())
        self.printer = Button(_("设置标签机"), Kind.LINK)
        self.printer.clicked.connect(
            lambda _on=False: context.navigate("settings", section="printer")
        )
        self._lay_out()
        context.scans.subscribe(self, self.take)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for widget in (self.send, self.save, self.printer):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.codes)
        right.addWidget(Text(_("60×40 毫米标签，预览和打印完全一样。"), Role.SECOND))
        right.addLayout(buttons)
        right.addWidget(self.scanned)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(self.picture)
        row.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(Text(_("打一张测试标签"), Role.DETAIL_TITLE))
        words = _("没有标签机也行：存成 PDF，用普通打印机按原尺寸打印。暂时不打也可以跳过。")
        column.addWidget(Text(words, Role.SECOND, wrap=True))
        column.addLayout(row, 1)

    def refresh(self) -> None:
        """Draw the label off the GUI thread and read its codes back."""
        today = self._context.today

        def make() -> _Picture:
            prepared = trial.trial(today, dpi=_DPI)
            image = label_image(prepared.checked.layouts[0], _DPI).convert("L")
            return prepared, image.tobytes(), image.width, image.height

        self._context.jobs.read(make, self._show, channel="start.label", owner=self)
        self.send.setEnabled(bool(self._context.session.settings.printer_host))
        self.send.setToolTip("" if self.send.isEnabled() else _("还没设标签机的地址"))

    def _show(self, made: _Picture) -> None:
        self._prepared, data, width, height = made
        image = QImage(data, width, height, width, QImage.Format.Format_Grayscale8)
        pixmap = QPixmap.fromImage(image)
        wide = theme.px(420)
        self.picture.setPixmap(
            pixmap.scaledToWidth(wide, Qt.TransformationMode.SmoothTransformation)
        )
        checked = self._prepared.checked
        if checked.problems:
            self.codes.show_status(Status.BAD, checked.problems[0].text)
        else:
            words = _("{n} 个条码已自检，能读出来", n=checked.codes)
            self.codes.show_status(Status.OK, words)

    def _save(self) -> None:
        prepared = self._prepared
        if prepared is None:
            return
        target = paths.output() / f"{_('测试标签')}.pdf"

        def done(file: Path) -> None:
            self._context.notices.done(
                _("测试标签已存到 {file}", file=file),
                action=_("打开文件"),
                act=lambda: open_file(file),
            )

        self._context.jobs.write(
            lambda: output.save_pdf(prepared, target), done, self._context.errors.take, owner=self
        )

    def _send(self) -> None:
        prepared, now = self._prepared, self._context.session.settings
        if prepared is None or not now.printer_host:
            return
        address = PrinterAddress(now.printer_host, now.printer_port)
        dpi, today = now.printer_dpi, self._context.today

        def work() -> str:
            return output.send(trial.trial(today, dpi=dpi), address)

        def done(matter: str) -> None:
            if matter:
                self._context.notices.warn(_("打印机：{matter}。", matter=matter))
            else:
                self._context.notices.done(_("已发到标签机。打出来以后扫一下方码。"))

        self._context.jobs.write(work, done, self._context.errors.take, owner=self)

    def take(self, code: str) -> None:
        """A scan: is it our trial label, and did the separator come through?"""
        verdict = judge(code, self._context.session.settings.scanner_substitute)
        if verdict.result.status is Status.OK:
            self.scanned.show_status(Status.OK, _("扫出来了，标签可以用"))
        else:
            self.scanned.show_status(verdict.result.status, verdict.result.text)
