"""养护: what a monthly check of stored goods can find, and what has to be written then."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.errors import DomainError
from app.i18n import N_, _

_LEAST: Final = 4


class UpkeepState(StrEnum):
    """How a list of goods to look at stands."""

    OPEN = "open"
    DONE = "done"

    @property
    def label(self) -> str:
        """For people."""
        return _("进行中") if self is UpkeepState.OPEN else _("已完成")


class Finding(StrEnum):
    """What was found of a lot."""

    OK = "ok"
    DOUBT = "doubt"
    BAD = "bad"

    @property
    def label(self) -> str:
        """For people."""
        return _(_LABELS[self])


_LABELS: Final = {
    Finding.OK: N_("合格"),
    Finding.DOUBT: N_("有疑问"),
    Finding.BAD: N_("不合格"),
}


def check_words(finding: Finding, words: str, action: str) -> None:
    """A doubt or fault needs what was seen and what was done.

    Raises:
        DomainError: One of the two is missing.
    """
    if finding is Finding.OK:
        return
    if len(words.strip()) < _LEAST or len(action.strip()) < _LEAST:
        raise DomainError(
            "upkeep.words",
            _("不合格和有疑问的，要写明看到了什么、怎么处理，各至少 {n} 个字。", n=_LEAST),
        )


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)
