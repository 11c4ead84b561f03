"""收货验收: the list of deliveries and the acceptance of one."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.receiving.reading import Target, read
from app.domain.receiving.scanning import cold_waiting
from app.i18n import _
from app.services.receiving.commands import Opened, Received
from app.services.receiving.drafts import open_delivery
from app.services.receiving.queries import (
    DeliveriesWanted,
    DeliveryRow,
    day_of,
    deliveries,
    find_delivery,
)
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.page import KeyHint, Page
from app.ui.pages.receiving.afterwards import Afterwards
from app.ui.pages.receiving.finishing import Finishing
from app.ui.pages.receiving.handling import Handling
from app.ui.pages.receiving.list_view import ListView
from app.ui.pages.receiving.note_making import NoteMaking
from app.ui.pages.receiving.note_papers import NotePapers
from app.ui.pages.receiving.view_model import Counting
from app.ui.pages.receiving.work_view import WorkView
from app.ui.status import Status
from app.ui.widgets.scan_edit import ScanResult


class ReceivingPage(Page):
    """Deliveries of the member, and the acceptance being worked on."""

    name = "receiving"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.DELIVERIES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.counting = Counting(self)
        self.list = ListView()
        self.view = WorkView(self.counting)
        self.finishing = Finishing(self, self.counting, self.view, self._completed, self._overtaken)
        self.handling = Handling(self, self.counting, self.view, self.finishing)
        self.making = NoteMaking(self)
        self.papers = NotePapers(self, self.list, self.counting)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.after = Afterwards(self, self.list, self.counting)
        self._connect_list()
        self._connect_work()
        self._register()
        for bar in (self.list.bar, self.view.bar):
            bar.sound = context.session.settings.sound
        context.scans.subscribe(self, self.scanned)

    def _connect_list(self) -> None:
        self.list.opened.connect(self.open_row)
        self.list.view_changed.connect(self.refresh)
        self.list.bar.scanned.connect(self._list_scanned)
        self.list.begin.clicked.connect(self.to_scanning)
        self.list.new.clicked.connect(self.making.new)
        self.list.take_file.clicked.connect(self.making.choose_file)
        self.list.paper.clicked.connect(self.after.print)
        self.list.reverse.clicked.connect(self.after.reverse)
        self.list.papers.clicked.connect(self.papers.show)

    def _connect_work(self) -> None:
        self.counting.overtaken.connect(self._overtaken)
        self.counting.changed.connect(self.chrome_changed)
        self.counting.saved.connect(self.chrome_changed)
        self.view.panel.labels_asked.connect(self.after.labels)
        self.view.panel.checks.papers_asked.connect(self.papers.show)
        self.view.lines.back.clicked.connect(self.back)
        self.view.lines.grid.escaped.connect(self.back)

    def _register(self) -> None:
        self.on(Act.RECEIVE, self.to_scanning)
        self.on(Act.SCAN, self.to_scanning)
        self.on(Act.DIFFERENCE, self.handling.ask_refuse)
        self.on(Act.LABELS, self.after.labels)
        self.on(Act.FINISH, self.finish)
        self.on(Act.SUBMIT, self.handling.finish_line)
        self.on(Act.UNDO, self.handling.undo)
        self.on(Act.REDO, self.handling.redo)
        self.on(Act.SAVE, self.counting.save)
        self.on(Act.NEW, lambda: self.list.press(self.list.new))
        self.on(Act.IMPORT, lambda: self.list.press(self.list.take_file))
        self.on(Act.PRINT, self.after.print)

    # What the shell asks

    @property
    def working(self) -> bool:
        """Whether a note is being accepted now."""
        return self.stack.currentWidget() is self.view and self.counting.is_open

    @override
    def refresh(self) -> None:
        db, actor, orgs = self.context.db, self.context.actor, self.context.scope.ids
        wanted = DeliveriesWanted(orgs, self.list.only_waiting)
        self.list.keeper = self.context.may(Duty.STORE)

        def ask() -> tuple[tuple[DeliveryRow, ...], date]:
            return deliveries(db, actor, wanted), day_of(db)

        self.read(ask, self._show_notes, channel="notes")

    def _show_notes(self, found: tuple[tuple[DeliveryRow, ...], date]) -> None:
        self.list.show_notes(*found)
        self.chrome_changed.emit()

    @override
    def counts(self) -> str:
        if not self.working:
            return self.list.grid.counts()
        saved = _("未保存") if self.counting.dirty else _("已自动保存")
        return f"{self.counting.work.note.no} · {saved}"

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        if not self.working and not self.list.keeper:
            return (KeyHint("Enter", _("看送货单")), self.hint(Act.PRINT, _("打印单据")))
        if not self.working:
            return (
                KeyHint("Enter", _("开始验收")),
                self.hint(Act.NEW, _("补录")),
                self.hint(Act.IMPORT, _("导入")),
                self.hint(Act.LABELS, _("打印标签")),
            )
        return (
            self.hint(Act.RECEIVE, _("回到扫码")),
            self.hint(Act.LABELS, _("打印标签")),
            self.hint(Act.DIFFERENCE, _("差异")),
            self.hint(Act.FINISH, _("完成验收")),
            self.hint(Act.UNDO, _("撤销上一扫")),
        )

    @override
    def unsaved(self) -> str:
        self.counting.save()
        return ""

    @override
    def arrive(self, **arguments: object) -> None:
        """Open a note (`delivery_id`), as a search hit or the home page asks."""
        delivery = arguments.get("delivery_id")
        org = arguments.get("org_id", self.context.org.id)
        if isinstance(delivery, int) and isinstance(org, int):
            self.open_note(org, delivery)

    @override
    def leave(self) -> None:
        self.counting.save()

    @override
    def scope_changed(self, _scope: Scope) -> None:
        self.back()
        self.refresh()

    @override
    def shown(self) -> None:
        super().shown()
        (self.view if self.working else self.list).bar.field.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the note; what was counted stays."""
        if event.key() == Qt.Key.Key_Escape and self.working:
            self.back()
        else:
            super().keyPressEvent(event)

    # Opening and leaving

    def scanned(self, code: str) -> None:
        """A scan from anywhere in the window."""
        (self.view if self.working else self.list).bar.take(code)

    def _list_scanned(self, text: str) -> None:
        """In the list a scan names a note."""
        reading = read(text, self.context.today)
        number = reading.code if reading.target is Target.DELIVERY else reading.raw
        db, actor, org = self.context.db, self.context.actor, self.context.org.id

        def missing(error: Exception) -> None:
            if isinstance(error, DomainError):
                self.list.bar.show_result(
                    ScanResult(Status.WARN, _("没找到送货单 {no}", no=number[:30]), error.text)
                )
            else:
                self.list.bar.show_refusal(error)
                self.context.errors.take(error)

        opened = self.here(self.open_row)
        self.read(lambda: find_delivery(db, actor, number, org), opened, missing, channel="scan")

    def open_row(self, row: DeliveryRow) -> None:
        """Accept a note of the list."""
        self.open_note(row.org_id, row.id)

    def open_note(self, org_id: int, delivery_id: int) -> None:
        """Open a note for acceptance; what was counted of another is saved first."""
        self.counting.save()
        db, actor, opened = self.context.db, self.context.actor, self.here(self._opened)
        self.write(lambda: open_delivery(db, actor, org_id, delivery_id), opened, self._not_opened)

    def _opened(self, opened: Opened) -> None:
        self.counting.open(opened)
        self.after.opened(opened.note.org_id)
        self.stack.setCurrentWidget(self.view)
        self.view.begin()
        if opened.drafted_by:
            at = formats.minute(opened.drafted_at, opened.today)
            self.view.say(
                Status.WARN,
                _("{name} {time} 验收过这张单", name=opened.drafted_by, time=at),
                _("已接着上次的内容。两个人同时收同一张单时，先保存的为准。"),
            )
        elif (first := cold_waiting(self.counting.work)) is not None:
            self.counting.choose(first.key)
            self.view.ask(first)
        self.set_subtitle(f"{opened.note.no} · {opened.note.supplier}")
        self.chrome_changed.emit()

    def _not_opened(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self.list.bar.show_result(ScanResult(Status.WARN, _("没有打开"), error.text))
            self.refresh()
        else:
            self.list.bar.show_refusal(error)
            self.context.errors.take(error)

    def back(self) -> None:
        """Return to the list; what was counted is saved."""
        if self.counting.is_open:
            self.counting.close()
        self._to_list()

    def to_scanning(self) -> None:
        """F2: the scan field; in the list, the chosen note."""
        if self.working:
            self.view.bar.field.setFocus()
        elif self.list.can_begin and (row := self.list.current) is not None:
            self.open_row(row)
        else:
            self.list.bar.field.setFocus()

    # The end

    def finish(self) -> None:
        """F10."""
        if self.working:
            self.counting.then(self.finishing.finish)
        else:
            self.not_available()

    def _completed(self, received: Received) -> None:
        self._to_list()
        self.after.completed(received)

    def _to_list(self) -> None:
        self.stack.setCurrentWidget(self.list)
        self.set_subtitle("")
        self.list.bar.field.setFocus()
        self.chrome_changed.emit()

    def _overtaken(self, error: DomainError) -> None:
        """Somebody else was first: say who and when, and show what is there now."""
        if self.counting.is_open and error.code == "draft.changed":
            self.view.say(Status.WARN, _("别人也在收这张单"), error.text)
            return
        self.counting.close()
        self._to_list()
        self.list.bar.show_result(ScanResult(Status.WARN, _("这张单已处理"), error.text))
        self.refresh()
