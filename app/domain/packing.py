"""A specification as sheets write it, taken apart: 0.25g*24粒/盒 is a strength and a pack.

Only what is certain is read: a count with its unit and the pack it lies in. Everything else stays
in the strength, letter by letter as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_UNIT: Final = "片粒袋支瓶丸枚贴包条个只套付副块卷张根双把罐管揿喷吸板人份测试"
_PACK: Final = "盒瓶袋包板支罐桶筒听套卷箱件"
_TIMES: Final = r"\s*[*×xX＊✕]\s*"
_COUNTED: Final = re.compile(
    rf"(?P<n>[0-9]{{1,6}})\s*(?P<unit>人份|测试|[{_UNIT}])?(?:\s*/\s*(?P<pack>[{_PACK}]))?",
    re.ASCII,
)
_SPLIT: Final = re.compile(_TIMES)
_LARGER: Final = re.compile(r"[/,，;；]?\s*([0-9]{1,6})\s*[盒瓶袋包]\s*/\s*[箱件]", re.ASCII)

_UNIT_OF_FORM: Final = (
    ("胶囊", "粒"), ("胶丸", "粒"), ("片", "片"), ("颗粒", "袋"), ("散", "袋"), ("注射", "支"),
    ("口服溶液", "支"), ("栓", "粒"), ("贴", "贴"), ("丸", "丸"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packing:
    """What a specification says.

    Attributes:
        strength: What is left when the pack is taken off; may be the whole text.
        count: Smallest units in the pack; 0 where the text does not say.
        base: The smallest unit, empty where the text does not say.
        pack: The pack's unit, empty where the text does not say.
        cases: Packs in a case; 0 where the text does not say.
    """

    strength: str
    count: int = 0
    base: str = ""
    pack: str = ""
    cases: int = 0


@lru_cache(maxsize=16384)
def read_packing(text: str) -> Packing:
    """Take a specification apart.

    >>> read_packing("0.25g*24粒/盒")
    Packing(strength='0.25g', count=24, base='粒', pack='盒', cases=0)
    >>> read_packing("0.5g×12片×2板/盒")
    Packing(strength='0.5g', count=24, base='片', pack='盒', cases=0)
    >>> read_packing("5ml:40mg*10支/盒,200盒/件")
    Packing(strength='5ml:40mg', count=10, base='支', pack='盒', cases=200)
    >>> read_packing("每片含0.5g")
    Packing(strength='每片含0.5g', count=0, base='', pack='', cases=0)
    """
    larger = _LARGER.search(text)
    cases = int(larger[1]) if larger else 0
    rest = text[: larger.start()] + text[larger.end() :] if larger else text
    parts = _SPLIT.split(rest.strip())
    counted: list[re.Match[str]] = []
    while len(parts) > 1 or (parts and not counted):
        found = _COUNTED.fullmatch(parts[-1].strip())
        # A bare number behind a sign of times may be a size (10*10cm): only units make it a pack.
        if found is None or not (found["unit"] or counted or found["pack"]):
            break
        counted.append(found)
        parts.pop()
    if not any(one["unit"] for one in counted):
        return Packing(text.strip(), cases=cases)
    return _packing("*".join(parts).strip() or text.strip(), counted, cases)


def usual_unit(form: str) -> str:
    """What a form is counted in where nothing says it; empty where that is not certain.

    >>> usual_unit("缓释片剂"), usual_unit("胶囊剂"), usual_unit("气雾剂")
    ('片', '粒', '')
    """
    return next((unit for word, unit in _UNIT_OF_FORM if word in form), "")


def _packing(strength: str, counted: list[re.Match[str]], cases: int) -> Packing:
    """The chain from the smallest count (written first) to the pack (written last)."""
    count = 1
    for one in counted:
        count *= int(one["n"])
    smallest = next((one["unit"] for one in reversed(counted) if one["unit"]), "")
    pack = next((one["pack"] for one in counted if one["pack"]), "")
    return Packing(strength, count, smallest, pack, cases)
