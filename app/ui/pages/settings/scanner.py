"""扫码枪: scan the code on screen and read what the scanner sent."""

from __future__ import annotations

from app.i18n import _
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.widgets.fields import Check, CodeEdit, Select
from app.ui.widgets.scan_trial import ScannerTest


class ScannerSection(Section):
    """Test and settings of the scanner."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(
            context,
            _("扫码枪"),
            _("用扫码枪扫下面的码。扫码枪要设成：键盘模式（美式）、结尾加回车、GS 转 Ctrl+]。"),
        )
        now = context.session.settings
        self.test = ScannerTest(now.scanner_substitute)
        self.bar = self.test.bar
        self.bar.sound = now.sound
        context.scans.subscribe(self, self.bar.take)
        self.card.body.insertWidget(3, self.test)
        self.gap = Select([(n, _("{n} 毫秒", n=n)) for n in (20, 35, 50, 80)])
        self.gap.choose(now.scanner_gap_ms)
        self.gap.currentIndexChanged.connect(
            lambda _i: self.context.keep(scanner_gap_ms=self.gap.value)
        )
        self.row(_("两键最长间隔"), self.gap, _("扫码常被当成打字时调大；打字常被当成扫码时调小。"))
        self.substitute = CodeEdit(now.scanner_substitute)
        self.substitute.setMaxLength(8)
        self.substitute.setFixedWidth(120)
        self.substitute.editingFinished.connect(self._keep_substitute)
        self.row(
            _("GS 换成了什么"),
            self.substitute,
            _("一般留空。扫码枪把 GS 送成特别的字符（如 ~ 或 |）时填它，扫码时会换回来。"),
        )
        self.sound = Check(_("扫码时出声"))
        self.sound.setChecked(now.sound)
        self.sound.toggled.connect(lambda on: self.context.keep(sound=on))
        self.row(_("声音"), self.sound, _("成功短高音，拒收长低音。"))
        self.card.body.addStretch(1)

    def _keep_substitute(self) -> None:
        sign = self.substitute.text().strip()
        if sign and (sign.isalnum() or sign in {"-", "/", "."}):
            self.context.notices.warn(
                _("「{sign}」会出现在批号里，不能当分隔符。请换一个不常用的字符。", sign=sign)
            )
            self.substitute.setText(self.context.session.settings.scanner_substitute)
            return
        self.context.keep(scanner_substitute=sign)
        self.context.scans.substitute = sign
        self.test.substitute = sign
