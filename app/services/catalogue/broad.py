"""The first hits of a text that means thousands of items, without sorting them all.

What the group uses is a small part of any catalogue: those hits are looked through in the order of
use. The rest has no order but its ranks and ids, and the index gives ids in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, func, not_, select
from sqlalchemy.orm import Session

from app.domain import search_text
from app.models.item import Item
from app.services.catalogue import grams, hits
from app.services.db import database_of
from app.services.queries import keyset
from app.services.queries.keyset import KeyPage, ListShape, QueryLike

_PART: Final = 500
_FEW: Final = 10_000
"""So many candidates are looked up one by one; of more, what is used is looked through."""
_WALKED: Final = 2_000
"""So many of the most used items are looked through before the index is asked."""
_START: Final = (0, 0, 0, 0)
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
    key = wanted.after if isinstance(wanted.after, tuple) else _START
    statement = statement.where(*keyset.conditions(shape, wanted.query))
    keyed = statement.add_columns(*hits.order(text, own), Item.id.label("key_id"))
    width = len(statement.selected_columns)
    rows: list[Any] = []
    if key[0] < _UNUSED:
        rows = _used(session, keyed, (text, key, wanted.limit + 1), own)
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
) -> list[Any]:
    """The exact code, and hits that the group uses, in full order."""
    text, key, limit = part
    if not own and key == _START:
        return _most_used(session, keyed, text, limit)
    order = [*hits.order(text, own), Item.id]
    says = (hits.says_or_carries(word, own) for word in search_text.words_of(text))
    found = keyed.where(hits.in_use(text, own), *says)
    if key != _START:
        found = found.where(keyset.behind(order, key))
    return list(session.execute(found.order_by(*order).limit(limit)).all())


def _most_used(session: Session, keyed: Select[Any], text: str, limit: int) -> list[Any]:
    """The first page of `_used`, rank by rank.

    Of what the group uses the most used is looked through: where that fills the page, nothing else
    needs to be. The index is asked for the ranks of which it holds too few.
    """
    sqlite = database_of(session).is_sqlite
    exact = Item.code == hits.exact(text)
    says = [hits.says(word) for word in search_text.words_of(text)]
    order = (Item.usage_rank.desc(), Item.id)
    rows = list(session.execute(keyed.where(exact, *says)).all())
    keyed = keyed.where(Item.usage_rank > 0, not_(exact), *says)
    walked = _walk(session, keyed, text)
    for place in _RANKS:
        left = limit - len(rows)
        if left <= 0:
            break
        wanted = keyed.where(hits.rank(text) == place)
        if len(walked[place]) >= left:
            wanted = wanted.where(Item.id.in_(walked[place][:left]))
        else:
            found = grams.candidates(*hits.ranked_ways(text, place), sqlite=sqlite)
            some = found.limit(_FEW + 1).subquery()
            count = session.scalar(select(func.count()).select_from(some)) or 0
            if not count:
                continue
            if count <= _FEW:
                wanted = wanted.where(Item.id.in_(found))
        rows += session.execute(wanted.order_by(*order).limit(left)).all()
    return rows


def _walk(session: Session, keyed: Select[Any], text: str) -> dict[int, list[int]]:
    """Hits among the most used items, by rank, in the order of use."""
    order = (Item.usage_rank.desc(), Item.id)
    most = select(Item.id).where(Item.usage_rank > 0).order_by(*order).limit(_WALKED)
    hit = keyed.where(Item.id.in_(most)).with_only_columns(
        Item.id, hits.rank(text), maintain_column_froms=True
    )
    walked: dict[int, list[int]] = {place: [] for place in _RANKS}
    for item, place in session.execute(hit.order_by(*order)):
        walked[place].append(item)
    return walked


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
