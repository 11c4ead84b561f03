"""Salts and old names that `names` knows: facts of pharmacy, kept as data."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SALT_HEADS: Final = _words(
    """
    对甲苯磺酸 双羟萘酸 丁二磺酸 硫酸氢 重酒石酸 氢溴酸 甲苯磺酸 羟苯磺酸 苯磺酸 甲磺酸 马来酸
    富马酸 酒石酸 琥珀酸 枸橼酸 柠檬酸 葡萄糖酸 苹果酸 二盐酸 盐酸 硫酸 硝酸 磷酸 醋酸 乙酸 草酸
    乳酸 碳酸 门冬氨酸 水杨酸
    """
)
"""Acids in front of a drug's name that do not make it another drug (no esters)."""
SALT_TAILS: Final = _words(
    """
    盐酸盐 硫酸盐 二钠 单钾 一水合物 半水合物 水合物 氨丁三醇 叔丁胺 钠 钾 钙 镁
    """
)
"""Metals, acids and water behind a drug's name that do not make it another drug."""
KEPT_ACIDS: Final = _words(
    """
    酸 化 氢 肝素 磷 氧 铋 林格 硫 碳 硼 溴
    """
)
"""What must not stand alone at the end: 葡萄糖酸钙 is not 葡萄糖酸, nor 肝素钠 肝素钙."""
TAIL_ACIDS: Final = _words(
    """
    双氯芬酸 阿仑膦酸 丙戊酸 唑来膦酸 夫西地酸 色甘酸 利塞膦酸 伊班膦酸 帕米膦酸
    """
)
"""Acids that are the drug itself: 双氯芬酸钠 is 双氯芬酸."""
KEPT_WHOLE: Final = _words(
    """
    乳酸依沙吖啶 乳酸杆菌 乳酸菌素 乳酸钠林格 单硝酸异山梨酯 富马酸亚铁 枸橼酸钾 枸橼酸铋钾
    水杨酸 水杨酸镁 琥珀酸亚铁 硝酸异山梨酯 硝酸甘油 硝酸银 硫酸亚铁 硫酸软骨素 硫酸镁
    硫酸鱼精蛋白 碳酸氢钠 碳酸钙 磷酸氢钙 磷酸肌酸 磷酸肌酸钠 羟苯磺酸钙 葡萄糖酸氯己定
    门冬氨酸钾镁 门冬氨酸鸟氨酸
    """
)
"""Names in which the acid belongs to the drug."""
SYNONYMS: Final = dict(
    pair.split("=")
    for pair in _words(
        """
    扑热息痛=对乙酰氨基酚 心得安=普萘洛尔 消心痛=硝酸异山梨酯 安定=地西泮 舒乐安定=艾司唑仑
    氟哌酸=诺氟沙星 速尿=呋塞米 安体舒通=螺内酯 心痛定=硝苯地平 乙酰水杨酸=阿司匹林
    抗坏血酸=维生素c 维c=维生素c 胞二磷胆碱=胞磷胆碱 胃复安=甲氧氯普胺 强的松=泼尼松
    强的松龙=泼尼松龙 654-2=山莨菪碱 消旋山莨菪碱=山莨菪碱 扑尔敏=氯苯那敏 非那根=异丙嗪
    优降糖=格列本脲 拜糖平=阿卡波糖 倍他乐克=美托洛尔 络活喜=氨氯地平 立普妥=阿托伐他汀
    波立维=氯吡格雷 代文=缬沙坦 左旋氨氯地平=左氨氯地平 左旋甲状腺素=左甲状腺素 开瑞坦=氯雷他定
    吗丁啉=多潘立酮 痢特灵=呋喃唑酮 灭滴灵=甲硝唑 雷米封=异烟肼 α-糜蛋白酶=糜蛋白酶
    西地兰=去乙酰毛花苷 毛花苷丙=去乙酰毛花苷 青霉素g=青霉素 苄青霉素=青霉素
    羟氨苄青霉素=阿莫西林 氨苄青霉素=氨苄西林 先锋霉素vi=头孢拉定 先锋霉素v=头孢唑林
    先锋霉素iv=头孢氨苄 甲氰咪胍=西咪替丁 消炎痛=吲哚美辛
    """
    )
)
"""Old, popular and leading trade names → the generic name in use."""
