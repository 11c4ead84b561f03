"""Notices: short words at the foot of the window, kept under the bell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from app.domain.ids import new_id
from app.ui.status import Status

KEPT = 100


def _now() -> datetime:
    from app.services.db import local_time  # notices come later than the first window

    return local_time(datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    Attributes:
        status: Shape and colour.
        text: What happened, in one sentence.
        detail: More words or a code for 详情; may be copied.
        action: Word of the button (撤销, 打开文件), empty for none.
        act: What the button does.
        lasting: Stays until closed: a toast may not be the only report of an error.
    """

    status: Status
    text: str
    detail: str = ""
    action: str = ""
    act: Callable[[], None] | None = None
    lasting: bool = False
    number: int = field(default_factory=new_id)
    at: datetime = field(default_factory=_now)


class Notices(QObject):
    """Takes notices from anywhere in the window; only the shell shows them.

    Signals:
        posted: A `Notice`.
        seen: The person looked at the list under the bell.
    """

    posted = Signal(object)
    seen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.kept: list[Notice] = []
        self.unseen = 0

    def post(self, notice: Notice) -> Notice:
        """Show and keep a notice."""
        self.kept = [notice, *self.kept][:KEPT]
        self.unseen += 1
        self.posted.emit(notice)
        return notice

    def done(self, text: str, *, action: str = "", act: Callable[[], None] | None = None) -> Notice:
        """Something went well; `action` is typically 撤销 or 打开文件."""
        return self.post(Notice(Status.OK, text, action=action, act=act))

    def info(self, text: str, detail: str = "") -> Notice:
        """Something worth knowing."""
        return self.post(Notice(Status.INFO, text, detail))

    def warn(self, text: str, detail: str = "") -> Notice:
        """Something to look at."""
        return self.post(Notice(Status.WARN, text, detail))

    def problem(
        self,
        text: str,
        detail: str = "",
        *,
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> Notice:
        """Something could not be done; stays until closed."""
        return self.post(Notice(Status.BAD, text, detail, action, act, lasting=True))

    def look(self) -> tuple[Notice, ...]:
        """All kept notices, newest first; counts as having seen them."""
        self.unseen = 0
        self.seen.emit()
        return tuple(self.kept)
