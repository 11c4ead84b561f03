"""Keys fit for growth: what belongs to an organisation is found and spread by it."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

import app.models.every  # noqa: F401 - fills the metadata
from app.models.base import Base

OWNED = [table for table in Base.metadata.sorted_tables if "org_id" in table.columns]
SHARED = {
    "price": "the group's price book: one table for all, read with every order",
    "item_code": "the catalogue: a member's own code lies beside the group's",
    "person": "people are a small table of the whole group",
    "trace_code": "a trace code comes in once in the whole group, whoever receives it",
    "trace_link": "which case a trace code lies in is the same for the whole group",
}
"""Tables with an organisation in them that are reference tables all the same, and why."""


@pytest.mark.parametrize("table", OWNED, ids=lambda table: table.name)
def test_keys_begin_with_the_organisation(table: Table) -> None:
    if table.name in SHARED:
        assert table.columns["org_id"] is not None
        return
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            assert next(iter(constraint.columns)).name == "org_id", constraint.name


def test_no_key_is_made_by_the_database() -> None:
    made = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.primary_key
        if column.autoincrement is True or column.identity is not None
    ]
    assert made == []


def test_a_module_of_tables_brings_those_that_its_foreign_keys_point_to() -> None:
    home = {
        model.__table__.key: model.__module__
        for model in Base.__subclasses__()
        if isinstance(model.__table__, Table)
    }
    assert set(home) == set(Base.metadata.tables)
    brought = {name: _imports(name) for name in set(home.values())}
    missing = [
        f"{home[table.key]} does not import {home[key.column.table.key]}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if home[key.column.table.key] not in {home[table.key], *brought[home[table.key]]}
    ]
    assert missing == []


def _imports(module: str) -> set[str]:
    nodes = ast.walk(ast.parse(inspect.getsource(sys.modules[module])))
    return {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
