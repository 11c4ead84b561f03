"""The hand-made tables beside this file: `|` parts the fields, `#` starts a remark."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "tables"


def table(name: str) -> list[list[str]]:
    """The lines of `tables/NAME.txt` as fields."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
