"""Results as a table for `docs/performance.md`: `python -m benchmarks.report FILE.jsonl …`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

HEAD: Final = "| work | database | size | seconds | CPU s | rows/s | × the plain driver |"


def table(lines: list[dict[str, Any]]) -> str:
    """The newest figure of each work, database and size, as Markdown."""
    newest = {(one["bench"], one["backend"], one["size"]): one for one in lines}
    rows = [
        f"| {one['bench']} | {one['backend'] or '—'} | {one['size']:,} | {_short(one['seconds'])} "
        f"| {_short(one['cpu_s'])} | {one['rows_per_s']:,.0f} | {one['floor_ratio'] or '—'} |"
        for one in newest.values()
    ]
    return "\n".join([HEAD, "|---|---|---|---|---|---|---|", *rows]) + "\n"


def _short(seconds: float) -> str:
    """Three figures are all that a shared machine has."""
    return f"{seconds:.3g}" if seconds else "—"


def main(files: list[str]) -> None:
    """Read results and print the table."""
    lines = [json.loads(line) for name in files for line in Path(name).read_text().splitlines()]
    sys.stdout.write(table(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
