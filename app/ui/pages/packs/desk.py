"""The writing side of the page: every step in the writer thread, told when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app import paths
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.packs.steps import PackStep
from app.i18n import _
from app.services.consumption import Consumed, Reverse, reverse
from app.services.labels.commands import Source
from app.services.labels.job import PrintJob
from app.services.labels.output import Options
from app.services.packs.asking import ask
from app.services.packs.build import build
from app.services.packs.commands import Ask, Build, Define, Issue, Packs, PackWork
from app.services.packs.define import define
from app.services.packs.ending import break_up, find, lose, open_packs
from app.services.packs.handing import give_back, receive, take_back
from app.services.packs.issuing import issue
from app.services.packs.listing import PackRow
from app.services.packs.papers import issue_slip
from app.ui import formats
from app.ui.before_two import write_before_two
from app.ui.changes import Topic
from app.ui.label_printing import LabelPrinting, Outlet, OutletKind, Told, outlets
from app.ui.page import Page
from app.ui.paper import offer_paper
from app.ui.status import Status
from app.ui.widgets.scan_edit import ScanResult

T = TypeVar("T")
_STEPS = {
    PackStep.RECEIVE: receive,
    PackStep.TAKE_BACK: take_back,
    PackStep.BREAK: break_up,
    PackStep.LOSE: lose,
    PackStep.RETURN: give_back,
    PackStep.FIND: find,
}
_DONE = frozenset({Topic.STOCK, Topic.LABELS, Topic.DEMAND})


class Desk(QObject):
    """Carries out what the person chose.

    Signals:
        told: A `ScanResult` for the bar.
        denied: An error for the bar.
        changed: Data changed; ask again.
        made: Packs were built: their ids.
    """

    told = Signal(object)
    denied = Signal(object)
    changed = Signal()
    made = Signal(object)

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self.last_opened: Consumed | None = None
        self._printing = LabelPrinting(page, self._printed, self.refused)

    def step(self, step: PackStep, packs: tuple[PackRow, ...], reason: str = "") -> None:
        """Let packs make a step; opening goes its own way because it is a consumption."""
        if not packs:
            self.say(Status.WARN, _("还没有选定数包"), _("扫包上的码，或在列表里选几行。"))
            return
        ids = tuple(row.id for row in packs)
        command = PackWork(new_op(), self._org, ids, reason)
        db, actor = self._page.context.db, self._page.context.actor
        if step is PackStep.OPEN:
            text = "、".join(
                formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, row.qty)
                for row in packs[:3]
            )
            told = (_("已打开 {name}", name=packs[0].name), _("消耗 {n}，按 Ctrl+Z 撤销", n=text))
            write_before_two(
                self._page, lambda second: open_packs(db, actor, command, second),
                lambda x: self._opened(x, told), self.refused,
            )  # fmt: skip
            return
        act = _STEPS[step]
        words = f"{step.label} · {packs[0].name}" if len(packs) == 1 else step.label
        self._write(
            lambda: act(db, actor, command),
            lambda done: self._done(words, _("{n} 包", n=len(done.pack_ids))),
        )

    def issue(
        self, department: int, packs: tuple[PackRow, ...], definition: int = 0, count: int = 0
    ) -> None:
        """Send packs to a department."""
        ids = tuple(row.id for row in packs)
        command = Issue(new_op(), self._org, department, ids, definition, count)
        db, actor = self._page.context.db, self._page.context.actor
        self._write(
            lambda: issue(db, actor, command),
            lambda done: self._done(_("已发放 {n} 包", n=len(done.pack_ids)), _("等科室扫码接收")),
        )

    def ask(self, pack: PackRow) -> None:
        """An empty pack asks for the next."""
        command = Ask(new_op(), self._org, pack.id)
        db, actor = self._page.context.db, self._page.context.actor
        words = _("已要下一包 {name}", name=pack.name)
        self._write(lambda: ask(db, actor, command), lambda _id: self._done(words, _("库房会看到")))

    def build(self, definition: int, count: int) -> None:
        """Build packs and offer their labels."""
        command = Build(new_op(), self._org, definition, count)
        db, actor = self._page.context.db, self._page.context.actor
        self._write(lambda: build(db, actor, command), self._built)

    def define(self, command: Define) -> None:
        """Write a definition."""
        db, actor = self._page.context.db, self._page.context.actor
        self._write(
            lambda: define(db, actor, command),
            lambda _id: self._done(_("已保存定义"), _("现有的包不变，以后按新定义打包")),
        )

    def undo(self) -> None:
        """Take the last opening back; other steps have their own way back."""
        opened = self.last_opened
        if opened is None:
            self._page.not_available()
            return
        command = Reverse(new_op(), self._org, opened.document_id, _("扫错，撤销打开"))
        db, actor = self._page.context.db, self._page.context.actor
        self.last_opened = None
        write_before_two(
            self._page, lambda second: reverse(db, actor, replace(command, second=second)),
            lambda done: self._done(_("已撤销打开"), _("冲销单 {no}", no=done.no)), self.refused,
        )  # fmt: skip

    def print_labels(self, pack_ids: tuple[int, ...]) -> None:
        """Print on the label printer of the settings, else into a PDF that can be opened."""
        settings = self._page.context.session.settings
        outlet, options = Outlet(OutletKind.PDF), Options()
        if settings.printer_host:
            outlet = outlets(settings)[0]
            options = Options(settings.label_template, dpi=settings.printer_dpi)
        job = PrintJob(new_op(), self._org, options, outlet.target, Source.STOCK, pack_ids=pack_ids)
        self._printing.start(job, outlet, paths.output() / "packs.pdf")

    def print_slip(self, department: object) -> None:
        """发放单 of the department that is chosen in the tool bar, of today."""
        if not isinstance(department, int) or not department:
            self.say(Status.WARN, _("还没选科室"), _("先在右上选「发给」哪个科室，再打印发放单。"))
            return
        context = self._page.context
        db, actor, org, day = context.db, context.actor, self._org, context.today
        name = _("发放单") + f"-{day}"
        offer_paper(self._page, lambda: issue_slip(db, actor, org, department, day), name)

    def say(self, status: Status, text: str, detail: str = "") -> None:
        """Tell something in the bar."""
        self.told.emit(ScanResult(status, text, detail))

    @property
    def _org(self) -> int:
        return self._page.context.org.id

    def _write(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._page.write(work, done, self.refused)

    def _done(self, text: str, detail: str = "") -> None:
        self.say(Status.OK, text, detail)
        self._page.context.changes.announce(_DONE)
        self.changed.emit()

    def _opened(self, done: Consumed, told: tuple[str, str]) -> None:
        self.last_opened = done
        self._done(*told)
        self._page.context.changes.announce({Topic.SETTLEMENT})

    def _built(self, made: Packs) -> None:
        self.made.emit(made.pack_ids)
        more = _("散货不够，还差 {n} 包。", n=made.missing) if made.missing else ""
        self._done(_("已打 {n} 包", n=len(made.pack_ids)), more or made.codes[0])
        self._page.context.notices.done(
            _("已打 {n} 包，要贴标签。", n=len(made.pack_ids)),
            action=_("打印标签"),
            act=lambda: self.print_labels(made.pack_ids),
        )

    def _printed(self, told: Told) -> None:
        notices = self._page.context.notices
        words = _("{n} 枚定数包标签，条码已自检。", n=len(told.ready.pack_ids))
        where = Path(told.where)
        if told.matter:
            notices.warn(words, _("打印机：{matter}。", matter=told.matter))
        elif told.is_file:
            notices.done(words, action=_("打开文件"), act=lambda: _open(where))
        else:
            notices.done(words)

    def refused(self, error: Exception) -> None:
        """Show in the bar why something could not be done."""
        self.denied.emit(error)
        if not isinstance(error, DomainError):
            self._page.context.errors.take(error)


def _open(where: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(where)))
