"""Rows of a chain that do not fit, in words: whose, which, and what stands in them now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Table, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType as Stored

from app.domain.stock.doc_titles import doc_title
from app.i18n import _
from app.models.base import moment
from app.models.item import Item
from app.models.party import Person
from app.services.anchors import BOOKS, CHAINS
from app.services.db import Database
from app.services.operation_words import operation_words
from app.services.platform.proofs import ChainProof
from app.services.platform.proofs_named import organisations
from app.services.stock.papers import units_text


def broken_words(db: Database, found: Sequence[ChainProof]) -> tuple[str, ...]:
    """A line for each row that does not fit, or for a chain that has lost its end."""
    broken = [one for one in found if not one.whole]
    with db.read() as session:
        names = organisations(session, {one.org_id for one in broken})
        return tuple(line for one in broken for line in _lines(session, one, names))


def _lines(session: Session, one: ChainProof, names: dict[int, str]) -> Iterator[str]:
    chain = _("{org}{chain}", org=names.get(one.org_id, ""), chain=_(CHAINS[one.chain]))
    if not one.odd:
        yield _(
            "{chain}的末尾不对：现有 {rows} 行，后面的记录或链尾的登记被删改过",
            chain=chain, rows=one.rows,
        )  # fmt: skip
    for seq in one.odd:
        yield _(
            "{chain}第 {seq} 行被改过，或它前面缺了记录{what}",
            chain=chain, seq=seq, what=_bracketed(_what(session, one, seq)),
        )  # fmt: skip


def _bracketed(words: str) -> str:
    return _("（{words}）", words=words) if words else ""


def _what(session: Session, one: ChainProof, seq: int) -> str:
    """What the row says now; its values are taken as they are, for a stranger wrote them."""
    books: Table = BOOKS[one.chain].metadata.tables[one.chain]
    columns = [type_coerce(column, Stored).label(column.name) for column in books.columns]
    query = select(*columns).where(books.c.org_id == one.org_id, books.c.seq == seq)
    row = session.execute(query).mappings().first()
    if row is None or one.chain == "imprint":
        return ""
    parts = _move(session, row) if one.chain == "ledger" else _entry(session, row)
    return " ".join(part for part in parts if part)


def _move(session: Session, row: Any) -> Iterator[str]:
    yield str(row["occurred_on"])
    yield doc_title(str(row["doc_kind"]))
    item = session.get(Item, row["item_id"])
    if item is not None:
        yield item.name
        with suppress(TypeError, ValueError):
            yield units_text(item.base_unit, item.pack_unit, item.pack_factor, int(row["qty"]))


def _entry(session: Session, row: Any) -> Iterator[str]:
    with suppress(OverflowError, ValueError, TypeError):
        yield f"{moment(row['at']):%Y-%m-%d %H:%M}"
    yield session.scalar(select(Person.name).where(Person.id == row["person_id"])) or ""
    yield operation_words(str(row["action"]))
