"""P8: a member's list against a large catalogue, and how well it is decided.

The catalogue is made up with a fixed seed: substances by Zipf's law, makers, strengths, forms and
packs as the trade has them. A member's list is a part of it, written in other ways, plus rows that
the catalogue does not have. What the rows mean is known, so precision is measured with the speed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Final

from app.domain.matching.engine import Matcher
from app.domain.matching.row import Entry
from app.domain.matching.verdict import Decision
from benchmarks.measure import Record

_SYLLABLES: Final = "阿莫西林司他汀沙坦普利地平洛尔唑酮醇胺替尼韦夫定可乐格列美脲瑞舒伐奥氮奈"
_TOWNS: Final = [
    "广州",
    "杭州",
    "南京",
    "成都",
    "济南",
    "石家庄",
    "西安",
    "武汉",
    "长沙",
    "沈阳",
    "昆明",
    "合肥",
]
_FIRMS: Final = [
    "康宁",
    "北辰",
    "南山",
    "海泽",
    "华盛",
    "益民",
    "同安",
    "正元",
    "天和",
    "瑞丰",
    "百川",
    "泰安",
    "普济",
    "仁泽",
    "信源",
]
_FORMS: Final = ["片", "胶囊", "分散片", "缓释片", "肠溶片", "颗粒", "口服溶液", "软膏", "滴眼液"]
_SALTS: Final = ("", "", "盐酸", "马来酸", "苯磺酸", "硫酸")
_MILLIGRAMS: Final = (5, 10, 20, 25, 50, 75, 100, 125, 250, 500)
_PACKS: Final = (6, 7, 10, 12, 14, 20, 24, 28, 30, 36, 48, 60, 100)
SEED: Final = 20_261_014


def catalogue(size: int, dice: random.Random) -> list[Entry]:
    """Items: few substances have many packs, many have one."""
    names = ["".join(dice.sample(_SYLLABLES, dice.choice((3, 4, 4, 5)))) for _name in range(4_000)]
    ranks = [1 / (rank + 8) for rank in range(len(names))]
    chosen = dice.choices(names, ranks, k=size)
    makers = [f"{town}{firm}" for town in _TOWNS for firm in _FIRMS]
    found: dict[tuple[str, ...], Entry] = {}
    for name in chosen:
        title = f"{dice.choice(_SALTS)}{name}{dice.choice(_FORMS)}"
        spec = f"{dice.choice(_MILLIGRAMS)}mg*{dice.choice(_PACKS)}片/盒"
        maker = f"{dice.choice(makers)}制药有限公司"
        found.setdefault((title, spec, maker), Entry(f"U{len(found)}", title, spec, maker))
    return list(found.values())


def member_list(items: list[Entry], size: int, dice: random.Random) -> Iterator[tuple[Entry, str]]:
    """Rows and the item that each means; four in five exist, each written in another way."""
    for number, item in enumerate(dice.choices(items, k=size)):
        key = f"L{number}"
        if number % 5 == 0:
            unknown = "".join(dice.sample(_SYLLABLES, 5))
            yield Entry(key, f"{unknown}片", item.spec, item.maker), ""
            continue
        amount, _star, count = item.spec.removesuffix("片/盒").partition("mg*")
        grams = f"{int(amount) / 1000:g}g*{count}s"
        spec = dice.choice((grams, item.spec, f"{amount}mg×{count}"))
        maker = dice.choice((item.maker, item.maker.replace("制药有限公司", "药业")))
        yield Entry(key, item.name + dice.choice(("", "(集采)", "△")), spec, maker), item.key


def matching(record: Record, size: int) -> None:
    """Build the index over `size` items, match a tenth as many rows, and score the decisions."""
    dice = random.Random(SEED)  # noqa: S311 - figures that can be repeated
    items = catalogue(size, dice)
    pairs = list(member_list(items, size // 10, dice))
    rows = [row for row, _key in pairs]
    record.take(("match index", "", size), lambda: Matcher(items), rows=size)
    matcher = Matcher(items)
    record.take(("match rows", "", size), lambda: list(matcher.match_all(rows)), rows=len(rows))
    decided = list(matcher.match_all(rows))
    first = [match.candidates[0].key if match.candidates else "" for match in decided]
    auto = [match.decision is Decision.AUTO for match in decided]
    right = [key != "" and got == key for got, (_row, key) in zip(first, pairs, strict=True)]
    known = sum(key != "" for _row, key in pairs)
    figures = {
        "bench": "match quality",
        "size": size,
        "auto_precision": round(
            sum(a and r for a, r in zip(auto, right, strict=True)) / sum(auto), 4
        ),
        "auto_share": round(sum(auto) / known, 4),
        "first": round(sum(right) / known, 4),
    }
    print(json.dumps(figures))
