"""Which items a text means, and in which order: one way for every screen and both databases.

Each word must occur in the item's name, specification or maker, begin one of its codes (or the
number in it), be the initials of a part of the name in any reading, or its full pinyin from some
syllable on; a member's own codes count for that member. The order: the exact group code, then
what the group uses or the member has a code for, then the rest; in each the codes that begin so,
the names and initials that begin so, the others; then by how often an item is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from weakref import WeakSet

from sqlalchemy import ColumnElement, and_, case, false, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session

from app.domain import search_text
from app.domain.duties import Actor
from app.domain.scan import ScanKind
from app.domain.search_text import Ways
from app.models.item import Item, ItemCode, ItemSearch
from app.models.pack import Pack
from app.services.catalogue import grams, lookup
from app.services.db import Database, database_of
from app.services.queries.keyset import escape_like
from app.services.scan_rules import read_scan

_LAST: Final = "\U0010ffff"
_SCANNED: Final = frozenset({
    ScanKind.GS1, ScanKind.MA, ScanKind.AHM, ScanKind.TRACE, ScanKind.NATIONAL, ScanKind.GTIN,
    ScanKind.RULE,
})  # fmt: skip
_MANY: Final = 3_000
_LARGE: Final[WeakSet[Database]] = WeakSet()
"""Whose catalogue was seen to be larger than that: it does not become small again."""
_SHORT: Final = re.compile(r"[^\x00-\x7f]|[\x21-\x7e]{1,2}|[a-z]{2}-?\d{0,4}")
"""Words that may well mean a large part of the catalogue."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text means to somebody; looked up once, for everything that is asked of it.

    Attributes:
        words: Each must be found.
        own: Of the words those that begin codes of the person's organisations: selects of items.
        scanned: The condition on the items that carry the text as a whole code; None where it is
            none.
    """

    text: str
    words: tuple[str, ...]
    own: Mapping[str, Any]
    scanned: ColumnElement[bool] | None


def meaning(session: Session, actor: Actor, text: str) -> Meant:
    """Look up whether the text is a code, of the goods or of the person's own."""
    words = search_text.words_of(text)
    own = _own_codes(session, actor, words)
    return Meant(text, words, own, _scanned(session, actor, text) if words else None)


def matches(session: Session, meant: Meant) -> ColumnElement[bool] | None:
    """The condition on `Item` joined with `ItemSearch` for a text; None when it is empty."""
    if not meant.words:
        return false() if meant.text.strip() else None  # signs mean nothing, blanks mean all
    if meant.scanned is not None:
        return meant.scanned
    sqlite = database_of(session).is_sqlite
    if not meant.own:
        found = grams.candidates([search_text.ways(word) for word in meant.words], sqlite=sqlite)
        return and_(Item.id.in_(found), *(says(word) for word in meant.words))
    return and_(*(_either(word, meant.own.get(word), sqlite=sqlite) for word in meant.words))


def _own_codes(session: Session, actor: Actor, words: Sequence[str]) -> dict[str, Any]:
    sqlite = database_of(session).is_sqlite
    found = {word: _own(actor, word, sqlite=sqlite) for word in words}
    return {
        word: codes for word, codes in found.items() if session.scalar(codes.limit(1)) is not None
    }


def says(word: str) -> ColumnElement[bool]:
    """Whether the search text really holds the word; the index only knows pieces."""
    within, ahead = f"%{escape_like(word)}%", f"{escape_like(word)}%"
    kinds = [
        _like(ItemSearch.words, within),
        _like(ItemSearch.codes, ahead),
        _like(ItemSearch.codes, f"%\n{ahead}"),
    ]
    if word.isascii() and word.isalnum():
        kinds.append(_like(ItemSearch.initials, within))
    if search_text.by_pinyin(word):
        # From a syllable on: the pieces begin at syllables, the text has no marks between them.
        start = search_text.ways(word)[-1][0].text
        piece = _like(ItemSearch.grams, f"% {escape_like(start)}%")
        kinds.append(and_(_like(ItemSearch.full, within), piece))
    return or_(*kinds)


def order(text: str, own: Mapping[str, Any]) -> tuple[ColumnElement[Any], ...]:
    """What hits are sorted by; ids decide among equals."""
    tier = case((Item.code == exact(text), 0), (_known(own), 1), else_=2)
    return tier, rank(text), literal(0) - Item.usage_rank


def in_use(text: str, own: Mapping[str, Any]) -> ColumnElement[bool]:
    """Whether an item stands before all that nobody uses."""
    if not own:
        return or_(Item.usage_rank > 0, Item.code == exact(text))
    used = select(Item.id).where(or_(Item.usage_rank > 0, Item.code == exact(text)))
    return Item.id.in_(used.union(*own.values()))


