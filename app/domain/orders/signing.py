"""Who signs when: first the member, then the supplier; either may refuse with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.domain.documents import State
from app.domain.errors import DomainError
from app.i18n import N_, _

MIN_REASON: Final = 5
"""Characters of a reason that say something; api.sign on PostgreSQL asks for the same."""


class Party(StrEnum):
    """The two sides of a member's order."""

    MEMBER = "member"
    SUPPLIER = "supplier"

    @property
    def label(self) -> str:
        """The side in the person's language."""
        return _(_PARTIES[self])


class Decision(StrEnum):
    """What a side says to a version of an order."""

    SIGNED = "signed"
    REFUSED = "refused"


_PARTIES: Final[Mapping[Party, str]] = {Party.MEMBER: N_("成员"), Party.SUPPLIER: N_("供应商")}
_TURN: Final[Mapping[State, Party]] = {
    State.TO_SIGN: Party.MEMBER,
    State.MEMBER_SIGNED: Party.SUPPLIER,
}
_SIGNED: Final[Mapping[Party, State]] = {
    Party.MEMBER: State.MEMBER_SIGNED,
    Party.SUPPLIER: State.SIGNED,
}
OPEN: Final = frozenset({State.TO_SIGN, State.MEMBER_SIGNED, State.ANSWERED, State.REFUSED})
"""States in which an order is not signed by both sides yet."""
SETTLED: Final = frozenset({State.SIGNED, State.PARTLY_RECEIVED, State.RECEIVED, State.DONE})
"""States that only an order signed by both sides can have."""
ARRIVED: Final = frozenset({State.RECEIVED, State.DONE})
"""States in which nothing more is expected of an order."""


def turn(state: State) -> Party | None:
    """The side whose signature an order in `state` waits for; None when it waits for nobody."""
    return _TURN.get(state)


def signed_by(state: State) -> frozenset[Party]:
    """The sides that have signed the present version of an order in `state`."""
    if state in SETTLED:
        return frozenset(Party)
    half = state in {State.MEMBER_SIGNED, State.ANSWERED}
    return frozenset({Party.MEMBER}) if half else frozenset()


def state_after(party: Party, decision: Decision) -> State:
    """The state of an order after `party` decided."""
    return State.REFUSED if decision is Decision.REFUSED else _SIGNED[party]


def check_reason(reason: str) -> str:
    """The reason without blanks around it; raises `DomainError` when it says too little."""
    text = reason.strip()
    if len(text) < MIN_REASON:
        raise DomainError(
            "order.reason",
            _(
                "还没写清原因。请至少写 {n} 个字，对方和集团采购都会看到。",
                n=MIN_REASON,
            ),
        )
    return text
