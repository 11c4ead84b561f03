"""What went wrong, in the person's words: what is wrong, what is right, what to do now.

Three kinds, told apart by whose turn it is (a distinction that qutebrowser and Anki keep too):

* `DomainError`: the person can mend it; shown in place, nothing was written.
* `EnvironmentProblem`: disk, network, server; retry, nothing was lost.
* anything else is our bug: logged with a trace and shown with a report button.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from typing_extensions import override

from app.i18n import N_, _


class Severity(StrEnum):
    """How a problem stops the work."""

    ERROR = "error"
    """Cannot be passed."""
    WARNING = "warning"
    """Can be passed with a reason."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where.

    Attributes:
        code: Stable short name such as ``lot.missing``; shown under 详情, used by tests.
        text: What is wrong, what is right, what to do now; already translated.
        row: 1-based row of the sheet or line of the document, 0 when it concerns the whole.
        column: Column title or field name, empty when it concerns the whole row.
        severity: Error or warning.
    """

    code: str
    text: str
    row: int = 0
    column: str = ""
    severity: Severity = Severity.ERROR

    @property
    def blocks(self) -> bool:
        """Whether the work cannot go on."""
        return self.severity is Severity.ERROR

    @property
    def where(self) -> str:
        """The place in words, with a colon: 「第 3 行「单价」：」; empty for the whole."""
        field = _(_FIELDS[self.column]) if self.column in _FIELDS else self.column
        if self.row and field:
            return _("第 {row} 行「{column}」：", row=self.row, column=field)
        if self.row:
            return _("第 {row} 行：", row=self.row)
        return _("「{column}」：", column=field) if field else ""


_FIELDS: Final = {
    "unit_price": N_("单价"),
    "price": N_("单价"),
    "qty": N_("数量"),
    "due_on": N_("到货日期"),
    "reason": N_("原因"),
    "number": N_("发票号码"),
    "code": N_("发票代码"),
    "issued_on": N_("开票日期"),
    "total": N_("价税合计"),
    "tax": N_("税额"),
}
"""Names of fields that stand as `column`, as people call them."""


class DomainError(Exception):
    """The person can fix it. `text` says what, where and what to do; nothing was written."""

    def __init__(self, code: str, text: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.problems = tuple(problems)

    @override
    def __reduce__(self) -> tuple[Callable[[], Exception], tuple[()]]:
        """Goes from a process to another whole."""
        return partial(type(self), self.code, self.text, problems=self.problems), ()


class NotAllowedError(DomainError):
    """The person's duties do not cover this; says who could do it."""


class ConflictError(DomainError):
    """Somebody else was first; says who and when."""


class EnvironmentProblem(Exception):  # noqa: N818 - it is the environment's problem, not ours
    """Disk full, server gone, file locked: not the person's fault, worth a retry."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @override
    def __reduce__(self) -> tuple[Callable[[], Exception], tuple[()]]:
        """Goes from a process to another whole."""
        return partial(type(self), self.code, self.text), ()


class UnsureProblem(EnvironmentProblem):
    """The line broke while the answer to COMMIT was awaited: saved or not, nobody here knows yet.

    The operation ids are in the outbox; `app.services.settling` finds out after a reconnect.
    """


def refuse_if(problems: Sequence[Problem], code: str, summary: str) -> None:
    """Raise one `DomainError` that carries all blocking problems, if there are any."""
    blocking = [problem for problem in problems if problem.blocks]
    if not blocking:
        return
    text = f"{summary} {blocking[0].text}".strip()
    if len(blocking) > 1:
        text = _("{text} 另有 {n} 处，见详情。", text=text, n=len(blocking) - 1)
    raise DomainError(code, text, problems=problems)
