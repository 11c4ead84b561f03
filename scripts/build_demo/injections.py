"""Injections and infusions of the tender list under the names that their labels carry.

The list writes molecules; which salt and form a line means was looked at one by one. Lines that
stay unclear are left out. The list carries no approval number, so these products have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from scripts.build_demo import clean

_AMPOULES: Final = {
    "三磷酸腺苷二钠": "三磷酸腺苷二钠注射液",
    "丙泊酚": "丙泊酚乳状注射液",
    "丙酸睾酮": "丙酸睾酮注射液",
    "二羟丙茶碱": "二羟丙茶碱注射液",
    "低分子肝素钙": "低分子肝素钙注射液",
    "克林霉素磷酸酯": "克林霉素磷酸酯注射液",
    "利多卡因": "盐酸利多卡因注射液",
    "利巴韦林": "利巴韦林注射液",
    "单硝酸异山梨酯": "单硝酸异山梨酯注射液",
    "去甲肾上腺素": "重酒石酸去甲肾上腺素注射液",
    "地塞米松磷酸钠": "地塞米松磷酸钠注射液",
    "多巴胺": "盐酸多巴胺注射液",
    "山莨菪碱": "消旋山莨菪碱注射液",
    "布比卡因": "盐酸布比卡因注射液",
    "新斯的明": "甲硫酸新斯的明注射液",
    "普鲁卡因": "盐酸普鲁卡因注射液",
    "曲安奈德": "曲安奈德注射液",
    "更昔洛韦": "更昔洛韦注射液",
    "氟哌啶醇": "氟哌啶醇注射液",
    "氟尿嘧啶": "氟尿嘧啶注射液",
    "氢化可的松": "氢化可的松注射液",
    "氨基己酸": "氨基己酸注射液",
    "氨溴索": "盐酸氨溴索注射液",
    "氨茶碱": "氨茶碱注射液",
    "氯化钾": "氯化钾注射液",
    "浓氯化钠注射液": "浓氯化钠注射液",
    "灭菌注射用水": "灭菌注射用水",
    "甲氧氯普胺": "盐酸甲氧氯普胺注射液",
    "硝酸甘油": "硝酸甘油注射液",
    "硝酸异山梨酯": "硝酸异山梨酯注射液",
    "硫酸镁": "硫酸镁注射液",
    "碳酸氢钠": "碳酸氢钠注射液",
    "纳洛酮": "盐酸纳洛酮注射液",
    "维拉帕米": "盐酸维拉帕米注射液",
    "维生素B6": "维生素B6注射液",
    "维生素C": "维生素C注射液",
    "维生素K1": "维生素K1注射液",
    "缩宫素": "缩宫素注射液",
    "肝素钠": "肝素钠注射液",
    "肾上腺素": "盐酸肾上腺素注射液",
    "胞磷胆碱": "胞磷胆碱钠注射液",
    "葡萄糖酸钙": "葡萄糖酸钙注射液",
    "西咪替丁": "西咪替丁注射液",
    "雷尼替丁": "盐酸雷尼替丁注射液",
    "阿米卡星": "硫酸阿米卡星注射液",
    "顺铂": "顺铂注射液",
    "门冬氨酸钾镁": "门冬氨酸钾镁注射液",
    "重组人胰岛素": "重组人胰岛素注射液",
    "30/70混合重组人胰岛素": "30/70混合重组人胰岛素注射液",
    "精蛋白重组人胰岛素混合(50/50)": "精蛋白重组人胰岛素混合注射液(50/50)",
    "低精蛋白锌胰岛素": "低精蛋白锌胰岛素注射液",
    "50%葡萄糖": "50%葡萄糖注射液",
    "25%葡萄糖": "25%葡萄糖注射液",
    "丹参注射液": "丹参注射液",
    "参附注射液": "参附注射液",
    "参麦注射液": "参麦注射液",
    "红花注射液": "红花注射液",
    "生脉注射液": "生脉注射液",
    "黄芪注射液": "黄芪注射液",
    "醒脑静注射液": "醒脑静注射液",
    "清开灵注射液": "清开灵注射液",
    "血塞通注射液": "血塞通注射液",
    "舒血宁注射液": "舒血宁注射液",
    "泛影葡胺": "泛影葡胺注射液",
    "破伤风抗毒素": "破伤风抗毒素",
    "洛贝林": "盐酸洛贝林注射液",
    "川芎嗪": "盐酸川芎嗪注射液",
}
_VIALS: Final = {
    "克林霉素磷酸酯": "注射用克林霉素磷酸酯",
    "哌拉西林": "注射用哌拉西林钠",
    "头孢他啶": "注射用头孢他啶",
    "头孢呋辛": "注射用头孢呋辛钠",
    "头孢唑林": "注射用头孢唑林钠",
    "头孢唑肟": "注射用头孢唑肟钠",
    "头孢噻肟": "注射用头孢噻肟钠",
    "头孢拉定": "注射用头孢拉定",
    "头孢曲松": "注射用头孢曲松钠",
    "头孢曲松钠": "注射用头孢曲松钠",
    "头孢美唑": "注射用头孢美唑钠",
    "头孢西丁": "注射用头孢西丁钠",
    "奥美拉唑": "注射用奥美拉唑钠",
    "尿激酶": "注射用尿激酶",
    "更昔洛韦": "注射用更昔洛韦",
    "氨苄西林": "注射用氨苄西林钠",
    "法莫替丁": "注射用法莫替丁",
    "泮托拉唑": "注射用泮托拉唑钠",
    "甲氨蝶呤": "注射用甲氨蝶呤",
    "硝普钠": "注射用硝普钠",
    "磷霉素钠": "注射用磷霉素钠",
    "红霉素": "注射用乳糖酸红霉素",
    "绒促性素": "注射用绒促性素",
    "罗哌卡因": "注射用盐酸罗哌卡因",
    "苯唑西林": "注射用苯唑西林钠",
    "血凝酶": "注射用血凝酶",
    "辅酶A": "注射用辅酶A",
    "酚妥拉明": "注射用甲磺酸酚妥拉明",
    "阿奇霉素": "注射用阿奇霉素",
    "阿昔洛韦": "注射用阿昔洛韦",
    "阿莫西林/克拉维酸钾": "注射用阿莫西林钠克拉维酸钾",
    "青霉素钠": "注射用青霉素钠",
    "顺铂": "注射用顺铂",
    "链霉素": "注射用硫酸链霉素",
    "注射用血栓通": "注射用血栓通(冻干)",
    "血塞通": "注射用血塞通(冻干)",
}
_BAGS: Final = {
    "0.9%氯化钠": "0.9%氯化钠注射液",
    "5%葡萄糖": "5%葡萄糖注射液",
    "10%葡萄糖": "10%葡萄糖注射液",
    "葡萄糖氯化钠": "葡萄糖氯化钠注射液",
    "20%甘露醇": "20%甘露醇注射液",
    "乳酸钠林格": "乳酸钠林格注射液",
    "甲硝唑氯化钠": "甲硝唑氯化钠注射液",
    "替硝唑氯化钠": "替硝唑氯化钠注射液",
    "左氧氟沙星": "盐酸左氧氟沙星氯化钠注射液",
    "环丙沙星氯化钠": "乳酸环丙沙星氯化钠注射液",
    "甘油果糖": "甘油果糖氯化钠注射液",
    "复方氨基酸(18AA)": "复方氨基酸注射液(18AA)",
    "中/长链脂肪乳(C8-24)": "中/长链脂肪乳注射液(C8-24)",
    "灭菌注射用水": "灭菌注射用水",
}
_FAMILIES: Final = {
    "注射液": (_AMPOULES, "注射剂", 10),
    "粉针": (_VIALS, "注射用无菌粉末", 10),
    "冻干粉针剂": (_VIALS, "注射用无菌粉末", 1),
    "大输液": (_BAGS, "大容量注射剂", 1),
}
_MILLIONS: Final = re.compile(r"(\d+(?:\.\d+)?)WI?U")
_SINGLES: Final = ("胰岛素", "丙泊酚", "血凝酶", "泛影葡胺", "脂肪乳", "低分子肝素")
PAIRS_PER_NAME: Final = 3
_DEAR: Final = Decimal(15)


def injections(tender: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Products with label name, strength, pack and tender price per pack."""
    seen: dict[str, int] = {}
    for row in tender:
        family = _FAMILIES.get(row["form"])
        name = family[0].get(clean.plain(row["name"])) if family else None
        makers = clean.maker(row["maker"])
        strength = _MILLIONS.sub(r"\1万单位", clean.plain(row["spec"])).replace("10000U", "1万单位")
        strength = re.sub(r"\((?:塑瓶|玻瓶|玻璃瓶|笔芯)\)", "", strength)
        unclear = not strength[:1].isdigit() or row["count"] not in {"1", "5", "10"}
        if not family or not name or not makers or unclear or seen.get(name, 0) >= PAIRS_PER_NAME:
            continue
        seen[name] = seen.get(name, 0) + 1
        bag = family[1] == "大容量注射剂"
        count = 1 if bag or any(word in name for word in _SINGLES) else family[2]
        each = Decimal(row["price"]) / (int(row["count"]) if row["unit"] == "盒" else 1)
        today = _today(each, count, bag=bag)
        yield {
            "name": name,
            "trade": "",
            "form": family[1],
            "strength": strength,
            "maker": makers,
            "unit": "瓶" if bag else "支",
            "count": str(count),
            "price": str(today),
        }


def _today(each: Decimal, count: int, *, bag: bool) -> Decimal:
    """The old tender price of a pack brought to today's level: cheap goods rose, dear ones not."""
    if each > _DEAR:
        return each * count
    return each * count * Decimal("1.6") if bag else max(each * 2, Decimal("0.36")) * count
