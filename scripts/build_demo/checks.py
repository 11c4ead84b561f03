"""What the demo files must be before they are written; a fault stops the build."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from app.domain.quantity import chain_of
from scripts.build_demo import codes

Row = dict[str, str]
_READABLE: Final = re.compile(r"[一-龥A-Za-z0-9.·αβγⅠ-Ⅻ%()+/:、\-×㎡Ⅲ /°℃<>＜＞≤≥*μ#,²³^，。_]+")


def _chain(row: Row) -> None:
    steps = {1: row["base_unit"], int(row["pack"]): row["pack_unit"], int(row["case"]): "件"}
    chain_of([(name, factor) for factor, name in steps.items()], row["pack_unit"])


def _common(row: Row, title: str) -> Iterable[str]:
    if not _READABLE.fullmatch(row[title]) or not _READABLE.fullmatch(row["spec"]):
        yield "text"
    if not 1 <= int(row["pack"]) <= 2000:  # noqa: PLR2004 - a sales pack
        yield "pack"
    if not Decimal("0.3") <= Decimal(row["price"]) <= Decimal(12_000):
        yield "price"
    for code in (row["gtin"], row["case_gtin"]):
        if not re.fullmatch(r"[01]69999\d{8}", code) or codes.check_digit(code[:13]) != code[13]:
            yield "gtin"
    _chain(row)


def drug_faults(rows: list[Row]) -> list[str]:
    """Faults of the drugs as `code: what`."""
    faults = []
    for row in rows:
        what = list(_common(row, "generic"))
        if row["approval"] and not codes.APPROVAL.fullmatch(row["approval"]):
            what.append("approval")
        if row["drug_code"] and not codes.is_drug_code(row["drug_code"]):
            what.append("drug_code")
        if row["nhsa_code"] and not codes.NHSA.fullmatch(row["nhsa_code"]):
            what.append("nhsa_code")
        faults += [f"{row['code']}: {word}" for word in what]
    return faults + _twice(rows, ("generic", "maker", "spec"))


def goods_faults(rows: list[Row], wanted: int) -> list[str]:
    """Faults of consumables or reagents as `code: what`."""
    faults = [f"{row['code']}: {word}" for row in rows for word in _common(row, "name")]
    if len(rows) != wanted:
        faults.append(f"rows: {len(rows)} instead of {wanted}")
    return faults + _twice(rows, ("name", "spec"))


def _twice(rows: list[Row], titles: tuple[str, ...]) -> list[str]:
    seen = Counter(tuple(row[title] for title in titles) for row in rows)
    gtins = Counter(row["gtin"] for row in rows)
    return [f"{key}: twice" for key, n in [*seen.items(), *gtins.items()] if n > 1]
