"""The base of every page: what the shell asks of a page, and helpers for its jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.actions import ACTIONS, Act, key_words
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.jobs import Job, Progress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key and what it does here, for the status bar."""

    key: str
    text: str


class Page(QWidget):
    """One screen.

    Class attributes:
        name: Registry name, also the key of its saved state.
        topics: What must change for the page to ask again.

    Signals:
        chrome_changed: Title, context line, counts, keys or actions are other ones now.
    """

    name: ClassVar[str] = ""
    topics: ClassVar[frozenset[Topic]] = frozenset()
    chrome_changed = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context
        self._acts: dict[Act, Callable[[], None]] = {}
        self._stale = True
        self._scope = context.scope
        self._note = ""

    # What the shell asks

    def title(self) -> str:
        """The page's title; by default that of the registry."""
        return ""

    def subtitle(self) -> str:
        """One line of context behind the title."""
        return self._note

    def counts(self) -> str:
        """Words for the status bar: rows, selection, sums."""
        return ""

    def keys(self) -> tuple[KeyHint, ...]:
        """The 3 to 5 keys that work here."""
        return ()

    def refresh(self) -> None:
        """Ask for everything again; called before the first show and after changes."""

    def arrive(self, **_arguments: object) -> None:
        """Somebody navigated here with arguments (`item_id=…`, `delivery_id=…`)."""

    def leave(self) -> None:
        """The person goes to another page; drafts are saved by themselves."""

    def scope_changed(self, _scope: Scope) -> None:
        """Another organisation was chosen; by default everything is asked again.

        A page that is not in front is told when it is brought there.
        """
        self.refresh()

    def unsaved(self) -> str:
        """What would be lost by closing, as a sentence; empty for nothing."""
        return ""

    def save_state(self) -> dict[str, object]:
        """What to remember per person (JSON values only)."""
        return {}

    def restore_state(self, _state: dict[str, object]) -> None:
        """Put back what was remembered."""

    # What a page uses

    def on(self, act: Act, handler: Callable[[], None]) -> None:
        """Say that the page does `act`; its key, palette entry and menu entry then work."""
        self._acts[act] = handler

    def does(self, act: Act) -> bool:
        """Whether the page does `act`."""
        return act in self._acts

    def acts(self) -> tuple[Act, ...]:
        """All actions that the page does."""
        return tuple(self._acts)

    def perform(self, act: Act) -> bool:
        """Do `act`; False if the page does not."""
        handler = self._acts.get(act)
        if handler is None:
            return False
        handler()
        return True

    def hint(self, act: Act, text: str = "") -> KeyHint:
        """The key hint of a registered action."""
        action = ACTIONS[act]
        return KeyHint(key_words(action.key), text or action.words)

    def set_subtitle(self, text: str) -> None:
        """Show another line of context."""
        if text != self._note:
            self._note = text
            self.chrome_changed.emit()

    def read(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        channel: str = "",
        owner: QObject | None = None,
    ) -> Job:
        """Ask a question in a reader thread; stale answers of the same channel are dropped.

        The answer to a form that is its `owner` is dropped with it.
        """
        name = self._channel(channel) if channel else ""
        return self.context.jobs.read(work, done, failed, channel=name, owner=owner or self)

    def overtake(self, channel: str) -> None:
        """Drop what was asked on a channel: nothing is chosen there any more."""
        self.context.jobs.overtake(self._channel(channel))

    def _channel(self, name: str) -> str:
        return f"{self.name}.{id(self)}.{name}"

    def read_for_form(
        self,
        work: Callable[[], T],
        ask: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> Job:
        """Read what a form needs before it is opened by `ask`.

        It is not opened once another form was asked for, or the person has gone on (`here`).
        """
        return self.read(work, self.here(ask), failed, channel="form")

    def here(self, show: Callable[[T], None]) -> Callable[[T], None]:
        """`show`, unless another page or another organisation is in front by then."""
        scope = self.context.scope

        def answered(found: T) -> None:
            if self.isVisible() and self.context.scope == scope:
                show(found)

        return answered

    def write(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> Job:
        """Change data in the writer thread."""
        return self.context.jobs.write(work, done, failed, owner=self)

    def long(
        self,
        name: str,
        work: Callable[[Progress], T],
        done: Callable[[T], None] | None = None,
        *,
        writes: bool = True,
    ) -> Job:
        """Work of more than two seconds, shown in the task tray with progress and cancel."""
        return self.context.jobs.long(name, work, done, writes=writes, owner=self)

    def shown(self) -> None:
        """The shell brought the page to the front."""
        if not self.follow_scope() and self._stale:
            self._stale = False
            self.refresh()

    def follow_scope(self) -> bool:
        """Whether another organisation was chosen since the page was told last; it is told now."""
        if self._scope == self.context.scope:
            return False
        self._scope, self._stale = self.context.scope, False
        self.scope_changed(self._scope)
        return True

    def data_changed(self, topics: frozenset[str]) -> None:
        """Data changed; ask again now if in front, else at the next show."""
        if topics & {str(topic) for topic in self.topics}:
            if self.isVisible():
                self.refresh()
            else:
                self._stale = True

    def not_available(self) -> None:
        """Tell that an action makes no sense right now."""
        self.context.notices.info(_("现在没有可以这样处理的内容。"))
