"""Our column types: what they cost by being many."""

from __future__ import annotations

from sqlalchemy import inspect

from app.models import every
from app.models.base import Base


def test_columns_of_one_kind_share_how_they_compare() -> None:
    kinds: dict[str, set[type]] = {}
    for mapper in Base.registry.mappers:
        for attribute in inspect(mapper).column_attrs:
            for column in (attribute.columns[0], attribute.expression):
                # asked twice: a class made on asking would be another one
                kinds.setdefault(type(column.type).__name__, set()).update(
                    (type(column.comparator), column.type.comparator_factory)
                )
    assert len(kinds) > 5, every.__doc__
    assert {name: len(classes) for name, classes in kinds.items()} == dict.fromkeys(kinds, 1)
