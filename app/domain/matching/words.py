"""Words of drug names: salts that stand before or after the substance, and former names.

General pharmacy knowledge: 中国药品通用名称 puts the acid before (盐酸, 枸橼酸) and the metal after
(钠, 钾). The former names are those that the pharmacopoeia replaced and that people still type.
"""

from __future__ import annotations

import re
from typing import Final

_ACIDS: Final = (
    "盐酸 二盐酸 硫酸氢 硫酸 磷酸 枸橼酸 柠檬酸 马来酸氢 马来酸 富马酸 反丁烯二酸 酒石酸氢 "
    "重酒石酸 酒石酸 琥珀酸 丁二酸 甲磺酸 苯磺酸 甲苯磺酸 对甲苯磺酸 乙磺酸 羟乙磺酸 醋酸 "
    "乙酸 氢溴酸 溴 硝酸 乳酸 草酸 门冬氨酸 天冬氨酸 苹果酸 水杨酸 双羟萘酸 乳糖酸 葡庚糖酸 "
    "葡萄糖酸 丙酸 戊酸 苯甲酸 糠酸 棕榈酸 十一酸 精氨酸 赖氨酸 氨丁三醇 丁溴 碳酸 谷氨酸 "
    "泛酸 "
)
_METALS: Final = "二钠 三钠 钠 二钾 钾 半钙 钙 镁 锌 铵 铋钾 铝 锂 氨丁三醇 叔丁胺 精氨酸 赖氨酸"
ACID: Final = re.compile(
    "^(" + "|".join(sorted(_ACIDS.split(), key=len, reverse=True)) + ")(?=.{2})"
)
METAL: Final = re.compile("(" + "|".join(sorted(_METALS.split(), key=len, reverse=True)) + ")$")
INORGANIC: Final = frozenset(
    [
        "钠",
        "钾",
        "钙",
        "镁",
        "锌",
        "铁",
        "亚铁",
        "铝",
        "铋",
        "锂",
        "铵",
        "钡",
        "铜",
        "甘油",
        "氢钠",
        "镁铝",
        "异山梨酯",
        "软膏",
        "酊",
        "庆大",
    ]
)
"""What is left of a simple salt without its acid; then the acid belongs to the name."""
SHORTEST: Final = 2
"""A substance's name has at least so many characters; 氯化钠 without 钠 is no substance."""

_FORMER: Final = """
扑热息痛 对乙酰氨基酚;醋氨酚 对乙酰氨基酚;乙酰水杨酸 阿司匹林;消炎痛 吲哚美辛;心痛定 硝苯地平;
心得安 普萘洛尔;氨酰心安 阿替洛尔;美多心安 美托洛尔;巯甲丙脯酸 卡托普利;速尿 呋塞米;
呋喃苯胺酸 呋塞米;双氢克尿噻 氢氯噻嗪;双氢克尿塞 氢氯噻嗪;安体舒通 螺内酯;氨苯喋啶 氨苯蝶啶;
消心痛 硝酸异山梨酯;异搏定 维拉帕米;乙胺碘呋酮 胺碘酮;慢心律 美西律;心律平 普罗帕酮;
潘生丁 双嘧达莫;地塞美松 地塞米松;强的松 泼尼松;强的松龙 泼尼松龙;甲基强的松龙 甲泼尼龙;
先锋霉素iv 头孢氨苄;先锋霉素ⅳ 头孢氨苄;先锋霉素v 头孢唑林;氟哌酸 诺氟沙星;环丙氟哌酸 环丙沙星;
氟嗪酸 氧氟沙星;羟氨苄青霉素 阿莫西林;氨苄青霉素 氨苄西林;灭滴灵 甲硝唑;甲硝哒唑 甲硝唑;
病毒唑 利巴韦林;三氮唑核苷 利巴韦林;无环鸟苷 阿昔洛韦;雷米封 异烟肼;痢特灵 呋喃唑酮;
黄连素 小檗碱;甲氰咪胍 西咪替丁;呋喃硝胺 雷尼替丁;胃复安 甲氧氯普胺;灭吐灵 甲氧氯普胺;
654-2 消旋山莨菪碱;山莨菪碱 消旋山莨菪碱;安定 地西泮;舒乐安定 艾司唑仑;硝基安定 硝西泮;
氯硝安定 氯硝西泮;佳静安定 阿普唑仑;氯羟安定 劳拉西泮;鲁米那 苯巴比妥;酰胺咪嗪 卡马西平;
安坦 苯海索;美多巴 多巴丝肼;冬眠灵 氯丙嗪;非那根 异丙嗪;扑尔敏 氯苯那敏;必嗽平 溴己新;
舒喘灵 沙丁胺醇;咳必清 喷托维林;优降糖 格列本脲;降糖灵 苯乙双胍;甲福明 二甲双胍;
甲状腺素 左甲状腺素;他巴唑 甲巯咪唑;丙基硫氧嘧啶 丙硫氧嘧啶;抗坏血酸 维生素c;核黄素 维生素b2;
硫胺 维生素b1;吡哆醇 维生素b6;生育酚 维生素e;止血敏 酚磺乙胺;止血芳酸 氨甲苯酸;安络血 卡络磺钠;
别嘌呤醇 别嘌醇;炎痛喜康 吡罗昔康;杜冷丁 哌替啶;度冷丁 哌替啶;付肾素 肾上腺素;副肾素 肾上腺素;
阿拉明 间羟胺;西地兰 去乙酰毛花苷;地戈辛 地高辛;氨茶硷 氨茶碱;克罗米芬 氯米芬;
安宫黄体酮 甲羟孕酮;肝泰乐 葡醛内酯;葡醛酸内酯 葡醛内酯;胃舒平 复方氢氧化铝;胆维他 茴三硫;
扑炎痛 贝诺酯;洁霉素 林可霉素;氯洁霉素 克林霉素;复方新诺明 复方磺胺甲噁唑;
复方磺胺甲恶唑 复方磺胺甲噁唑;磺胺甲基异恶唑 磺胺甲噁唑;制霉素 制霉菌素;
口服补液盐3 口服补液盐iii;口服补液盐2 口服补液盐ii;654-ii 消旋山莨菪碱
"""


def _former() -> dict[str, str]:
    return dict(pair.split() for pair in _FORMER.replace("\n", "").split(";") if pair)


FORMER: Final = _former()
"""Name that people still use → name in force, both without salt and form."""
