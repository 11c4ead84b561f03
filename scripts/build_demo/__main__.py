"""`python -m scripts.build_demo FOLDER`: write `resources/demo/` anew."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.build_demo import checks, demand, drugs, goods
from scripts.build_demo.group import group

OUT = Path(__file__).resolve().parents[2] / "resources" / "demo"


def _table(columns: Sequence[str], rows: Sequence[dict[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def main(folder: Path) -> int:
    """Build, check and write; 1 when a check found a fault (nothing is written then)."""
    products, kits = drugs.rows(folder), goods.reagents()
    wares = goods.consumables(folder)
    faults = [
        *checks.drug_faults(products),
        *checks.goods_faults(wares, goods.CONSUMABLES),
        *checks.goods_faults(kits, goods.REAGENTS),
    ]
    if faults:
        print("\n".join(faults))
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "drugs.csv").write_text(_table(drugs.COLUMNS, products), encoding="utf-8")
    (OUT / "consumables.csv").write_text(_table(goods.COLUMNS, wares), encoding="utf-8")
    (OUT / "reagents.csv").write_text(_table(goods.COLUMNS, kits), encoding="utf-8")
    shapes = _table(demand.COLUMNS, demand.rows(folder)).encode()
    (OUT / "demand.csv.gz").write_bytes(gzip.compress(shapes, 9, mtime=0))
    text = json.dumps(group(), ensure_ascii=False, indent=1) + "\n"
    (OUT / "group.json").write_text(text, encoding="utf-8")
    print(f"{len(products)} drugs, {len(wares)} consumables, {len(kits)} reagents -> {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
