"""Recalls and near-expiry actions: levels, what may be done."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.domain.errors import DomainError
from app.i18n import N_, _

LEVELS: Final = {
    0: N_("冻结，不召回"),
    1: N_("一级召回"),
    2: N_("二级召回"),
    3: N_("三级召回"),
}
DAYS: Final = {0: 7, 1: 1, 2: 3, 3: 7}
"""Days until every member must have answered, by level (药品召回管理办法: 1, 3, 7 days)."""


class Action(StrEnum):
    """What can be done with a lot before it runs out (spec §3.11)."""

    USE_FIRST = "use_first"
    TRANSFER = "transfer"
    EXCHANGE = "exchange"
    RETURN = "return"
    WRITE_OFF = "write_off"

    @property
    def label(self) -> str:
        """The action in the person's language."""
        return _(_TITLES[self])


_TITLES: Final = {
    Action.USE_FIRST: N_("优先使用"),
    Action.TRANSFER: N_("集团内调剂"),
    Action.EXCHANGE: N_("换货"),
    Action.RETURN: N_("退货"),
    Action.WRITE_OFF: N_("报损"),
}


STAGES: Final = {
    "in": N_("入库"),
    "within": N_("移库"),
    "used": N_("用掉"),
    "back": N_("退回"),
    "lost": N_("丢失"),
    "out": N_("出库"),
}
"""What a move of a lot was, in words."""


def level_words(level: int) -> str:
    """The level in the person's language."""
    return _(LEVELS[level])


def reply_due(level: int, started: date) -> date:
    """The last day for members to answer."""
    return started + timedelta(days=DAYS[level])


def goes_beyond(level: int, running: int) -> bool:
    """Whether a notice of `level` asks more than the one that is running.

    A recall asks more than a mere freeze, and a stricter class (一级 is the strictest) more than
    another one.
    """
    return level > 0 and (running == 0 or level < running)


def check_recall(level: int, source: str, reason: str, lots: int) -> None:
    """Raise `DomainError` where a recall is not complete."""
    if level not in LEVELS:
        raise DomainError("recall.level", _("召回级别应是 1、2、3；只冻结填 0。"))
    if not lots:
        raise DomainError("recall.lots", _("还没有选要冻结的批号。"))
    if len(reason.strip()) < 4:  # noqa: PLR2004 - four characters say a reason
        raise DomainError("recall.reason", _("请写明原因，至少 4 个字。"))
    if level and not source.strip():
        raise DomainError("recall.source", _("召回要写持有人的召回通知文号。"))


def suggested(
    days_left: int, daily_use: bool, *, consigned: bool, wanted_elsewhere: bool
) -> Action:
    """What usually saves most with a lot that runs out.

    Args:
        days_left: Days to its last day, negative once it has passed.
        daily_use: Whether the member's own use would reach it in time.
        consigned: Whether it is still the supplier's: then it goes back or is exchanged.
        wanted_elsewhere: Whether another member could use it up.
    """
    if days_left < 0:
        return Action.RETURN if consigned else Action.WRITE_OFF
    if daily_use:
        return Action.USE_FIRST
    if wanted_elsewhere:
        return Action.TRANSFER
    return Action.EXCHANGE if consigned else Action.USE_FIRST
