"""Changing items, one or twenty thousand: what differs is written, and told in their history.

A sheet of the national catalogue changes thousands of items at once; reading and writing each of
them by itself took 30 ms, so rows of a part are read, compared and written together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain import catalogue, codes
from app.domain.catalogue import CodeDraft, ItemDraft
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.item import Item, ItemCode, ItemUnit
from app.services.catalogue.drafts import KnownItem, load_drafts
from app.services.catalogue.history import remember_all, was_first
from app.services.catalogue.makers import company_of, maker_of, product_of
from app.services.catalogue.rows import (
    HISTORIC,
    after_start,
    code_row,
    columns_of,
    facts,
    unit_rows,
    with_approval,
)
from app.services.db import now, today

_PART: Final = 1_000
Step = Callable[[int], None]
"""Told how many are done; may raise to stop."""
_Code = tuple[str, str]
"""System and code: what tells the codes of an item apart."""


@dataclass(frozen=True, slots=True)
class SavedItem:
    """What was kept: the item, and which fields changed."""

    item_id: int
    code: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """An item as it should be; version 0 takes whatever is there."""

    item_id: int
    draft: ItemDraft
    version: int = 0


@dataclass(slots=True)
class _Rows:
    """What is to be written of one part."""

    items: list[dict[str, Any]] = field(default_factory=list)
    units: list[tuple[int, ItemDraft]] = field(default_factory=list)
    new_codes: list[dict[str, Any]] = field(default_factory=list)
    gone: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    history: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


def change_all(
    session: Session,
    actor: Actor,
    changes: Sequence[Change],
    step: Step | None = None,
    known: Mapping[int, KnownItem] | None = None,
) -> list[SavedItem]:
    """Write changed items without their search text; the caller has checked the drafts.

    Args:
        session: The unit of work.
        actor: Who changes them.
        changes: What they should be.
        step: Told how many are done; may raise to stop.
        known: What they are, where that was just read in the same unit of work.

    Raises:
        DomainError: An item is gone, or its units would change.
        ConflictError: Somebody else changed an item since it was shown.
    """
    writer = _Writer(session, actor)
    saved: list[SavedItem] = []
    for start in range(0, len(changes), _PART):
        if step is not None:
            step(start)
        part = changes[start : start + _PART]
        there = known or load_drafts(session, [one.item_id for one in part])
        saved += writer.write(part, there)
    session.expire_all()  # objects of the mapper that were read before are stale now
    return saved


class _Writer:
    """Compares items with what they should be, and writes the difference."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session = session
        self._actor = actor
        self._day = today(session)
        self._stamp = now(session)
        self._names: dict[tuple[str, ...], int] = {}

    def write(self, part: Sequence[Change], known: Mapping[int, KnownItem]) -> list[SavedItem]:
        """Write one part."""
        rows, saved = _Rows(), []
        for one in part:
            item = known.get(one.item_id)
            if item is None:
                text = _("没有这个品规，可能已并入别的品规。请重新搜索。")
                raise DomainError("item.unknown", text)
            if one.version and item.version != one.version:
                raise was_first(self._session, item.item_id)
            _keep_units(item.draft, one.draft)
            saved.append(self._compare(item, one.draft, rows))
        self._write_items(rows)
        self._write_units(rows)
        self._write_codes(rows)
        remember_all(self._session, self._actor, rows.history)
        return saved

    def _compare(self, item: KnownItem, draft: ItemDraft, rows: _Rows) -> SavedItem:
        rows.items.append(
            columns_of(draft)
            | {
                "product_id": self._product(item, draft),
                "maker_id": self._maker(item, draft),
                "version": item.version + 1,
                "updated_at": self._stamp,
                "of_item": item.item_id,
                "of_version": item.version,
            }
        )
        if catalogue.steps(draft) != catalogue.steps(item.draft):
            rows.units.append((item.item_id, draft))
        after = self._compare_codes(item, draft, rows)
        before_facts = facts(item.draft, ((one.system.value, one.code) for one in item.draft.codes))
        after_facts = facts(draft, after)
        what = {
            name: [before_facts[name], fact]
            for name, fact in after_facts.items()
            if before_facts[name] != fact
        }
        if what:
            rows.history.append((item.item_id, what))
        return SavedItem(item.item_id, item.code, tuple(what))

    def _compare_codes(self, item: KnownItem, draft: ItemDraft, rows: _Rows) -> set[_Code]:
        """Note what becomes of the codes; what stays keeps its row. The codes that are left."""
        wanted = {_key(entry): entry for entry in with_approval(draft)}
        known = {(entry.system.value, entry.code): entry for entry in item.draft.codes}
        ended = self._ended(item.draft, draft)
        for key in known.keys() - wanted.keys():
            if key[0] in HISTORIC:
                last = known[key].valid_to or after_start(known[key].valid_from, self._day)
                rows.moved.append(_where(item.item_id, key, known[key], last))
            else:
                rows.gone.append(_where(item.item_id, key, known[key], None))
        for key, entry in wanted.items():
            last = self._last_day(entry) if key in ended else entry.valid_to
            if key not in known:
                rows.new_codes.append(code_row(item.item_id, new_id(), entry) | {"valid_to": last})
            elif _validity(known[key]) != (entry.unit_factor, entry.valid_from, last):
                rows.moved.append(_where(item.item_id, key, entry, last))
        left = {key for key in known if key in wanted or key[0] in HISTORIC}
        return left | wanted.keys()

    def _ended(self, old: ItemDraft, new: ItemDraft) -> set[_Code]:
        """The licence number that is replaced stays findable on old papers, but ends today."""
        number = old.approval_no.strip()
        if not number or number == new.approval_no.strip():
            return set()
        return {
            (system, codes.validate(codes.CodeSystem(system), number))
            for system in HISTORIC
            if codes.is_valid(codes.CodeSystem(system), number)
        }

    def _last_day(self, entry: CodeDraft) -> date | None:
        return entry.valid_to or after_start(entry.valid_from, self._day)

    def _product(self, item: KnownItem, draft: ItemDraft) -> int:
        key = _product_key(draft)
        if key == _product_key(item.draft):
            return item.product_id
        if key not in self._names:
            self._names[key] = product_of(self._session, draft)
        return self._names[key]

    def _maker(self, item: KnownItem, draft: ItemDraft) -> int:
        """The maker; it may learn its company code from new codes."""
        if (draft.maker, draft.codes) == (item.draft.maker, item.draft.codes):
            return item.maker_id
        key = (draft.maker, company_of(draft))
        if key not in self._names:
            self._names[key] = maker_of(self._session, draft)
        return self._names[key]

    def _write_items(self, rows: _Rows) -> None:
        table = _table(Item)
        names = [name for name in rows.items[0] if not name.startswith("of_")]
        done = self._session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("of_item"), table.c.version == bindparam("of_version"))
            .values({name: bindparam(name) for name in names}),
            rows.items,
        )
        if done.rowcount != len(rows.items):
            raise was_first(self._session, self._moved_on(rows))

    def _moved_on(self, rows: _Rows) -> int:
        """The item that somebody changed between our reading and our writing."""
        written = {int(row["of_item"]): int(row["version"]) for row in rows.items}
        asked = select(Item.id, Item.version).where(Item.id.in_(written))
        now_there = {row.id: row.version for row in self._session.execute(asked)}
        others = [item for item, version in written.items() if now_there.get(item) != version]
        return (others or list(written))[0]

    def _write_units(self, rows: _Rows) -> None:
        if not rows.units:
            return
        items = [item for item, _draft in rows.units]
        self._session.execute(delete(ItemUnit).where(ItemUnit.item_id.in_(items)))
        self._session.execute(
            insert(ItemUnit), list(chain.from_iterable(unit_rows(*one) for one in rows.units))
        )

    def _write_codes(self, rows: _Rows) -> None:
        table = _table(ItemCode)
        connection = self._session.connection()
        if rows.gone:
            connection.execute(delete(table).where(*_the_code(table)), rows.gone)
        if rows.moved:
            names = ("unit_factor", "valid_from", "valid_to")
            connection.execute(
                update(table)
                .where(*_the_code(table))
                .values({name: bindparam(f"to_{name}") for name in names}),
                rows.moved,
            )
        if rows.new_codes:
            connection.execute(insert(table), rows.new_codes)


