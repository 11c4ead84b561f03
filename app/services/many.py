"""One change for many rows: row after row in a file, one statement with arrays on a server.

A paper of a thousand lines that asks a server line by line waits a thousand times for its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Delete, Update, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.services.db import database_of
from app.services.queries.portions import portions

_AT_ONCE: Final = 5_000
Kind = TypeEngine[Any] | type[TypeEngine[Any]]


class ForEach:
    """An UPDATE or DELETE of tables (not of mapped classes) for many rows at once.

    Args:
        change: Makes the statement of what stands for the values of a row, in their order.
        kinds: Types of the values of a row, by any names.
    """

    def __init__(self, change: Callable[..., Update | Delete], /, **kinds: Kind) -> None:
        self._names = tuple(f"each_{name}" for name in kinds)
        types = dict(zip(self._names, kinds.values(), strict=True))
        self._single = change(*(bindparam(name, type_=kind) for name, kind in types.items()))
        arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in types.items())
        sides = func.unnest(*arrays).table_valued(
            *(column(name, kind) for name, kind in types.items()), name="each_row"
        )
        self._together = change(*sides.render_derived().columns)

    def do(self, session: Session, rows: Sequence[Sequence[Any]], **common: Any) -> int:
        """Carry it out; how many rows of the table it has changed.

        Args:
            session: The unit of work; objects of the mapper that it holds are not told.
            rows: Values in the order of `kinds`; two rows never mean the same row of the table.
            common: Values that are the same for all.
        """
        session.flush()
        changed, connection = 0, session.connection()
        for part in portions(rows, _AT_ONCE):
            if database_of(session).is_sqlite:
                each = [common | dict(zip(self._names, row, strict=True)) for row in part]
                done = connection.execute(self._single, each)
            else:
                sides = dict(zip(self._names, map(list, zip(*part, strict=True)), strict=True))
                done = connection.execute(self._together, common | sides)
            changed += done.rowcount
        return changed
