"""All that the page of one group order shows, asked for at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.duties import Actor
from app.services.db import Database, now
from app.services.orders.matrix import Matrix, MatrixWanted, matrix
from app.services.orders.queries import (
    GroupRow,
    GroupsWanted,
    MemberOrderRow,
    OrdersWanted,
    group_orders,
    member_orders,
)


@dataclass(frozen=True, slots=True)
class Groups:
    """The list of group orders, and the server's time when it was read."""

    rows: tuple[GroupRow, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """One group order: its member orders and its demand."""

    group_order_id: int
    orders: tuple[MemberOrderRow, ...]
    matrix: Matrix


def groups(db: Database, actor: Actor, wanted: GroupsWanted) -> Groups:
    """The newest group orders that concern the person, with the time they were read."""
    with db.read() as session:
        at = now(session)
    return Groups(group_orders(db, actor, wanted), at)


def board(db: Database, actor: Actor, group_order_id: int) -> Board:
    """The member orders and the demand of a group order, as far as the person may see them."""
    return Board(
        group_order_id,
        member_orders(db, actor, OrdersWanted(group_order_id)),
        matrix(db, actor, MatrixWanted(group_order_id)),
    )