def _keep_units(old: ItemDraft, new: ItemDraft) -> None:
    """Stock, prices and orders count in the smallest unit: it cannot become another one."""
    if (old.base_unit, old.pack_factor) != (new.base_unit.strip(), new.pack_factor):
        raise DomainError(
            "item.units_fixed",
            _(
                "最小单位和包装数量不能改：库存和价格都按它记账。"
                "包装变了请新增一个品规，再停用旧的。"
            ),
        )


def _key(entry: CodeDraft) -> _Code:
    return entry.system.value, codes.validate(entry.system, entry.code)


def _product_key(draft: ItemDraft) -> tuple[str, ...]:
    return draft.item_class.value, draft.name, draft.form, draft.category, draft.atc


def _validity(entry: CodeDraft) -> tuple[int, date | None, date | None]:
    return entry.unit_factor, entry.valid_from, entry.valid_to


def _where(item_id: int, key: _Code, entry: CodeDraft, last: date | None) -> dict[str, Any]:
    """Which code of the group is meant, and what it should become."""
    return {
        "of_item": item_id, "of_system": key[0], "of_code": key[1],
        "to_unit_factor": entry.unit_factor, "to_valid_from": entry.valid_from,
        "to_valid_to": last,
    }  # fmt: skip


def _the_code(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.item_id == bindparam("of_item"),
        table.c.system == bindparam("of_system"),
        table.c.code == bindparam("of_code"),
        table.c.org_id == 0,
    )


def _table(model: type[Item | ItemCode]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - models are tables here, never joins
    return table
