"""The test of a scanner: a code to scan, and what its answer says about the scanner's settings."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from app.adapters import barcode
from app.domain import gs1
from app.domain.labels.marks import Symbology
from app.domain.scan import classify
from app.i18n import _
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.scan_edit import ScanBar, ScanResult
from app.ui.widgets.text import Role, Text

SOURCE: Final = "(01)06901234567892(10)YL-TEST(21)0001"
SENT: Final = "010690123456789210YL-TEST\x1d210001"
_WITHOUT_GS: Final = SENT.replace("\x1d", "")
_WAIT_MS: Final = 500
_LEAST: Final = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scan of the test code says.

    Attributes:
        result: The large result.
        findings: Each setting of the scanner: whether it is right, and what to do.
    """

    result: ScanResult
    findings: tuple[tuple[Status, str], ...]

    @property
    def good(self) -> bool:
        """Whether the scanner can be used as it is."""
        return all(status in {Status.OK, Status.INFO} for status, _words in self.findings)


def judge(code: str, substitute: str = "") -> Verdict:
    """What a scan of the test code (on screen or on the trial label) says."""
    folded = unicodedata.normalize("NFKC", code)
    plain = folded
    for sign in (substitute, *gs1.SUBSTITUTES):
        plain = plain.replace(sign, gs1.SEPARATOR) if sign else plain
    if plain.upper().replace("\x1d", "") != _WITHOUT_GS and not _is_trial(plain):
        words = _("收到 {code}。这不是测试码；扫普通商品码也说明扫码枪已连上。", code=code[:40])
        return Verdict(
            ScanResult(Status.INFO, _("收到另一个码"), words),
            ((Status.INFO, _("结尾有回车")),),
        )
    findings = [(Status.OK, _("结尾有回车，扫完马上生效"))]
    findings.append(_gs(plain, folded))
    findings.append(_width(code, folded))
    findings.append(_case(plain))
    bad = next((words for status, words in findings if status is Status.WARN), "")
    if bad:
        return Verdict(ScanResult(Status.WARN, _("有一项要调"), bad), tuple(findings))
    words = _("分隔符 GS、结尾回车、半角和大小写都对，可以开始用了。")
    return Verdict(ScanResult(Status.OK, _("扫码枪设置正确"), words), tuple(findings))


def _is_trial(code: str) -> bool:
    """Whether this is the printed trial label (it carries an expiry too)."""
    read = classify(code)
    return read.code == SOURCE[4:18] and read.lot.upper().startswith("YL-TEST")


def _gs(plain: str, folded: str) -> tuple[Status, str]:
    if gs1.SEPARATOR in folded:
        return Status.OK, _("保留了分隔符 GS")
    if gs1.SEPARATOR in plain:
        return Status.OK, _("分隔符 GS 换成了别的字符，本程序认得")
    words = _("没有送出分隔符 GS。批号和序列号会连在一起，请在扫码枪里打开 GS 转 Ctrl+]。")
    return Status.WARN, words


def _width(code: str, folded: str) -> tuple[Status, str]:
    if code == folded:
        return Status.OK, _("字符是半角的")
    words = _("收到的是全角字符。本程序会转成半角，但请把输入法切到英文、半角，免得丢字。")
    return Status.WARN, words


def _case(plain: str) -> tuple[Status, str]:
    if "YL-TEST" in plain:
        return Status.OK, _("大小写没有变")
    words = _("大小写不一样。请关掉键盘大写锁定，或把扫码枪的大小写设为「不变」。")
    return Status.WARN, words


class CodePicture(QLabel):
    """A GS1 DataMatrix in whole pixels, black on white also in the dark look."""

    _DOTS = 6
    _QUIET = 3

    def __init__(self) -> None:
        super().__init__()
        self._grid = barcode.modules(Symbology.MATRIX, SOURCE, gs1=True)
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


class ScannerTest(QWidget):
    """Field, code and findings.

    Signals:
        judged: A scan was judged: its `Verdict`.
    """

    judged = Signal(object)

    def __init__(self, substitute: str = "") -> None:
        super().__init__()
        self.substitute = substitute
        self.bar = ScanBar(_("扫屏幕上的测试码"), _("不用先点这里，扫就行"))
        self.bar.scanned.connect(self.take)
        self.bar.field.edited.connect(self._typed)
        self._quiet = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._quiet.timeout.connect(self._no_end)
        words = QVBoxLayout()
        words.addWidget(Text(_("测试码"), Role.CARD_TITLE))
        words.addWidget(Text(SOURCE, Role.SECOND))
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        words.addLayout(self._list)
        words.addStretch(1)
        picture = QHBoxLayout()
        picture.addWidget(CodePicture())
        picture.addSpacing(16)
        picture.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.bar)
        column.addLayout(picture)

    def take(self, code: str) -> None:
        """Judge a scan."""
        self._quiet.stop()
        self._show(judge(code, self.substitute))

    def _typed(self, text: str) -> None:
        """A scan without an end stands in the field: say so when nothing follows."""
        if len(text) >= _LEAST:
            self._quiet.start()

    def _no_end(self) -> None:
        self.bar.field.edit.clear()
        words = _("收到了码，但没有结尾回车，扫了不会生效。请在扫码枪里设「结尾加回车（CR）」。")
        result = ScanResult(Status.WARN, _("缺结尾回车"), words)
        self._show(Verdict(result, ((Status.WARN, words),)))

    def _show(self, verdict: Verdict) -> None:
        self.bar.show_result(verdict.result)
        self.show_findings(verdict.findings)
        self.judged.emit(verdict)

    def show_findings(self, findings: Sequence[tuple[Status, str]]) -> None:
        """Show each setting with its state."""
        while self._list.count():
            item = self._list.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        for status, words in findings:
            self._list.addWidget(Badge(status, words))
