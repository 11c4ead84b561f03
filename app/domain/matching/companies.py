"""International makers: how one firm is written in Chinese and in Latin letters.

Each line is one family: names, merged firms and former names by which the trade knows it. A family
only says that two names belong together; whether a pack is the same one is for strength, brand and
pack to say, since a family has many plants and licences.
"""

from __future__ import annotations

import re
from typing import Final

_FAMILIES: Final = """
pfizer 辉瑞 法玛西亚 pharmacia 惠氏 wyeth viatris 晖致 upjohn 普强;
novartis novarris 诺华 汽巴;sandoz 山德士;roche 罗氏 genentech 基因泰克;
msd 默沙东 mercksharp schering-plough scheringplough 先灵葆雅 organon 欧加农 默克雪兰诺默沙东;
merckkgaa 默克公司 德国默克 merckserono 默克雪兰诺 雪兰诺 serono;
sanofi 赛诺菲 aventis 安万特 genzyme 健赞 圣德拉堡 winthrop;
glaxo gsk 葛兰素 史克 smithkline 天津史克;astrazeneca astrazeneoa 阿斯利康 阿斯特拉;
bayer 拜耳 先灵(广州) 德国先灵 bayerschering 先灵公司;lilly liliy 礼来;
bristol 施贵宝 百时美 squibb;abbott 雅培 solvay 苏威;abbvie 艾伯维;
johnson 强生 杨森 janssen alza cilag;boehringer 勃林格 殷格翰;novonordisk 诺和诺德 诺和;
takeda 武田 nycomed 奈科明;astellas 安斯泰来 山之内 藤泽 yamanouchi fujisawa;
daiichi 第一三共 第一制药 三共;eisai 卫材;otsuka 大冢 大塚;sumitomo 住友 dainippon;
tanabe 田边 三菱;kyowa 协和发酵 麒麟;kowa 兴和;santen 参天;senju 千寿;
servier 施维雅;ipsen 益普生 博福;pierrefabre 皮尔法伯;ucb 优时比 爱尔康公司比利时;
lundbeck 灵北;leopharma 利奥;ferring 辉凌;mundipharma 萌蒂;gedeon 吉瑞;ethypharm 爱的发;
galderma 高德美;alcon 爱尔康;bausch 博士伦;fresenius 费森尤斯 卡比;baxter 百特;braun 贝朗;
teva 梯瓦;orion 奥立安 奥利安;menarini 美纳里尼 berlin-chemie berlinchemie 柏林化学;chiesi 凯西;
zambon 赞邦;italfarmaco 泛马克;rottapharm 罗达;madaus 马博士;drfalk 福克;schwabe 威玛舒培;
stada 史达德;gilead 吉利德;biogen 渤健 百健;amgen 安进;celgene 新基;ajinomoto 味之素;
chugai 中外制药;shionogi 盐野义;teijin 帝人;mochida 持田;nipponkayaku 日本化药;meiji 明治;
taiho 大鹏;hisamitsu 久光;hanmi 韩美;daewoong 大熊;medochemie 高特;lohmann 罗曼;
mylan 迈兰;meda 美达;sunpharma 太阳药业 ranbaxy 兰伯西;cipla 西普拉;reddy 瑞迪;glenmark 格兰马克;
ompharma 欧姆;besins 法杏;bracco 博莱科;grifols 基立福;octapharma 奥克特珐玛;
synmosa 健乔信元;novomedica 诺和美;allergan 艾尔建 眼力健;crinos 晶珠;polichem 宝丽化学;
dr.wolff 沃尔夫;bial 比亚;grunenthal 格兰泰;almirall 艾美罗;esteve 艾斯特维;nichi-iko 日医工;
maruho 丸宝;tsumura 津村;zeria 泽里新药;kissei 橘生;fuso 扶桑;tillotts 蒂洛茨;
ursapharm 乌尔萨;heumann 霍依曼;recordati 利康迪;norgine 诺金;lek 莱柯;krka 科尔卡;
biocodex 百科达;laboratoireshra hra;sigma-tau 希格玛;angelini 安杰利尼;bioton 拜尔通;
egis 依吉斯;polfa 波尔法;pliva 普利瓦;actavis 阿特维斯;hospira 赫士睿;dongkook 东国;
"""


def _names() -> dict[str, str]:
    lines = (line.split() for line in _FAMILIES.replace("\n", "").split(";"))
    return {name: names[0] for names in lines if names for name in names}


_FAMILY: Final = _names()
_KNOWN: Final = re.compile("|".join(sorted(map(re.escape, _FAMILY), key=len, reverse=True)))


def families(maker: str) -> frozenset[str]:
    """The international families that a maker's plain text names.

    >>> sorted(families("sanofiwinthropindustrie(分包装:赛诺菲(杭州)制药有限公司)"))
    ['sanofi']
    """
    return frozenset(_FAMILY[found] for found in _KNOWN.findall(maker))
