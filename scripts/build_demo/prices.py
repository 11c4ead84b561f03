"""A seeded price level for a pack: the old tender list where it knows the product, else by class.

Prices of the demo are fictional. They should only look right to a pharmacist: a generic tablet for
blood pressure some yuan a box, an original brand some tens, an oncology capsule some hundreds.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from decimal import Decimal
from statistics import median
from typing import Final

from scripts.build_demo import clean

# Price of one pack in yuan (low, high) by molecule or group; the first match decides.
_LEVELS: Final = (
    ("替尼|索拉非尼", 900, 2600),
    ("替莫唑胺", 420, 900),
    ("比卡鲁胺|来曲唑|阿那曲唑|依西美坦", 60, 320),
    ("卡培他滨|替吉奥", 90, 260),
    ("环孢素", 60, 260),
    ("吗替麦考酚酯|他克莫司|咪唑立宾", 120, 520),
    ("恩替卡韦|阿德福韦|拉米夫定|替比夫定", 18, 95),
    ("利鲁唑", 1500, 1900),
    ("伏立康唑", 150, 480),
    ("达比加群|利伐沙班|阿哌沙班", 40, 130),
    ("利格列汀|西格列汀|沙格列汀", 28, 75),
    ("奥拉西坦|丁苯酞|乌苯美司|胸腺肽|匹多莫德", 45, 160),
    ("奥司他韦", 28, 75),
    ("奥氮平|利培酮|喹硫平|阿立哌唑|帕利哌酮|度洛西汀|文拉法辛|氟西汀", 25, 140),
    ("生长因子", 28, 60),
    ("干扰素", 25, 60),
    ("肠内营养", 35, 60),
    ("他达拉非|西地那非", 40, 110),
    ("丙硫氧嘧啶|地西泮|艾司唑仑|苯巴比妥|奋乃静|泼尼松|地塞米松|维生素B|吡拉西坦|双嘧达莫", 3, 14),
    ("尼群地平|卡托普利片|复方利血平|氢氯噻嗪|呋塞米|螺内酯|氨茶碱|氯苯那敏", 2, 12),
    ("叶酸|碳酸氢钠|多潘立酮片|甲硝唑片|制霉菌素|异烟肼|吡嗪酰胺|乙胺丁醇", 3, 18),
    ("吗啡|羟考酮|曲马多", 22, 90),
    ("米非司酮|左炔诺孕酮", 8, 40),
)
_FORMS: Final = {
    "滴眼剂": (6, 32),
    "乳膏剂": (5, 28),
    "软膏剂": (4, 18),
    "凝胶剂": (9, 38),
    "栓剂": (12, 40),
    "口服溶液剂": (14, 48),
    "合剂": (12, 42),
    "糖浆剂": (9, 30),
    "颗粒剂": (12, 46),
    "溶液剂": (3, 15),
    "滴丸剂": (18, 42),
    "丸剂": (10, 40),
    "喷雾剂": (16, 45),
}
_PATENT: Final = (16, 48)
_CHEMICAL: Final = (8, 36)
_ORIGINATOR: Final = Decimal("2.1")
_TODAY: Final = Decimal("1.8")
"""The tender list is more than ten years old."""
_FLOOR: Final = Decimal("2.2")
_SALTS: Final = re.compile(
    r"^(?:注射用|盐酸|硫酸|硝酸|磷酸|富马酸|马来酸|枸橼酸|苯磺酸|酒石酸|琥珀酸|甲磺酸|氢溴酸|醋酸|重组人|\d+%)"
    r"|(?:缓释|控释|分散|肠溶|咀嚼|口崩)?(?:片|胶囊|颗粒|注射液|丸|口服液|口服溶液|滴眼液|乳膏|软膏)$|\(.*\)$"
)


def stem(name: str) -> str:
    """The bare molecule of a name: 苯磺酸氨氯地平分散片 gives 氨氯地平."""
    previous = ""
    while previous != name:
        previous, name = name, _SALTS.sub("", name)
    return name


class PriceLevels:
    """Median price per smallest unit of the tender list, by molecule and form family."""

    def __init__(self, tender: Iterable[dict[str, str]]) -> None:
        units: dict[tuple[str, str], list[Decimal]] = {}
        for row in tender:
            count = Decimal(row["count"]) if row["count"].isdigit() else Decimal(0)
            if row["form"] and count > 0:
                key = (stem(clean.plain(row["name"])), row["form"][-2:])
                units.setdefault(key, []).append(Decimal(row["price"]) / count)
        self._units = {key: Decimal(median(values)) for key, values in units.items()}

    def pack_price(self, name: str, form: str, count: int, *, kind: str, seed: str) -> Decimal:
        """A price for one pack, to the cent.

        Args:
            name: Generic name.
            form: Dosage form.
            count: Smallest units in the pack.
            kind: ``original``, ``patent`` (Chinese patent medicine) or ``generic``.
            seed: Makes the drift of this product repeatable.
        """
        drift = Decimal(str(round(random.Random(seed).uniform(0.86, 1.16), 4)))  # noqa: S311 - demo
        unit = self._units.get((stem(name), form[-2:]))
        if unit is not None and kind != "original":
            price = max(unit * count * _TODAY, _FLOOR)
        else:
            low, high = self._range(name, form, kind)
            price = low + (high - low) * Decimal(str(round(random.Random(seed + "p").random(), 4)))  # noqa: S311 - the same price every time
            price *= _ORIGINATOR if kind == "original" and high <= 60 else 1  # noqa: PLR2004 - a price band
        return (price * drift).quantize(Decimal("0.01"))

    @staticmethod
    def _range(name: str, form: str, kind: str) -> tuple[Decimal, Decimal]:
        for words, low, high in _LEVELS:
            if re.search(words, name):
                return Decimal(low), Decimal(high)
        low, high = _FORMS.get(form) or (_PATENT if kind == "patent" else _CHEMICAL)
        return Decimal(low), Decimal(high)
