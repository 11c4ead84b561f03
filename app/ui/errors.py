"""Telling errors apart for the person: mendable, the environment's, or our bug."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from app import __version__, paths
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.ui import handover
from app.ui.jobs import Cancelled
from app.ui.notices import Notices

_log = logging.getLogger(__name__)


class ErrorDesk(QObject):
    """Takes every error that no page took itself.

    Signals:
        bug: An error of ours: the text for the report dialog.
    """

    bug = Signal(str)

    def __init__(self, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices

    def take(self, error: Exception, retry: Callable[[], None] | None = None) -> None:
        """Tell the person, in the words of the kind of error; what a form says is said there."""
        if handover.is_said(error):
            return
        if isinstance(error, Cancelled):
            self._notices.info(_("已取消，数据和之前一样。"))
        elif isinstance(error, DomainError):
            self._notices.problem(error.text, details(error))
        elif isinstance(error, EnvironmentProblem):
            action = _("重试") if retry else ""
            self._notices.problem(error.text, details(error), action=action, act=retry)
        else:
            self.report(type(error), error, error.__traceback__)

    def report(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """A bug: into the log with its trace, and before the person with a report to copy."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.critical("unexpected error", exc_info=(kind, error, trace))
        self.bug.emit(report_text(kind, error, trace))


def words_of(error: Exception) -> str:
    """An error in the person's words."""
    if isinstance(error, DomainError | EnvironmentProblem):
        return error.text
    return _(
        "没有做成：{why}。请把这句话告诉管理员。", why=f"{type(error).__name__}: {error}"[:200]
    )


def details(error: DomainError | EnvironmentProblem) -> str:
    """The code and the single problems, for 详情."""
    problems = error.problems if isinstance(error, DomainError) else ()
    return "\n".join((error.code, *(f"{one.where}{one.text}" for one in problems)))


def report_text(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> str:
    """What a report needs; it holds no data of the group."""
    return "\n".join(
        [
            f"yilian {__version__} · Python {platform.python_version()} · {platform.platform()}",
            f"log: {paths.logs()}",
            "",
            "".join(traceback.format_exception(kind, error, trace)),
        ]
    )
