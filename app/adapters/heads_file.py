"""The chain heads that this computer saw last: a witness outside the database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.adapters import durable

Row = tuple[int, str, int, str]
"""Organisation, chain, number, hash in hex."""


def read(file: Path, where: str) -> tuple[Row, ...]:
    """What was kept for a database (a digest of its address); empty when nothing was."""
    rows = _all(file).get(where, ())
    whole = rows if isinstance(rows, list) else ()
    return tuple((row[0], row[1], row[2], row[3]) for row in whole if _is_row(row))


def _is_row(row: object) -> bool:
    kinds = (int, str, int, str)
    if not isinstance(row, list) or len(row) != len(kinds):
        return False
    return all(type(value) is kind for value, kind in zip(row, kinds, strict=True))


def write(file: Path, where: str, rows: Iterable[Row]) -> None:
    """Keep the heads of a database; a crash leaves either the old or the new file."""
    whole = _all(file) | {where: [list(row) for row in rows]}
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(whole, separators=(",", ":")), encoding="utf-8")
    durable.take_name(draft, file)


def _all(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
