"""Careful name rules for the flags of a drug, its storage and its insurance class.

The lists are short on purpose: a flag is set where the name leaves no doubt. They are demo data and
not a substitute for the official lists, which a group imports itself.
"""

from __future__ import annotations

import re
from typing import Final

ORAL: Final = ("片", "胶囊", "颗粒", "丸", "口服", "糖浆", "散", "合剂", "混悬")

_ESSENTIAL: Final = re.compile(
    "阿莫西林|头孢呋辛|头孢拉定|头孢克洛|头孢唑林|头孢曲松|头孢他啶|头孢噻肟|青霉素钠|氨苄西林|哌拉西林|苯唑西林|"
    "阿奇霉素|克拉霉素|红霉素|克林霉素|左氧氟沙星|环丙沙星|诺氟沙星|甲硝唑|替硝唑|阿米卡星|磷霉素|异烟肼|吡嗪酰胺|"
    "乙胺丁醇|利福平|链霉素|氟康唑|制霉菌素|阿昔洛韦|利巴韦林|奥司他韦|恩替卡韦|阿苯达唑|吡喹酮|"
    "硝酸甘油|硝酸异山梨酯|硝苯地平|氨氯地平|尼群地平|卡托普利|依那普利|缬沙坦|吲达帕胺|美托洛尔|比索洛尔|普萘洛尔|"
    "地高辛|胺碘酮|普罗帕酮|维拉帕米|硝普钠|硫酸镁|多巴胺|辛伐他汀|阿托伐他汀|阿司匹林|氯吡格雷|肝素|华法林|"
    "二甲双胍|格列本脲|格列吡嗪|格列齐特|格列美脲|阿卡波糖|胰岛素|甲巯咪唑|丙硫氧嘧啶|左甲状腺素|泼尼松|地塞米松|"
    "氢化可的松|奥美拉唑|法莫替丁|雷尼替丁|多潘立酮|甲氧氯普胺|枸橼酸铋钾|铝碳酸镁|乳果糖|开塞露|蒙脱石|"
    "沙丁胺醇|布地奈德|异丙托溴铵|氨茶碱|氨溴索|孟鲁司特|对乙酰氨基酚|布洛芬|双氯芬酸|吲哚美辛|吗啡|"
    "卡马西平|丙戊酸钠|苯妥英|地西泮|艾司唑仑|阿普唑仑|氯氮平|奥氮平|利培酮|奋乃静|氟哌啶醇|帕罗西汀|氟西汀|"
    "多巴丝肼|新斯的明|呋塞米|氢氯噻嗪|螺内酯|甘露醇|坦索罗辛|别嘌醇|氯苯那敏|氯雷他定|赛庚啶|"
    "叶酸|维生素B6|维生素C|维生素K1|硫酸亚铁|碳酸氢钠|氯化钠注射液|氯化钾|葡萄糖注射液|葡萄糖氯化钠|葡萄糖酸钙|"
    "缩宫素|米非司酮|甲氨蝶呤|环磷酰胺|顺铂|氟尿嘧啶|他莫昔芬|环孢素|破伤风|碘伏|阿托品|肾上腺素|利多卡因|纳洛酮|"
    "复方丹参|血塞通|血栓通|麝香保心丸|速效救心|稳心颗粒|参松养心|通心络|脑心通|银杏叶|连花清瘟|板蓝根|"
    "藿香正气|保济丸|六味地黄丸|补中益气丸|归脾丸|逍遥丸|护肝片|消渴丸|百令|黄葵|云南白药|小柴胡|玉屏风|"
    "养血清脑|华佗再造|胃苏颗粒|清开灵|双黄连|银翘解毒|益母草|保妇康|小金丸|金水宝|生脉|参麦|蒲地蓝|急支糖浆|感冒清热"
)
_VBP: Final = re.compile(
    "阿托伐他汀钙|瑞舒伐他汀|辛伐他汀|氨氯地平|厄贝沙坦|缬沙坦|氯沙坦|奥美沙坦|替米沙坦|卡托普利|依那普利|比索洛尔|"
    "氯吡格雷|替格瑞洛|利伐沙班|阿哌沙班|达比加群|二甲双胍|阿卡波糖|格列美脲|格列齐特|格列吡嗪|瑞格列奈|利格列汀|"
    "恩替卡韦|孟鲁司特|左西替利嗪|氯雷他定|地氯雷他定|头孢呋辛酯|头孢地尼|头孢丙烯|头孢克洛|阿莫西林|阿奇霉素|"
    "左氧氟沙星片|莫西沙星|克拉霉素|氟康唑|奥美拉唑|雷贝拉唑|艾司奥美拉唑|兰索拉唑|泮托拉唑|铝碳酸镁|莫沙必利|"
    "奥氮平|利培酮|喹硫平|阿立哌唑|艾司西酞普兰|帕罗西汀|度洛西汀|文拉法辛|米氮平|左乙拉西坦|普瑞巴林|"
    "非那雄胺|坦索罗辛|索利那新|托特罗定|别嘌醇|非布司他|塞来昔布|美洛昔康|布洛芬|吉非替尼|卡培他滨|替吉奥|"
    "比卡鲁胺|来曲唑|阿那曲唑|头孢曲松|头孢他啶|头孢唑林|氨溴索|甲钴胺|尼莫地平|单硝酸异山梨酯|曲美他嗪|"
    "多西环素|伏格列波糖|盐酸特比萘芬|阿昔洛韦|伐昔洛韦|他达拉非|西地那非|氯化钠注射液|葡萄糖注射液"
)
_COLD: Final = re.compile(
    "胰岛素|干扰素|破伤风抗毒素|三联活菌|四联活菌|双歧杆菌|乳杆菌活菌|缩宫素|卡前列|卡贝缩宫素|生长因子|绒促性素|"
    "血凝酶|降钙素|拉坦前列素|马来酸麦角新碱|垂体后叶|辅酶A|尿激酶"
)
_NARCOTIC: Final = re.compile("吗啡|羟考酮|芬太尼|哌替啶|可待因片|布桂嗪|二氢可待因")
_PSYCHOTROPIC1: Final = re.compile("哌甲酯|氯胺酮|丁丙诺啡|司可巴比妥")
_PSYCHOTROPIC2: Final = re.compile(
    "西泮|唑仑|唑吡坦|佐匹克隆|扎来普隆|苯巴比妥|曲马多|氨酚羟考酮|可待因桔梗|可待因溶液|麦角胺|咪达唑仑|喷他佐辛"
)
_HIGH_ALERT: Final = re.compile(
    "胰岛素|肝素|华法林|浓氯化钠|氯化钾注射液|硫酸镁|硝普钠|肾上腺素|多巴胺|丙泊酚|罗哌卡因|布比卡因|"
    "地高辛|吗啡|芬太尼|顺铂|环磷酰胺|氟尿嘧啶|甲氨蝶呤|卡培他滨|替吉奥|替莫唑胺|吉非替尼|缩宫素|"
    "(?:50|25)%葡萄糖|格列本脲|格列吡嗪|格列齐特|格列美脲|瑞格列奈|阿片|利伐沙班|达比加群|阿哌沙班|低分子"
)
_ANTIMICROBIAL: Final = re.compile(
    "西林|头孢|沙星|青霉素|[红罗阿克螺]\\w?霉素|阿奇霉素|克拉霉素|罗红霉素|交沙霉素|克林霉素|林可霉素|米诺环素|多西环素|"
    "四环素|甲硝唑|替硝唑|奥硝唑|磺胺(?!吡啶)|呋喃妥因|磷霉素|米卡星|链霉素|庆大霉素|利福|异烟肼|吡嗪酰胺|乙胺丁醇|"
    "氟康唑|伏立康唑|伊曲康唑|特比萘芬|利奈唑胺|培南"
)
_NOT_ANTIMICROBIAL: Final = re.compile("阿霉素|表柔比星|柔红霉素|丝裂霉素|博来霉素|链霉蛋白酶")
_SPECIAL: Final = re.compile("培南|万古|伏立康唑|利奈唑胺|替加环素")
_RESTRICTED: Final = re.compile(
    "头孢他啶|头孢噻肟|头孢唑肟|头孢美唑|头孢西丁|头孢克肟|头孢地尼|头孢泊肟|头孢特仑|莫西沙星|左氧氟沙星氯化钠|"
    "阿米卡星|米诺环素|伊曲康唑|注射用阿奇霉素|磷霉素"
)
_CRITICAL: Final = re.compile(
    "肾上腺素|多巴胺|纳洛酮|洛贝林|硝酸甘油|硝普钠|利多卡因注射|地塞米松磷酸钠|氨茶碱注射|50%葡萄糖|破伤风抗毒素|"
    "缩宫素|甘露醇|0.9%氯化钠|维拉帕米注射|胺碘酮|沙丁胺醇|重组人胰岛素"
)
_EXTERNAL: Final = re.compile("滴眼|眼膏|滴耳|乳膏|软膏|凝胶|搽剂|洗剂|栓|阴道|喷雾|外用|贴")
_COOL: Final = re.compile("软胶囊|栓|滴丸|乳膏|凝胶|糖浆|口服液|口服溶液|软膏|眼膏|胶囊|滴眼")

