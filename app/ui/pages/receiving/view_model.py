"""The acceptance being worked on: scans in their order, edits, undo, drafts. No widgets here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import ConflictError, DomainError, Problem
from app.domain.ids import new_op
from app.domain.receiving import drafts, editing
from app.domain.receiving.note import Goods
from app.domain.receiving.reading import Found, Reading
from app.domain.receiving.review import Persons, review
from app.domain.receiving.scanning import Moment, scan
from app.domain.receiving.work import Entry, Session, Work
from app.i18n import _
from app.services.db import local_time
from app.services.receiving.commands import Opened, Receive, Received, SaveDraft, Second
from app.services.receiving.drafts import save_draft
from app.services.receiving.lookup import BindCode, bind_code
from app.services.receiving.receive import receive
from app.ui.page import Page
from app.ui.pages.receiving.scans import Scans

SAVE_AFTER_MS: Final = 2_000
Edit = Callable[[Session], Session]


@dataclass(slots=True)
class _Draft:
    """The stored draft's version; read and written in the writer thread only."""

    version: int


class Counting(QObject):
    """State of one acceptance.

    Signals:
        changed: Entries, current entry or transport are other ones now.
        told: What a scan did: an `Outcome`.
        refused: An edit was not taken: the `DomainError`.
        unread: A scan could not be looked up, and nothing was counted: the exception.
        overtaken: Somebody else worked on the same note: the `ConflictError`.
        completed: The acceptance is posted: a `Received`.
        not_completed: It is not: the exception.
        saved: What is counted is kept.
    """

    changed = Signal()
    told = Signal(object)
    refused = Signal(object)
    unread = Signal(object)
    overtaken = Signal(object)
    completed = Signal(object)
    not_completed = Signal(object)
    saved = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self._opened: Opened | None = None
        self._session: Session | None = None
        self._draft = _Draft(0)
        self._saved: Work | None = None
        self._scans: Scans | None = None
        self._completing = False
        self._intention: Receive | None = None
        self.second: Second | None = None
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save)

    # What is open

    @property
    def is_open(self) -> bool:
        """Whether a note is open."""
        return self._session is not None

    @property
    def opened(self) -> Opened:
        """The open note; `RuntimeError` when there is none."""
        if self._opened is None:
            raise RuntimeError("no note is open")
        return self._opened

    @property
    def work(self) -> Work:
        """What is counted; `RuntimeError` when no note is open."""
        if self._session is None:
            raise RuntimeError("no note is open")
        return self._session.work

    @property
    def current(self) -> Entry | None:
        """The entry that the person works on."""
        if self._session is None:
            return None
        return next((one for one in self.work.entries if one.key == self.work.current), None)

    @property
    def dirty(self) -> bool:
        """Whether something is not saved yet."""
        return self._session is not None and self.work != self._saved

    def open(self, opened: Opened) -> None:
        """Begin or go on with a note."""
        work = opened.work
        if not work.current and work.entries:
            work = replace(work, current=work.entries[0].key)
        self._opened, self._session = opened, Session(work)
        self._draft, self._saved = _Draft(opened.version), work
        self._leave()
        self._scans = Scans(self._page, opened, self._goods_of_note, self._answer, self.unread.emit)
        self.changed.emit()

    def close(self) -> None:
        """Leave the note; what is counted is saved."""
        self.save()
        self._timer.stop()
        self._opened = self._session = None
        self._leave()

    def _leave(self) -> None:
        self._intention = self.second = None
        if self._scans is not None:
            self._scans.leave()
            self._scans = None

    # Scans

    def take(self, text: str) -> None:
        """A scan: scans are answered one after the other, in the order they came."""
        if not self._closing() and self._scans is not None:
            self._scans.take(text)

    def then(self, act: Callable[[], None]) -> None:
        """Do something behind the scans made so far; not when one of them cannot be answered."""
        if self._scans is None:
            act()
        else:
            self._scans.then(act)

    def _answer(self, reading: Reading, found: Found) -> None:
        if self._session is None or self._closing():
            return
        moment = Moment(local_time(datetime.now(UTC)), self.opened.today, self.opened.policy)
        session, outcome = scan(self._session, reading, found, moment)
        self._put(session)
        self.told.emit(outcome)

    def _goods_of_note(self) -> frozenset[int]:
        return frozenset(goods.item_id for goods in self.work.all_goods())

    def _closing(self) -> bool:
        """While the acceptance is posted nothing is counted any more: the person is told."""
        if self._completing:
            words = _("这张单正在完成验收，刚才这一下没有计入。完成后仍有货没收的，请补录送货单。")
            self.refused.emit(DomainError("receive.posting", words))
        return self._completing

    # Edits

    def edit(self, change: Edit) -> bool:
        """Change the work; False, and `refused`, when it cannot be."""
        if self._session is None or self._closing():
            return False
        try:
            session = change(self._session)
        except DomainError as error:
            self.refused.emit(error)
            return False
        self._put(session)
        return True

    def choose(self, key: int) -> None:
        """Make an entry current."""
        if self._session is not None and self.work.current != key:
            self.edit(lambda session: editing.choose(session, key))

    def undo(self) -> bool:
        """Take back the last scan or edit; False when there is none."""
        if self._session is None or not self._session.past:
            return False
        self._put(self._session.undo())
        return True

    def redo(self) -> bool:
        """Do again what was taken back."""
        if self._session is None or not self._session.future:
            return False
        self._put(self._session.redo())
        return True

    def _put(self, session: Session) -> None:
        self._session = session
        self.changed.emit()
        if self.dirty and not self._timer.isActive():
            self._timer.start()

    # Codes

    def bind(self, reading: Reading, goods: Goods, units: int) -> None:
        """Give an unknown code to goods of this note, then take the scan again."""
        db, actor = self._page.context.db, self._page.context.actor
        command = BindCode(new_op(), self.opened.note.org_id, goods.item_id, reading, units)
        scans, work = self._scans, partial(bind_code, db, actor, command)

        def bound(_goods: object) -> None:
            if scans is not None and scans is self._scans:
                self.take(reading.raw)

        self._page.write(work, bound, self.unread.emit)

    # Drafts

    def save(self) -> None:
        """Keep what is counted; somebody else's newer work is never written over."""
        if not self.dirty:
            return
        self._timer.stop()
        work, note, draft = self.work, self.opened.note, self._draft
        content = drafts.to_plain(work)
        db, actor = self._page.context.db, self._page.context.actor

        def keep() -> None:
            command = SaveDraft(note.org_id, note.delivery_id, content, draft.version)
            draft.version = save_draft(db, actor, command)

        def saved(_nothing: None) -> None:
            if draft is self._draft:
                self._saved = work
                self.saved.emit()

        self._page.write(keep, saved, self._not_saved)

    def _not_saved(self, error: Exception) -> None:
        if isinstance(error, ConflictError) and self._session is not None:
            self._saved = self.work  # ask once; the person decides what to do
            self.overtaken.emit(error)
            return
        self._page.context.errors.take(error)
        if self._session is not None:
            self._timer.start(5 * SAVE_AFTER_MS)

    # Completing

    def problems(self) -> tuple[Problem, ...]:
        """What stands in the way, blocking ones first."""
        second = -1 if self.second else 0  # whoever it is, it is proved when it is posted
        persons = Persons(self._page.context.actor.person_id, second)
        return review(self.work, self.opened.today, self.opened.policy, persons)

    def complete(self) -> None:
        """Post the acceptance; pressed twice, or again after a cut, it posts once."""
        note, work = self.opened.note, self.work
        op_id = self._intention.op_id if self._intention else new_op()
        what = (work.entries, work.transport, self.second)
        command = Receive(op_id, note.org_id, note.delivery_id, *what)
        if self._intention is not None and self._intention != command:
            command = replace(command, op_id=new_op())
        self._intention = command
        self._timer.stop()
        db, actor = self._page.context.db, self._page.context.actor
        self._completing = True
        self._page.write(lambda: receive(db, actor, command), self._completed, self._not_completed)

    def _not_completed(self, error: Exception) -> None:
        self._completing = False
        if self.dirty:
            self._timer.start()  # it was stopped for the posting; the count is kept all the same
        if self._session is None:
            self._page.context.errors.take(error)  # the note was left meanwhile
        else:
            self.not_completed.emit(error)

    def _completed(self, received: Received) -> None:
        self._completing = False
        self._opened = self._session = None
        self._leave()
        self.completed.emit(received)
