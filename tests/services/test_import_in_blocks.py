"""A large sheet is written in blocks behind the back of whoever makes the rows: the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.adapters.sheets_out import Sheet, write
from app.domain.ids import new_op
from app.models.item import Item, ItemChange, ItemCode, ItemSearch, ItemUnit
from app.services import bulk_behind
from app.services.catalogue import index
from app.services.catalogue.search import search
from app.services.importing import catalogue_write
from app.services.importing.catalogue import ApplyCatalogue, apply, preview
from app.services.importing.undo import UndoImport, undo
from benchmarks.catalogue_file import TITLES, rows
from tests.factories import Site

COUNT = 130
TEXTS = ("片", "安泰", "yp-", "国药准字H2026", "69000000000", "zs", "mg", "toubao")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "目录.csv"
    write(found, Sheet("药品", TITLES, rows(COUNT)))
    return found


def in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several blocks of every table, some rows left over, the index in two parts."""
    monkeypatch.setattr(catalogue_write, "_PART", 20)
    monkeypatch.setattr(catalogue_write, "_BLOCK", 33)
    monkeypatch.setattr(index, "_BLOCK", 27)
    monkeypatch.setattr(index, "_INDEX_BLOCK", 60)


def bring(site: Site, path: Path) -> int:
    way = site.as_("lead_buyer")
    return apply(*way, ApplyCatalogue(new_op(), preview(*way, path))).batch_id


def kept(site: Site) -> list[tuple[Any, ...]]:
    """What was written of the sheet's items, by their codes; without ids and times."""
    with site.owner.read() as session:
        items = {
            item.id: item for item in session.scalars(select(Item).where(Item.strength.like("%/%")))
        }
        left_out = {"id", "updated_at", "maker_id", "product_id"}
        told = [column.name for column in Item.__table__.columns if column.name not in left_out]
        facts: dict[int, list[Any]] = {
            key: [item.code, [getattr(item, name) for name in told]] for key, item in items.items()
        }
        for unit in session.scalars(select(ItemUnit).order_by(ItemUnit.factor)):
            if unit.item_id in facts:
                facts[unit.item_id].append((unit.factor, unit.name, unit.level))
        for one in session.scalars(select(ItemCode).order_by(ItemCode.system, ItemCode.code)):
            if one.item_id in facts:
                facts[one.item_id].append((one.system, one.code, one.org_id, one.unit_factor))
        for found in session.scalars(select(ItemSearch)):
            if found.item_id in facts:
                facts[found.item_id].append(
                    (found.words, found.initials, found.full, found.codes, found.grams)
                )
        for change in session.scalars(select(ItemChange)):
            if change.item_id in facts:
                facts[change.item_id].append((change.person_id, change.what))
    return sorted((tuple(one) for one in facts.values()), key=lambda one: str(one[0]))


def hits(site: Site) -> list[list[str]]:
    return [[row.code for row in search(*site.as_("east_store"), text, 500)] for text in TEXTS]


def test_rows_written_in_blocks_are_those_written_at_once(
    site: Site, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = bring(site, path)
    at_once, found = kept(site), hits(site)
    assert len(at_once) == COUNT
    assert all(any(codes) for codes in found), "every text finds something"
    undo(*site.as_("lead_buyer"), UndoImport(new_op(), batch))
    assert not kept(site)
    in_blocks(monkeypatch)
    bring(site, path)
    assert kept(site) == at_once
    assert hits(site) == found


def test_a_stop_between_blocks_leaves_nothing(
    site: Site, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_blocks(monkeypatch)
    before = hits(site)
    way = site.as_("lead_buyer")
    plan = preview(*way, path)

    def stop(done: int, total: int) -> None:
        del total
        if done >= 80:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        apply(*way, ApplyCatalogue(new_op(), plan), stop)
    assert not kept(site)
    assert hits(site) == before
    assert apply(*way, ApplyCatalogue(new_op(), plan)).added == COUNT, "and it can be done again"


def test_what_the_database_refuses_is_told_and_nothing_stays(
    site: Site, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal comes up in the thread that writes, blocks before the rows that are made."""
    in_blocks(monkeypatch)
    unheard_of: dict[Any, Any] = dict.fromkeys(catalogue_write._SYSTEMS)
    monkeypatch.setattr(catalogue_write, "_SYSTEMS", unheard_of)
    way = site.as_("lead_buyer")
    with pytest.raises(IntegrityError, match=r"(?i)null"):
        apply(*way, ApplyCatalogue(new_op(), preview(*way, path)))
    assert not kept(site)


@given(st.lists(st.tuples(st.integers(), st.sampled_from([None, True, 1, False, 0])), min_size=1))
def test_a_column_turned_at_once_says_what_its_values_say_one_by_one(
    rows: list[tuple[object, ...]],
) -> None:
    """One value throughout is turned once; the first and the last alike are not enough."""
    one_by_one = [(first, None if other is None else str(other)) for first, other in rows]
    assert bulk_behind._turned(list(rows), (None, str)) == one_by_one
