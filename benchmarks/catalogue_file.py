"""A catalogue sheet of any size in the official columns, made with a fixed seed.

Skewed like real ones: some hundred makers, a few thousand names, most of them in many packs.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.adapters.sheets_out import Sheet, write
from app.domain.codes.normalise import mod10

SEED: Final = 20_261_122
TITLES: Final = (
    "药品代码", "注册名称", "商品名称", "注册剂型", "注册规格", "包装材质", "最小包装数量",
    "最小制剂单位", "最小包装单位", "药品企业", "批准文号", "药品本位码", "甲乙类", "编号",
    "商品条码", "追溯标识码", "贮藏", "件装量", "使用状态", "备注",
)  # fmt: skip
_HEADS: Final = [
    "阿", "头孢", "奥", "氯", "左氧", "门冬", "甲", "二甲", "缬", "布", "兰", "泮", "雷", "苯",
    "硝", "氨", "盐", "复方", "重组", "注射用",
]  # fmt: skip
_MIDDLES: Final = [
    "莫西", "拉维", "吡格", "氟沙", "沙坦", "洛芬", "美拉", "呋辛", "哌拉", "地平", "双胍", "托拉",
    "曲松", "他汀", "普利",
]  # fmt: skip
_ENDS: Final = [
    "林", "酸钾", "雷", "星", "片", "素", "唑", "芬", "钠", "胺", "因", "汀", "酯", "醇", "肽",
]  # fmt: skip
_FORMS: Final = (
    ("片", "片剂", "片", "盒"), ("胶囊", "胶囊剂", "粒", "盒"), ("注射液", "注射剂", "支", "盒"),
    ("颗粒", "颗粒剂", "袋", "盒"), ("缓释片", "缓释片剂", "片", "瓶"),
    ("滴眼液", "眼用制剂", "支", "盒"),
)  # fmt: skip
_PLACES: Final = [
    "北辰", "江岸", "明德", "海宁", "青禾", "远山", "和光", "云溪", "安泰", "景行", "华岳", "长风",
    "南屏", "清源", "福临",
]  # fmt: skip
_TRADES: Final = [
    "制药", "药业", "生物制药", "医药科技", "药业集团",
]  # fmt: skip


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """The data rows: no two are the same item, every check digit is right."""
    dice = random.Random(SEED)  # noqa: S311 - the same sheet every time
    names = [f"{a}{b}{c}" for a in _HEADS for b in _MIDDLES for c in _ENDS][::3]
    makers = [f"{a}{b}{c}有限公司" for a in _PLACES for b in "一二三四五" for c in _TRADES]
    for number in range(count):
        name = names[int(len(names) * dice.random() ** 2)]
        ending, form, base, pack = dice.choice(_FORMS)
        maker = int(len(makers) * dice.random() ** 2)
        factor = dice.choice((6, 10, 12, 24, 30, 48, 100))
        letter = chr(65 + number % 22)
        national = f"869{maker:05d}{number % 100_000:05d}"
        gtin = f"69{number:010d}"
        yield (
            f"X{letter}01CA{letter}{number % 1000:03d}A001{number // 1000 % 10_000:04d}{maker:05d}",
            name + ending, "", form, f"{dice.randint(1, 400) * 5}mg/{number}", "铝塑",
            str(factor), base, pack, makers[maker], f"国药准字H2026{number % 10_000:04d}",
            national + str(mod10(national)), dice.choice("甲乙丙"), str(number + 1),
            gtin + str(mod10(gtin)), f"{number % 10_000_000:07d}", "遮光，密封保存",
            str(factor * 200), "在用", "",
        )  # fmt: skip


def make_file(path: Path, count: int) -> None:
    """Write the sheet as .xlsx or .csv, by the name's ending."""
    write(path, Sheet("药品", TITLES, rows(count)))


if __name__ == "__main__":
    make_file(Path(sys.argv[1]), int(sys.argv[2]))
