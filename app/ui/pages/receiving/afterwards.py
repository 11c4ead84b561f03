"""What follows an acceptance: labels, papers, taking it back."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.i18n import _
from app.services.receiving.commands import Received
from app.ui.page import Page
from app.ui.pages.receiving.finishing import received_words
from app.ui.pages.receiving.list_view import ListView
from app.ui.pages.receiving.printing import Paper, paper_of, print_paper
from app.ui.pages.receiving.reversing import ask_reverse
from app.ui.pages.receiving.view_model import Counting
from app.ui.status import Status
from app.ui.widgets.scan_edit import ScanResult


class Afterwards(QObject):
    """Acts on notes that are accepted, or will be in a moment.

    Attributes:
        labels_wanted: The person asked for labels while still counting.
    """

    def __init__(self, page: Page, listed: ListView, counting: Counting) -> None:
        super().__init__(page)
        self._page, self._list, self._counting = page, listed, counting
        self.labels_wanted = False
        self._last = self._org_id = 0
        self._told: ScanResult | None = None
        self._paper: Paper | None = None

    def labels(self) -> None:
        """F8: labels of the chosen accepted note, else of the one that was completed last."""
        if self._counting.is_open:
            self.labels_wanted = True
            words = _("完成验收（F10）后会打开标签打印，这张单的货已选好。")
            self._page.context.notices.info(words)
            return
        row = self._list.current
        document = (row.acceptance_id if row is not None else 0) or self._last
        if document:
            self._page.context.navigate("labels", acceptance_id=document)
        else:
            self._page.not_available()

    def opened(self, org_id: int) -> None:
        """Another note is being accepted now: what came of the one before is no longer told."""
        self.labels_wanted = False
        self._org_id, self._told = org_id, None
        self._list.bar.panel.show_result(None)

    def completed(self, received: Received) -> None:
        """Say what came of it, and go on to the labels if they were asked for."""
        words = received_words(received)
        title = _("验收完成 {no}", no=received.no)
        keys = _("Ctrl+P 打印验收记录，F8 打印标签。")
        self._told = ScanResult(Status.OK, title, f"{words} {keys}")
        self._list.bar.show_result(self._told)
        document, context = received.document_id, self._page.context
        self._last, self._paper = document, Paper(self._org_id, received.no, document)

        def labels() -> None:
            context.navigate("labels", acceptance_id=document)

        if self.labels_wanted:
            self.labels_wanted = False
            labels()
        else:
            context.notices.done(words, action=_("打印标签"), act=labels)

    def print(self) -> None:
        """Ctrl+P: the record just made while it is told of, else the paper of the chosen note."""
        row = self._list.current
        fresh = self._told is not None and self._list.bar.panel.result is self._told
        if self._counting.is_open or (row is None and not fresh):
            self._page.not_available()
        elif self._paper is not None and fresh and (row is None or not row.acceptance_id):
            print_paper(self._page, self._paper)
        elif row is not None:
            print_paper(self._page, paper_of(row))

    def reverse(self) -> None:
        """冲销 of the chosen note's acceptance."""
        row = self._list.current
        if row is not None and row.acceptance_id:
            ask_reverse(self._page, row)
