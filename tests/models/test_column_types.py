"""Our column types: what they cost by being many."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from sqlalchemy import inspect

from app.models import every
from app.models.base import Base


def test_columns_of_one_kind_share_how_they_compare() -> None:
    kinds: dict[str, set[type]] = {}
    for table in Base.__subclasses__():
        mapper: Any = inspect(table)
        for attribute in mapper.column_attrs:
            for column in (attribute.columns[0], attribute.expression):
                # asked twice: a class made on asking would be another one
                kinds.setdefault(type(column.type).__name__, set()).update(
                    (type(column.comparator), column.type.comparator_factory)
                )
    assert len(kinds) > 5, every.__doc__
    assert {name: len(classes) for name, classes in kinds.items()} == dict.fromkeys(kinds, 1)


def test_who_asks_one_table_does_not_wait_for_all() -> None:
    code = (
        "from sqlalchemy import inspect, select\n"
        "from app.models import every\n"
        "from app.models.base import Base\n"
        "from app.models.item import Item\n"
        "str(select(Item.id))\n"
        "print([one.__name__ for one in Base.__subclasses__() if inspect(one).configured])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "['Item']\n"
