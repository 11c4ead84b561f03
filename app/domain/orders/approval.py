"""采购申请审批: who must agree before a requisition of an amount goes to the group.

Up to a first limit the storekeeper sends it alone; above it the member's head agrees; above a
second one the head of the group agrees as well. Nobody approves what they asked for: what a
member's head sends goes straight to the group.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Self

from app.domain.documents import State
from app.domain.errors import DomainError
from app.domain.money import cents
from app.i18n import N_, _

SETTING: Final = "requisition.approval"
MIN_REASON: Final = 5
"""Characters of a reason that say something."""
_MOST: Final = Decimal(100_000_000)


class Level(StrEnum):
    """Whose agreement an amount asks for."""

    STORE = ""
    MEMBER = "member"
    GROUP = "group"

    @property
    def label(self) -> str:
        """The level in the person's language."""
        return _(_LABELS[self])


_LABELS: Final = {
    Level.STORE: N_("不用审批"),
    Level.MEMBER: N_("本院负责人审批"),
    Level.GROUP: N_("集团审批"),
}
_STEPS: Final = {State.TO_APPROVE: Level.MEMBER, State.TO_APPROVE_GROUP: Level.GROUP}
WAITING: Final = frozenset(_STEPS)
"""States in which a requisition waits for an approval."""
SENT: Final = WAITING | {State.SUBMITTED}
"""States from which who asked can still take a requisition back."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The amounts up to which the storekeeper, and the member's head, decide; None: no limit."""

    store: Decimal | None = None
    member: Decimal | None = None

    def level(self, amount: Decimal) -> Level:
        """Whose agreement a requisition of `amount` asks for."""
        if self.member is not None and amount > self.member:
            return Level.GROUP
        if self.store is not None and amount > self.store:
            return Level.MEMBER
        return Level.STORE

    def as_plain(self) -> dict[str, str | None]:
        """For the stored setting."""
        return {
            "store": None if self.store is None else str(self.store),
            "member": None if self.member is None else str(self.member),
        }

    @classmethod
    def from_plain(cls, stored: Any) -> Self:
        """From what `as_plain` gave; anything else means no limits."""
        if not isinstance(stored, dict):
            return cls()
        found = {key: stored.get(key) for key in ("store", "member")}
        return cls(**{key: None if text is None else Decimal(text) for key, text in found.items()})


def checked(limits: Limits) -> Limits:
    """The limits to the cent; raises `DomainError` when they make no sense."""
    for value in (limits.store, limits.member):
        if value is not None and not 0 <= value <= _MOST:
            raise DomainError("approval.range", _("额度要在 0 到 1 亿元之间；不填为不限。"))
    if limits.store is not None and limits.member is not None and limits.member < limits.store:
        raise DomainError(
            "approval.order",
            _(
                "本院负责人的额度 {member} 元比库管的 {store} 元还小。请改成不小于它。",
                member=limits.member,
                store=limits.store,
            ),
        )
    return Limits(
        None if limits.store is None else cents(limits.store),
        None if limits.member is None else cents(limits.member),
    )


def first_state(level: Level, *, own_head: bool) -> State:
    """Where a requisition goes when it is sent.

    Args:
        level: Whose agreement its amount asks for.
        own_head: Whether one of the member's heads is the one who sends it.
    """
    if level is Level.STORE:
        return State.SUBMITTED
    return State.TO_APPROVE_GROUP if own_head else State.TO_APPROVE


def next_state(now: State, level: Level) -> State:
    """Where a requisition goes when the one whose turn it is agrees."""
    return (
        State.TO_APPROVE_GROUP
        if now is State.TO_APPROVE and level is Level.GROUP
        else State.SUBMITTED
    )


def waits_for(state: State) -> Level:
    """Whose agreement a requisition in `state` waits for; STORE when it waits for none."""
    return _STEPS.get(state, Level.STORE)


def covers(approved: Level, needed: Level) -> bool:
    """Whether an approval of a level is enough where another is asked for."""
    order = (Level.STORE, Level.MEMBER, Level.GROUP)
    return order.index(approved) >= order.index(needed)


def check_reason(reason: str) -> str:
    """Why a requisition is sent back, without blanks; `DomainError` when it says too little."""
    text = " ".join(reason.split())
    if len(text) < MIN_REASON:
        raise DomainError(
            "approval.reason",
            _("还没写清为什么退回。请至少写 {n} 个字，申请人会照着改。", n=MIN_REASON),
        )
    return text
