"""扫码枪: scan the code on screen and read what the scanner sent."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout
from typing_extensions import override

from app.adapters import barcode
from app.domain.labels.marks import Symbology
from app.i18n import _
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.status import Status
from app.ui.widgets.fields import Check, Select
from app.ui.widgets.scan_edit import ScanBar, ScanResult
from app.ui.widgets.text import Role, Text

_SOURCE: Final = "(01)06901234567892(10)YL-TEST(21)0001"
_SENT: Final = "010690123456789210YL-TEST\x1d210001"
_WITHOUT_GS: Final = _SENT.replace("\x1d", "")


class CodePicture(QLabel):
    """A GS1 DataMatrix in whole pixels, black on white also in the dark look."""

    _DOTS = 7
    _QUIET = 3

    def __init__(self) -> None:
        super().__init__()
        self._grid = barcode.modules(Symbology.MATRIX, _SOURCE, gs1=True)
        self.setAccessibleName(_("测试用的 GS1 DataMatrix 码"))

    @override
    def sizeHint(self) -> QSize:
        side = (self._grid.shape[0] + 2 * self._QUIET) * self._DOTS
        return QSize(side, side)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = self.sizeHint().width()
        painter.fillRect(0, 0, side, side, QColor("white"))
        rows, columns = self._grid.shape
        for row in range(rows):
            for column in range(columns):
                if self._grid[row, column]:
                    left = (column + self._QUIET) * self._DOTS
                    top = (row + self._QUIET) * self._DOTS
                    painter.fillRect(left, top, self._DOTS, self._DOTS, QColor("black"))
        painter.end()


def judge(code: str) -> ScanResult:
    """What a scan of the test code says about the scanner's settings."""
    if code == _SENT:
        words = _("分隔符 GS、结尾回车都对，可以开始用了。")
        return ScanResult(Status.OK, _("扫码枪设置正确"), words)
    if code == _WITHOUT_GS:
        words = _("没有送出分隔符 GS。批号和序列号会连在一起，请在扫码枪里打开 GS 转 Ctrl+]。")
        return ScanResult(Status.WARN, _("缺分隔符 GS"), words)
    if code.lower() == _SENT.lower():
        words = _("大小写不一样。请关掉键盘大写锁定，或把扫码枪的大小写设为「不变」。")
        return ScanResult(Status.WARN, _("大小写不对"), words)
    words = _("收到 {code}。这不是屏幕上的测试码；扫普通商品码也算扫码枪已连上。", code=code[:40])
    return ScanResult(Status.INFO, _("收到另一个码"), words)


class ScannerSection(Section):
    """Test and settings of the scanner."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(
            context,
            _("扫码枪"),
            _("用扫码枪扫下面的码。扫码枪要设成：键盘模式（美式）、结尾加回车、GS 转 Ctrl+]。"),
        )
        self.bar = ScanBar(_("扫屏幕上的测试码"), _("不用先点这里，扫就行"))
        self.bar.scanned.connect(lambda code: self.bar.show_result(judge(code)))
        self.bar.sound = context.session.settings.sound
        context.scans.subscribe(self, self.bar.take)
        picture = QHBoxLayout()
        picture.addWidget(CodePicture())
        words = QVBoxLayout()
        words.addWidget(Text(_("测试码"), Role.CARD_TITLE))
        words.addWidget(Text(_SOURCE, Role.SECOND))
        words.addStretch(1)
        picture.addSpacing(16)
        picture.addLayout(words, 1)
        self.card.body.insertWidget(3, self.bar)
        self.card.body.insertLayout(4, picture)
        self.gap = Select([(n, _("{n} 毫秒", n=n)) for n in (20, 35, 50, 80)])
        self.gap.choose(context.session.settings.scanner_gap_ms)
        self.gap.currentIndexChanged.connect(
            lambda _i: self.context.keep(scanner_gap_ms=self.gap.value)
        )
        self.row(_("两键最长间隔"), self.gap, _("扫码常被当成打字时调大；打字常被当成扫码时调小。"))
        self.sound = Check(_("扫码时出声"))
        self.sound.setChecked(context.session.settings.sound)
        self.sound.toggled.connect(lambda on: self.context.keep(sound=on))
        self.row(_("声音"), self.sound, _("成功短高音，拒收长低音。"))
        self.card.body.setAlignment(Qt.AlignmentFlag.AlignTop)