# Insurance classes (X + ATC level 4) of common molecules; a code that a row brings itself wins.
CLASSES: Final = {
    "氨氯地平": "C08CA",
    "硝苯地平": "C08CA",
    "非洛地平": "C08CA",
    "尼群地平": "C08CA",
    "尼莫地平": "C08CA",
    "拉西地平": "C08CA",
    "厄贝沙坦氢氯噻嗪": "C09DA",
    "缬沙坦氢氯噻嗪": "C09DA",
    "厄贝沙坦": "C09CA",
    "缬沙坦": "C09CA",
    "奥美沙坦": "C09CA",
    "氯沙坦": "C09CA",
    "替米沙坦": "C09CA",
    "卡托普利": "C09AA",
    "培哚普利": "C09AA",
    "依那普利": "C09AA",
    "比索洛尔": "C07AB",
    "美托洛尔": "C07AB",
    "卡维地洛": "C07AG",
    "吲达帕胺": "C03BA",
    "呋塞米": "C03CA",
    "螺内酯": "C03DA",
    "阿托伐他汀": "C10AA",
    "瑞舒伐他汀": "C10AA",
    "辛伐他汀": "C10AA",
    "氟伐他汀": "C10AA",
    "普伐他汀": "C10AA",
    "依折麦布": "C10AX",
    "非诺贝特": "C10AB",
    "苯扎贝特": "C10AB",
    "阿司匹林": "B01AC",
    "氯吡格雷": "B01AC",
    "利伐沙班": "B01AF",
    "阿哌沙班": "B01AF",
    "达比加群": "B01AE",
    "华法林": "B01AA",
    "肝素": "B01AB",
    "单硝酸异山梨酯": "C01DA",
    "硝酸异山梨酯": "C01DA",
    "硝酸甘油": "C01DA",
    "地高辛": "C01AA",
    "普罗帕酮": "C01BC",
    "胺碘酮": "C01BD",
    "二甲双胍": "A10BA",
    "格列吡嗪": "A10BB",
    "格列齐特": "A10BB",
    "格列美脲": "A10BB",
    "格列喹酮": "A10BB",
    "阿卡波糖": "A10BF",
    "伏格列波糖": "A10BF",
    "利格列汀": "A10BH",
    "西格列汀": "A10BH",
    "沙格列汀": "A10BH",
    "瑞格列奈": "A10BX",
    "吡格列酮": "A10BG",
    "胰岛素": "A10AB",
    "奥美拉唑": "A02BC",
    "兰索拉唑": "A02BC",
    "雷贝拉唑": "A02BC",
    "泮托拉唑": "A02BC",
    "艾普拉唑": "A02BC",
    "法莫替丁": "A02BA",
    "雷尼替丁": "A02BA",
    "西咪替丁": "A02BA",
    "多潘立酮": "A03FA",
    "莫沙必利": "A03FA",
    "伊托必利": "A03FA",
    "甲氧氯普胺": "A03FA",
    "乳果糖": "A06AD",
    "聚乙二醇4000": "A06AD",
    "洛哌丁胺": "A07DA",
    "头孢呋辛": "J01DC",
    "头孢克洛": "J01DC",
    "头孢丙烯": "J01DC",
    "头孢西丁": "J01DC",
    "头孢地尼": "J01DD",
    "头孢克肟": "J01DD",
    "头孢曲松": "J01DD",
    "头孢他啶": "J01DD",
    "头孢噻肟": "J01DD",
    "头孢泊肟": "J01DD",
    "头孢唑林": "J01DB",
    "头孢拉定": "J01DB",
    "阿莫西林克拉维酸": "J01CR",
    "阿莫西林钠克拉维酸": "J01CR",
    "阿莫西林": "J01CA",
    "氨苄西林": "J01CA",
    "哌拉西林": "J01CA",
    "苯唑西林": "J01CF",
    "青霉素钠": "J01CE",
    "左氧氟沙星": "J01MA",
    "莫西沙星": "J01MA",
    "氧氟沙星": "J01MA",
    "环丙沙星": "J01MA",
    "阿奇霉素": "J01FA",
    "克拉霉素": "J01FA",
    "罗红霉素": "J01FA",
    "红霉素": "J01FA",
    "克林霉素": "J01FF",
    "林可霉素": "J01FF",
    "米诺环素": "J01AA",
    "多西环素": "J01AA",
    "阿米卡星": "J01GB",
    "磷霉素": "J01XX",
    "奥硝唑": "J01XD",
    "替硝唑": "J01XD",
    "甲硝唑": "J01XD",
    "氟康唑": "J02AC",
    "伏立康唑": "J02AC",
    "伊曲康唑": "J02AC",
    "阿昔洛韦": "J05AB",
    "伐昔洛韦": "J05AB",
    "更昔洛韦": "J05AB",
    "利巴韦林": "J05AB",
    "恩替卡韦": "J05AF",
    "阿德福韦": "J05AF",
    "拉米夫定": "J05AF",
    "奥司他韦": "J05AH",
    "孟鲁司特": "R03DC",
    "沙丁胺醇": "R03AC",
    "布地奈德": "R03BA",
    "异丙托溴铵": "R03BB",
    "氨溴索": "R05CB",
    "乙酰半胱氨酸": "R05CB",
    "氯雷他定": "R06AX",
    "西替利嗪": "R06AE",
    "布洛芬": "M01AE",
    "美洛昔康": "M01AC",
    "双氯芬酸": "M01AB",
    "依托考昔": "M01AH",
    "塞来昔布": "M01AH",
    "别嘌醇": "M04AA",
    "非布司他": "M04AA",
    "苯溴马隆": "M04AB",
    "阿仑膦酸": "M05BA",
    "奥氮平": "N05AH",
    "喹硫平": "N05AH",
    "利培酮": "N05AX",
    "阿立哌唑": "N05AX",
    "氟西汀": "N06AB",
    "帕罗西汀": "N06AB",
    "舍曲林": "N06AB",
    "文拉法辛": "N06AX",
    "度洛西汀": "N06AX",
    "丙戊酸": "N03AG",
    "卡马西平": "N03AF",
    "奥卡西平": "N03AF",
    "左乙拉西坦": "N03AX",
    "普瑞巴林": "N03AX",
    "地西泮": "N05BA",
    "阿普唑仑": "N05BA",
    "艾司唑仑": "N05CD",
    "佐匹克隆": "N05CF",
    "唑吡坦": "N05CF",
    "多巴丝肼": "N04BA",
    "普拉克索": "N04BC",
    "多奈哌齐": "N06DA",
    "美金刚": "N06DX",
    "坦索罗辛": "G04CA",
    "非那雄胺": "G04CB",
    "托特罗定": "G04BD",
    "索利那新": "G04BD",
    "泼尼松": "H02AB",
    "地塞米松磷酸钠": "H02AB",
    "甲巯咪唑": "H03BB",
    "丙硫氧嘧啶": "H03BA",
    "左甲状腺素": "H03AA",
}


