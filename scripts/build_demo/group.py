"""`group.json`: the fictional group, its suppliers, people, places and addresses.

云岭市 does not exist. The credit codes are of region 990100, which nobody has been given.
"""

from __future__ import annotations

from typing import Any, Final

from scripts.build_demo.codes import credit_code
from scripts.build_demo.tables import table

_CITY: Final = "云岭市"
_PLACES: Final = (
    # code, name, kind, zone, storage, the place that it hangs under
    ("A01", "药库", "store", "good", "normal", ""),
    ("C01", "冷藏柜", "bin", "good", "cold", "A01"),
    ("D01", "待验区", "zone", "pending", "normal", ""),
    ("E01", "不合格品区", "zone", "bad", "normal", ""),
    ("F01", "退货区", "zone", "returns", "normal", ""),
)


def _organisation(number: int, fields: list[str]) -> dict[str, Any]:
    key, code, name, short, kind, role, address, mode, legal, scale = fields
    return {
        "key": key,
        "code": code,
        "name": name,
        "short": short,
        "kind": kind,
        "role": role,
        "uscc": credit_code("12", 88_000_000 + number),
        "address": _CITY + address,
        "phone": f"000-555{number:04d}",
        "mode": mode,
        "legal": legal,
        "scale": int(scale),
    }


def _supplier(number: int, fields: list[str]) -> dict[str, Any]:
    key, code, name, short, goods, days, weekdays, address = fields
    return {
        "key": key,
        "code": code,
        "name": name,
        "short": short,
        "goods": goods,
        "lead_days": int(days),
        "weekdays": weekdays,
        "address": _CITY + address,
        "uscc": credit_code("91", 77_000_000 + number),
        "phone": f"000-666{number:04d}",
    }


def group() -> dict[str, Any]:
    """The whole group as plain values."""
    people = [
        {"login": login, "name": name, "org": org, "title": title, "duties": duties.split()}
        for login, name, org, title, duties in table("people")
    ]
    titles = ("code", "name", "kind", "zone", "storage", "parent")
    places = [dict(zip(titles, place, strict=True)) for place in _PLACES]
    return {
        "name": "云岭市紧密型城市医疗集团",
        "city": _CITY,
        "organisations": [
            _organisation(number, row) for number, row in enumerate(table("organisations"), 1)
        ],
        "suppliers": [_supplier(number, row) for number, row in enumerate(table("suppliers"), 1)],
        "people": people,
        "places": places,
    }
