"""Readers of the public sets; each gives plain rows and leaves judgement to the cleaners."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

Row = dict[str, str]

_INSERT = re.compile(
    r"insert\s+into\s+olt_drug_catalogue\s*\(([^)]*)\)\s*values\s*\(", re.IGNORECASE
)
_VALUE = re.compile(r"'((?:[^']|'')*)'|(null)|(-?[\d.]+)", re.IGNORECASE)
_TENDER = re.compile(r"\('[0-9a-f]{32}', '\d+', (.*?)\)(?:,|;|\s*go)", re.DOTALL)


def _values(text: str) -> list[str]:
    return [
        quoted.replace("''", "'") if quoted else number
        for quoted, _, number in _VALUE.findall(text)
    ]


def distributor_rows(folder: Path) -> Iterator[Row]:
    """The rows of the two distributors' catalogues, newest file first."""
    base = folder / "data" / "huarun_guoyao_catalogue"
    for name in ("药品目录_0321.sql", "药品目录_0222.sql", "药品目录.sql"):
        text = (base / name).read_text(encoding="utf-8")
        for start in _INSERT.finditer(text):
            end = text.find(";\n", start.end())
            titles = [title.strip() for title in start[1].split(",")]
            values = _values(text[start.end() : end if end > 0 else len(text)])
            if len(values) == len(titles):
                yield dict(zip(titles, values, strict=True))


def tender_rows(folder: Path) -> Iterator[Row]:
    """The rows of the old provincial tender list: maker, trade, price, unit, name, form, spec."""
    path = folder / "data" / "henan_price_list_ypxx" / "drugmanager_SQL语句.sql"
    text = path.read_text(encoding="gb18030", errors="replace")
    start = text.find("INSERT INTO ypxx")
    for found in _TENDER.finditer(text, start, text.find("insert into #test")):
        values = _values(found[1])
        maker, trade, price = values[:3]
        unit, name, form, spec, count = values[-7:-2]
        yield {
            "maker": maker, "trade": trade, "price": price, "unit": unit, "name": name,
            "form": form, "spec": spec, "count": count,
        }  # fmt: skip


def nhsa_rows(folder: Path) -> Iterator[Row]:
    """Packs of the national insurance list with codes, from the joined benchmark file."""
    with (folder / "bench" / "match" / "unified.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["source"].startswith("nhsa"):
                yield row


def nhsa_classes(folder: Path) -> dict[str, str]:
    """Generic name to insurance class (``XG02BA``), from the rows without text too."""
    path = next((folder / "data" / "nhsa_intelligent_review").glob("*.csv"))
    with path.open(encoding="utf-8-sig") as stream:
        return {
            row["药品通用名"]: row["医保药品编码"][:6]
            for row in csv.DictReader(stream)
            if row["医保药品编码"].startswith("X")
        }


def implant_classes(folder: Path) -> list[tuple[str, ...]]:
    """Consumable classes: (category, class code, three levels, generic, material, feature)."""
    path = folder / "data" / "consumables_focus18" / "focus18_data.sql"
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"\(0, ((?:'[^']*', ){11})0, 'import'", text)
    rows = [re.findall(r"'([^']*)'", line) for line in found]
    return [(r[0], r[1], r[2], r[3], r[4], r[6], r[8], r[10]) for r in rows]