def says_or_carries(word: str, own: Mapping[str, Any]) -> ColumnElement[bool]:
    """Whether the text holds the word, or it begins a code of the actor's own."""
    return or_(says(word), Item.id.in_(own[word])) if word in own else says(word)


def _known(own: Mapping[str, Any]) -> ColumnElement[bool]:
    return or_(Item.usage_rank > 0, *(Item.id.in_(codes) for codes in own.values()))


def exact(text: str) -> str:
    """The group code that the text would be."""
    return "".join(text.split()).upper()


def rank(text: str) -> ColumnElement[int]:
    """1 a code begins with the first word, 2 a name or its initials do, 3 neither."""
    words = search_text.words_of(text)
    if not words:
        return literal(3)
    return case((_codes_begin(words[0]), 1), (_lines_begin(words[0]), 2), else_=3)


def is_broad(session: Session, meant: Meant) -> bool:
    """Whether so many items match that sorting them all would take too long."""
    if not meant.words or meant.scanned is not None or _is_small(session):
        return False
    if all(_SHORT.fullmatch(word) for word in meant.words):
        return True
    sqlite = database_of(session).is_sqlite
    wanted = [search_text.ways(word) for word in meant.words]
    some = grams.candidates(wanted, sqlite=sqlite).limit(_MANY + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) > _MANY


def _is_small(session: Session) -> bool:
    """Whether the catalogue holds so few items that no text can be broad."""
    db = database_of(session)
    if db in _LARGE:
        return False
    some = select(Item.id).limit(_MANY + 1).subquery()
    small = (session.scalar(select(func.count()).select_from(some)) or 0) <= _MANY
    if not small:
        _LARGE.add(db)
    return small


def ranked_ways(text: str, place: int) -> tuple[list[Ways], list[Ways]]:
    """Pieces that the items of a rank hold, and pieces that they do not.

    Of a code longer than its piece the index cannot say who does not carry it.
    """
    words = search_text.words_of(text)
    code, line = search_text.code_beginning(words[0]), search_text.beginning(words[0])
    rest = [search_text.ways(word) for word in words[1:]]
    unlike = [code] if search_text.is_whole_code(words[0]) else []
    if place == 1:
        return [code, *rest], []
    if place == 2:  # noqa: PLR2004 - the ranks of `rank`
        return [line, *rest], unlike
    return [search_text.ways(words[0]), *rest], [*unlike, line]


def _scanned(session: Session, actor: Actor, text: str) -> ColumnElement[bool] | None:
    """A whole code finds the items that carry it, whatever its text form; None for other texts."""
    found = read_scan(session, text)
    if found.own_label:
        packs = (Pack.org_id.in_(sorted(actor.orgs())), Pack.code == found.own_label)
        labelled = session.scalar(select(Pack.item_id).where(*packs))
        if labelled is not None:
            return Item.id == labelled
    if found.kind not in _SCANNED or not found.usable:
        return None
    items = {match.item_id for match in lookup.by_scan(session, actor.orgs(), found)}
    return Item.id.in_(items) if items else None


def _own(actor: Actor, word: str, *, sqlite: bool) -> Any:
    """Items that one of the actor's organisations calls so."""
    begins: ColumnElement[bool] = ItemCode.code.like(f"{escape_like(word.upper())}%", escape="\\")
    if sqlite:
        begins = and_(ItemCode.code >= word.upper(), ItemCode.code < word.upper() + _LAST)
    # A member's code that was taken back names nothing any more.
    # `org_id <> 0` stands there as written in the index, or neither database would use it.
    own = (
        ItemCode.org_id.in_(sorted(actor.orgs())),
        ItemCode.org_id != literal_column("0"),
        ItemCode.valid_to.is_(None),
    )
    return select(ItemCode.item_id).where(*own, begins)


def _either(word: str, own: Any, *, sqlite: bool) -> ColumnElement[bool]:
    found = grams.candidates([search_text.ways(word)], sqlite=sqlite)
    if own is None:
        return and_(Item.id.in_(found), says(word))
    return and_(Item.id.in_(found.union(own)), or_(says(word), Item.id.in_(own)))


def _codes_begin(word: str) -> ColumnElement[bool]:
    ahead = f"{escape_like(word)}%"
    return or_(_like(ItemSearch.codes, ahead), _like(ItemSearch.codes, f"%\n{ahead}"))


def _lines_begin(word: str) -> ColumnElement[bool]:
    ahead = f"{escape_like(search_text.begin_of(word))}%"
    return or_(
        *(
            _like(text, pattern)
            for text in (ItemSearch.initials, ItemSearch.words)
            for pattern in (ahead, f"%\n{ahead}")
        )
    )


def _like(text: Any, pattern: str) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", text.like(pattern, escape="\\"))


def ids(rows: Iterable[Any]) -> Sequence[int]:
    """The item ids of rows that hold nothing else."""
    return [int(row[0]) for row in rows]
