"""The life of a fixed pack: one table of steps, read by services, window and tests.

A pack's goods lie in the balance of a pack place of their own, so loose picking can never take
them; every step below is a conditional UPDATE on the state it begins with.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.domain.errors import ConflictError
from app.i18n import N_, _


class PackState(StrEnum):
    """Where a pack is in its life; the values are those of `pack.status`."""

    IN_STOCK = "in_stock"
    ISSUED = "issued"
    CONSUMED = "consumed"
    BROKEN = "broken"
    LOST = "lost"

    @property
    def label(self) -> str:
        """The state in the person's language."""
        return _(_TITLES[self])


class PackStep(StrEnum):
    """What can be done with a pack."""

    ISSUE = "issue"
    TAKE_BACK = "take_back"
    RECEIVE = "receive"
    OPEN = "open"
    BREAK = "break"
    LOSE = "lose"
    RETURN = "return"
    FIND = "find"
    REFUND = "refund"

    @property
    def label(self) -> str:
        """The step in the person's language."""
        return _(_STEP_TITLES[self])


_TITLES: Final = {
    PackState.IN_STOCK: N_("在库"),
    PackState.ISSUED: N_("配送中"),
    PackState.CONSUMED: N_("已打开"),
    PackState.BROKEN: N_("已拆包"),
    PackState.LOST: N_("已丢失"),
}
_STEP_TITLES: Final = {
    PackStep.ISSUE: N_("发放"),
    PackStep.TAKE_BACK: N_("收回"),
    PackStep.RECEIVE: N_("接收"),
    PackStep.OPEN: N_("打开"),
    PackStep.BREAK: N_("拆包"),
    PackStep.LOSE: N_("登记丢失"),
    PackStep.RETURN: N_("退回库房"),
    PackStep.FIND: N_("找回"),
    PackStep.REFUND: N_("冲销打开"),
}
_P = PackState
STEPS: Final[Mapping[PackStep, tuple[frozenset[PackState], PackState]]] = {
    PackStep.ISSUE: (frozenset({_P.IN_STOCK}), _P.ISSUED),
    PackStep.TAKE_BACK: (frozenset({_P.ISSUED}), _P.IN_STOCK),
    PackStep.RECEIVE: (frozenset({_P.ISSUED}), _P.IN_STOCK),
    PackStep.OPEN: (frozenset({_P.IN_STOCK}), _P.CONSUMED),
    PackStep.BREAK: (frozenset({_P.IN_STOCK}), _P.BROKEN),
    PackStep.LOSE: (frozenset({_P.IN_STOCK, _P.ISSUED}), _P.LOST),
    PackStep.RETURN: (frozenset({_P.IN_STOCK}), _P.IN_STOCK),
    PackStep.FIND: (frozenset({_P.LOST}), _P.IN_STOCK),
    PackStep.REFUND: (frozenset({_P.CONSUMED}), _P.IN_STOCK),
}


def after(step: PackStep, state: PackState) -> PackState:
    """The state after the step; raises `ConflictError` where the step makes no sense."""
    begins, ends = STEPS[step]
    if state not in begins:
        raise ConflictError(
            "pack.step",
            _(
                "这个定数包现在是「{state}」，不能{step}。请核对包上的码。",
                state=state.label,
                step=step.label,
            ),
        )
    return ends
