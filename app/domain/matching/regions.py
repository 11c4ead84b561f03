"""Provinces and their cities: 广东华南 and 广州华南 may be one firm, 杭州 and 北京 not."""

from __future__ import annotations

import re
from typing import Final

_CITIES: Final = """
北京:;天津:;上海:;重庆:涪陵 万州;
河北:石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 安国;
山西:太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 侯马;
内蒙古:呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布;
辽宁:沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛;
吉林:长春 四平 辽源 通化 白山 松原 白城 延边 敦化 集安 梅河口 延吉;
黑龙江:哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 铁力;
江苏:南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 昆山 常熟 江阴;
浙江:杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 海宁 东阳;
安徽:合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城;
福建:福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德;
江西:南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 樟树;
山东:济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 莱芜;
河南:郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店;
湖北:武汉 黄石 十堰 宜昌 襄阳 襄樊 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 葛店;
湖南:长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西;
广东:广州 深圳 珠海 汕头 佛山 韶关 湛江 肇庆 江门 茂名 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山
潮州 揭阳 云浮 化州;
广西:南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左;
海南:海口 三亚 儋州;
四川:成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳
峨眉山;
贵州:贵阳 六盘水 遵义 安顺 毕节 铜仁 黔东南;
云南:昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 大理 腾冲;
西藏:拉萨 昌都 林芝;
陕西:西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 杨凌;
甘肃:兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南;
青海:西宁 海东 格尔木;宁夏:银川 石嘴山 吴忠 固原;
新疆:乌鲁木齐 克拉玛依 吐鲁番 哈密 和田;香港:;澳门:;台湾:;
"""
_ABROAD: Final = """
日本 韩国 美国 德国 法国 英国 瑞士 意大利 西班牙 比利时 荷兰 瑞典 丹麦 芬兰 挪威 奥地利
匈牙利 波兰 捷克 印度 爱尔兰 加拿大 澳大利亚 塞浦路斯 葡萄牙 以色列 新加坡 波多黎各 墨西哥
巴西 斯洛文尼亚 克罗地亚 保加利亚 希腊 土耳其 阿根廷
"""


ABROAD: Final = frozenset(_ABROAD.split())
"""Countries in makers' names."""


def _provinces() -> dict[str, str]:
    found = {}
    for line in " ".join(_CITIES.split()).split(";"):
        province, _colon, cities = line.partition(":")
        if province.strip():
            found[province.strip()] = province.strip()
            found.update(dict.fromkeys(cities.split(), province.strip()))
    return found | {country: country for country in ABROAD}


PROVINCE: Final = _provinces()
"""Place → its province or country."""
PLACE: Final = re.compile(
    "(" + "|".join(sorted(PROVINCE, key=len, reverse=True)) + ")(?:省|市|自治区|特别行政区)?"
)


def together(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether two sets of places can be one place; a province includes its cities.

    >>> together(frozenset({"广东"}), frozenset({"广州"}))
    True
    >>> together(frozenset({"杭州"}), frozenset({"北京"}))
    False
    """
    if not left or not right:
        return True
    return any(
        one == other or PROVINCE[one] == other or one == PROVINCE[other]
        for one in left
        for other in right
    )
