"""The first hits of a text that means thousands of items, without sorting them all.

What the group uses is a small part of any catalogue: those hits are looked through in the order of
use. The rest has no order but its ranks and ids, and the index gives ids in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, not_, select
from sqlalchemy.orm import Session

from app.domain import search_text
from app.models.item import Item, ItemSearch
from app.services.catalogue import grams, hits
from app.services.db import database_of
from app.services.queries import keyset
from app.services.queries.keyset import KeyPage, ListShape, QueryLike

_PART: Final = 500
_RANKS: Final = (1, 2, 3)
_UNUSED: Final = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of a query, behind the key of the page before, so many."""

    query: QueryLike
    after: object
    limit: int


def fetch(
    session: Session,
    statement: Select[Any],
    shape: ListShape,
    wanted: Wanted,
    own: Mapping[str, Any],
) -> KeyPage:
    """One page in the order of `hits.order`; the key is that of `keyset.fetch`.

    Args:
        session: The unit of work.
        statement: The list without the condition of the text.
        shape: The list's columns and order.
        wanted: Which rows.
        own: Words that are codes of the actor's own (`hits.own_codes`).
    """
    text = wanted.query.text
    key = wanted.after if isinstance(wanted.after, tuple) else (0, 0, 0, 0)
    statement = statement.where(*keyset.conditions(shape, wanted.query))
    keyed = statement.add_columns(*hits.order(text, own), Item.id.label("key_id"))
    width = len(statement.selected_columns)
    rows: list[Any] = []
    if key[0] < _UNUSED:
        narrowed = bool(wanted.query.filters or wanted.query.view)
        rows = _used(session, keyed, (text, key, wanted.limit + 1), own, narrowed=narrowed)
    if len(rows) <= wanted.limit:
        start = key[1:] if key[0] == _UNUSED else (1, 0, 0)
        rows += _unused(session, keyed, (text, start, wanted.limit + 1 - len(rows)), own)
    more = len(rows) > wanted.limit
    kept = rows[: wanted.limit]
    return KeyPage(tuple(kept), tuple(kept[-1])[width:] if more and kept else None)


def _used(
    session: Session,
    keyed: Select[Any],
    part: tuple[str, tuple[Any, ...], int],
    own: Mapping[str, Any],
    *,
    narrowed: bool,
) -> list[Any]:
    """The exact code, and hits that the group uses, in full order."""
    text, key, limit = part
    order = [*hits.order(text, own), Item.id]
    says = (hits.says_or_carries(word, own) for word in search_text.words_of(text))
    conditions = [hits.in_use(text, own), *says]
    if key != (0, 0, 0, 0):
        conditions.append(keyset.behind(order, key))
    if narrowed:
        found = keyed.where(*conditions)
    else:  # sorted without makers, prices and names; those are read for the page alone
        ids = select(Item.id).join(ItemSearch, ItemSearch.item_id == Item.id).where(*conditions)
        page = ids.order_by(*order).limit(limit).subquery()
        found = keyed.where(Item.id.in_(select(page.c.id)))
    return list(session.execute(found.order_by(*order).limit(limit)).all())


def _unused(
    session: Session,
    keyed: Select[Any],
    part: tuple[str, Sequence[Any], int],
    own: Mapping[str, Any],
) -> list[Any]:
    """Hits that nobody uses, rank by rank, in the order of ids."""
    text, (rank, _use, after), limit = part
    sqlite = database_of(session).is_sqlite
    rows: list[Any] = []
    for place in _RANKS:
        if place < rank:
            continue
        found = grams.candidates(*hits.ranked_ways(text, place), sqlite=sqlite)
        last = after if place == rank else 0
        condition = and_(
            hits.rank(text) == place,
            not_(hits.in_use(text, own)),
            *(hits.says(word) for word in search_text.words_of(text)),
        )
        while len(rows) < limit:
            ids = hits.ids(
                session.execute(grams.from_there(found, last, _PART, sqlite=sqlite)).all()
            )
            if ids:
                some = keyed.where(Item.id.in_(ids), condition)
                rows += session.execute(some.order_by(Item.id)).all()
                last = ids[-1]
            if len(ids) < _PART:
                break
    return rows[:limit]
