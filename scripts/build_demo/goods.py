"""`consumables.csv` (418 rows) and `reagents.csv` (130 rows): class level, fictional products."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from scripts.build_demo import clean, codes, sources
from scripts.build_demo.tables import table

CONSUMABLES: Final = 418
REAGENTS: Final = 130
COLUMNS: Final = (
    "code",
    "name",
    "category",
    "method",
    "spec",
    "base_unit",
    "pack_unit",
    "pack",
    "case",
    "maker",
    "registration",
    "class_code",
    "high_value",
    "storage",
    "gtin",
    "case_gtin",
    "price",
    "monthly",
    "community",
)
Row = dict[str, str]
IMPLANTS: Final = {
    "固定板": (1850, 34),
    "内固定材料": (620, 18),
    "螺钉": (380, 13),
    "融合器": (4200, 4),
    "支架": (3600, 5),
    "球囊": (1350, 5),
    "导丝": (480, 4),
    "吻合器": (1280, 4),
    "吻合器适配钉仓": (560, 3),
    "止血材料": (320, 6),
    "人工关节": (5200, 6),
    "修复材料": (680, 2),
}
"""Generic name of an implant class: price of one piece, and how many classes are taken."""
_HOSPITAL_ONLY: Final = (
    "手术用品",
    "麻醉呼吸类",
    "介入置管类",
    "血液净化类",
    "植入介入类",
    "分子诊断",
    "输血",
    "血气",
)
_FROZEN: Final = ("分子诊断",)


def _ordinary() -> Iterator[Row]:
    for name, category, base, pack, specs in table("consumables"):
        for spec in specs.split(";"):
            text, count, price = spec.rsplit(",", 2)
            yield {
                "name": name,
                "category": category,
                "spec": text,
                "base_unit": base,
                "pack_unit": pack if int(count) > 1 else base,
                "pack": count,
                "price": price,
            }


def _implants(folder: Path, wanted: int) -> list[Row]:
    draw = random.Random(8601)  # noqa: S311 - a repeatable pick, no secret
    classes = sources.implant_classes(folder)
    found: list[Row] = []
    for generic, (price, count) in IMPLANTS.items():
        matching = sorted({row for row in classes if row[5] == generic and _clear(row)})
        for row in draw.sample(matching, min(count, len(matching))):
            feature = "、".join(
                part for part in (row[6], row[7]) if part.strip("-") and part != "不区分"
            )
            drift = Decimal(str(round(draw.uniform(0.7, 1.4), 3)))
            base = {"球囊": "根", "导丝": "根", "支架": "枚", "螺钉": "枚"}.get(generic, "件")
            found.append(
                {
                    "name": _implant_name(row),
                    "category": "植入介入类",
                    "spec": clean.plain(feature),
                    "base_unit": base,
                    "pack_unit": base,
                    "pack": "1",
                    "price": str((price * drift).quantize(Decimal(1))),
                    "class_code": row[1],
                    "high_value": "1",
                }
            )
    return sorted(found, key=lambda row: row["class_code"])[:wanted]


def _clear(row: tuple[str, ...]) -> bool:
    return "非灭菌" not in row[7] and not row[4].startswith("其他")


def _implant_name(row: tuple[str, ...]) -> str:
    level, generic = clean.plain(row[4].strip("-") or row[3]), row[5]
    return f"止血{level.removeprefix('止血')}" if generic == "止血材料" else level


def _reagents() -> Iterator[Row]:
    for name, category, method, specs in table("reagents"):
        for spec in specs.split(";"):
            text, count, price = spec.rsplit(",", 2)
            yield {
                "name": f"{name}({method})",
                "category": category,
                "method": method,
                "spec": text,
                "base_unit": "人份",
                "pack_unit": "盒",
                "pack": count,
                "price": price,
            }


def _finish(number: int, row: Row, prefix: str, makers: tuple[str, ...]) -> Row:
    reagent = prefix == "SJ"
    draw = random.Random(prefix + row["name"])  # noqa: S311 - one maker for all sizes of a product
    pack, price = int(row["pack"]), Decimal(row["price"])
    maker = draw.choice(makers)
    sizes = random.Random(f"{prefix}{number}")  # noqa: S311 - repeatable demo figures
    in_case = 1 if row.get("high_value") else (10 if reagent else sizes.choice((10, 20, 20, 40)))
    level = sizes.lognormvariate(3.0, 0.8) * float((price + 10) ** Decimal("-0.3")) * 4
    start = 40_000 if reagent else 20_000
    cold = "frozen" if row["category"] in _FROZEN else "cold"
    # No certificate is of the place 演 or of the year 2099: nobody can take these for real ones.
    implant = f"国械注准2099313{number:04d}"
    device = f"演械注准20232{40 if reagent else 14}{number:04d}"
    normal = row["category"] in {"血常规", "尿液", "体液"}
    done = {
        "code": f"{prefix}{number:06d}",
        "case": str(pack * in_case),
        "maker": maker,
        "registration": implant if row.get("high_value") else device,
        "storage": "normal" if not reagent or normal else cold,
        "gtin": codes.gtin14(start + number),
        "case_gtin": codes.gtin14(start + number, level=1),
        "monthly": str(max(1, round(level if not row.get("high_value") else level / 6))),
        "community": str(int(row["category"] not in _HOSPITAL_ONLY)),
    }
    return {title: {**row, **done}.get(title, "") for title in COLUMNS}


def _makers(kind: str) -> tuple[str, ...]:
    return tuple(name for found, name in table("makers") if found == kind)


def consumables(folder: Path) -> list[Row]:
    """Ordinary classes and implants of the public class list, exactly `CONSUMABLES` rows."""
    ordinary = list(_ordinary())
    found = ordinary + _implants(folder, CONSUMABLES - len(ordinary))
    makers = _makers("consumable")
    return [_finish(n, row, "HC", makers) for n, row in enumerate(found, start=1)]


def reagents() -> list[Row]:
    """Kits by analyte, exactly `REAGENTS` rows."""
    makers = _makers("reagent")
    return [_finish(n, row, "SJ", makers) for n, row in enumerate(_reagents(), start=1)]
