"""打印机: the network label printer, tried before it is kept."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.adapters import printers
from app.domain.errors import DomainError
from app.i18n import _
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.status import Status
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.fields import CodeEdit, Select
from app.ui.widgets.text import Role, Text

_EMPTY_LABEL = b"^XA^XZ"


class PrinterSection(Section):
    """Where labels go."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(
            context,
            _("标签打印机"),
            _("能接收 ZPL 的网络标签机。没有标签机也可以，标签页能导出 PDF 用普通打印机打印。"),
        )
        now = context.session.settings
        address = f"{now.printer_host}:{now.printer_port}" if now.printer_host else ""
        self.address = CodeEdit(address)
        self.address.setMinimumWidth(260)
        self.address.setPlaceholderText("192.168.1.50:9100")
        self.row(_("地址"), self.address, _("IP 或主机名，可带 :端口，默认 9100。"))
        self.dpi = Select([(n, f"{n} dpi") for n in (203, 300, 600)])
        self.dpi.choose(now.printer_dpi)
        self.row(_("分辨率"), self.dpi, _("看标签机铭牌；打出来大小不对时先查这里。"))
        self.try_it = Button(_("测试连接"))
        self.try_it.clicked.connect(self._try)
        save = Button(_("保存"), Kind.PRIMARY)
        save.clicked.connect(self._save)
        self.told = Text("", Role.SECOND, wrap=True)
        row = QWidget()
        row.setLayout(toolbar(save, self.try_it, None))
        self.card.add(row)
        self.card.add(self.told)

    def _read(self) -> printers.PrinterAddress | None:
        try:
            return printers.parse_address(self.address.folded())
        except DomainError as error:
            self._say(error.text, Status.BAD)
            self.address.setFocus()
            return None

    def _say(self, words: str, status: Status) -> None:
        self.told.set_tone(status)
        self.told.setText(words)
        self.try_it.setEnabled(True)

    def _try(self) -> None:
        address = self._read()
        if address is None:
            return
        self.try_it.setEnabled(False)
        self._say(_("正在连接 {address}…", address=address), Status.INFO)
        self.context.jobs.read(
            lambda: printers.send_labels(address, [_EMPTY_LABEL]),
            self._tried,
            lambda error: self._say(str(error), Status.BAD),
            channel="printer.test",
            owner=self,
        )

    def _tried(self, matter: str) -> None:
        if matter:
            self._say(_("打印机：{matter}。", matter=matter), Status.WARN)
        else:
            self._say(_("连上了标签机。打一张标签看看。"), Status.OK)

    def _save(self) -> None:
        if not self.address.folded():
            self.context.keep(printer_host="", printer_dpi=self.dpi.value)
            self._say(_("已保存：不用标签机。"), Status.OK)
            return
        address = self._read()
        if address is not None:
            self.context.keep(
                printer_host=address.host, printer_port=address.port, printer_dpi=self.dpi.value
            )
            self._say(_("已保存。"), Status.OK)