def insurance_class(name: str) -> str:
    """ATC level 4 of a systemic product by its molecule, or nothing for other names."""
    if _EXTERNAL.search(name):
        return ""
    return next((code for part, code in CLASSES.items() if part in name), "")


def flags(name: str, *, originator: bool, injection: bool) -> tuple[str, ...]:
    """The flags that the name alone supports, in a fixed order."""
    external = bool(_EXTERNAL.search(name))
    antimicrobial = _ANTIMICROBIAL.search(name) and not _NOT_ANTIMICROBIAL.search(name)
    found = {
        "essential": bool(_ESSENTIAL.search(name)) and not external,
        "vbp": bool(_VBP.search(name)) and not originator and not external,
        "cold": bool(_COLD.search(name)),
        "narcotic": bool(_NARCOTIC.search(name)) and "氨酚" not in name,
        "psychotropic1": bool(_PSYCHOTROPIC1.search(name)),
        "psychotropic2": bool(_PSYCHOTROPIC2.search(name)),
        "high_alert": bool(_HIGH_ALERT.search(name)),
        f"antibiotic_{_level(name)}": bool(antimicrobial) and not external,
        "critical": bool(_CRITICAL.search(name)),
        "injection": injection,
    }
    return tuple(flag for flag, there in found.items() if there)


def _level(name: str) -> str:
    """The use level of an antimicrobial: special, restricted or unrestricted."""
    if _SPECIAL.search(name):
        return "special"
    return "restricted" if _RESTRICTED.search(name) else "unrestricted"


def storage(name: str, chosen: tuple[str, ...]) -> str:
    """冷藏 2–8 ℃, 阴凉 up to 20 ℃ or 常温 10–30 ℃, by flag and form."""
    if "cold" in chosen:
        return "cold"
    return "cool" if _COOL.search(name) else "normal"
