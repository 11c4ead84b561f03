"""How far a group order is: counted from the states of its member orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.documents import State
from app.domain.orders.signing import ARRIVED, SETTLED


@dataclass(frozen=True, slots=True)
class Progress:
    """Member orders by what they wait for; cancelled ones are not counted.

    Attributes:
        total: Orders that count.
        signed: Signed by both sides (some may have arrived since).
        to_supplier: Signed by the member, waiting for the supplier.
        to_member: Waiting for the member.
        refused: Refused by one side.
        answered: Confirmed in part by the supplier, waiting for the group's buyer.
        arrived: Of the signed ones, those fully received.
    """

    total: int
    signed: int
    to_supplier: int
    to_member: int
    refused: int
    answered: int
    arrived: int

    @property
    def open(self) -> int:
        """Orders that are not signed by both sides."""
        return self.total - self.signed


def progress(states: Iterable[State]) -> Progress:
    """Count the states of a group order's member orders."""
    found: Counter[State] = Counter(state for state in states if state is not State.CANCELLED)
    return Progress(
        total=found.total(),
        signed=sum(found[state] for state in SETTLED),
        to_supplier=found[State.MEMBER_SIGNED],
        to_member=found[State.TO_SIGN],
        refused=found[State.REFUSED],
        answered=found[State.ANSWERED],
        arrived=sum(found[state] for state in ARRIVED),
    )


def group_state(now: State, counted: Progress) -> State:
    """What a group order becomes when its member orders are as counted.

    It is under way once every order that was not cancelled is signed, and cancelled when none is
    left. A group order that is under way stays so.
    """
    if now is not State.SIGNING:
        return now
    if not counted.total:
        return State.CANCELLED
    return State.ACTIVE if counted.signed == counted.total else State.SIGNING


def shown_state(stored: State, counted: Progress) -> State:
    """The state people see: a group order under way whose goods have all come is 已到齐."""
    if stored is State.ACTIVE and counted.total and counted.arrived == counted.total:
        return State.RECEIVED
    return stored
