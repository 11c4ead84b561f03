"""Dosage forms: which words name one, which family it belongs to, and how it is refined.

A family is what may replace each other without a new prescription: ordinary tablets are one
family, sustained-release tablets another, dispersible ones a third (中国药典 制剂通则 keeps them
apart). A detail (糖衣, 水蜜丸) refines a family and is compared only where both sides state it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.domain.matching.text import plain, without_brackets
from app.domain.matching.verdict import Fit

_FAMILIES: Final[dict[str, str]] = {
    "tablet": "片剂 片",
    "tablet.sr": "缓释片剂 缓释片",
    "tablet.cr": "控释片剂 控释片",
    "tablet.ec": "肠溶片剂 肠溶片",
    "tablet.ec_sr": "肠溶缓释片",
    "tablet.dispersible": "分散片剂 分散片",
    "tablet.chew": "咀嚼片剂 咀嚼片",
    "tablet.fizz": "泡腾片剂 泡腾片",
    "tablet.melt": "口腔崩解片 口崩片",
    "tablet.lozenge": "口含片 含片 润喉片",
    "tablet.tongue": "舌下片",
    "tablet.buccal": "口腔贴片 口颊片",
    "tablet.vaginal": "阴道片剂 阴道片",
    "tablet.vaginal_fizz": "阴道泡腾片",
    "tablet.external": "外用片",
    "capsule": "硬胶囊剂 硬胶囊 胶囊剂 胶囊",
    "capsule.soft": "软胶囊剂 软胶囊 胶丸",
    "capsule.ec": "肠溶胶囊剂 肠溶胶囊",
    "capsule.ec_soft": "肠溶软胶囊",
    "capsule.sr": "缓释胶囊剂 缓释胶囊",
    "capsule.cr": "控释胶囊",
    "capsule.vaginal": "阴道胶囊 阴道软胶囊",
    "capsule.inhale": "吸入胶囊 粉雾剂胶囊",
    "granule": "颗粒剂 颗粒 冲剂 细粒剂 细粒",
    "granule.sr": "缓释颗粒 控释颗粒",
    "granule.ec": "肠溶颗粒",
    "granule.fizz": "泡腾颗粒",
    "granule.suspension": "混悬颗粒",
    "powder.suspension": "干混悬剂",
    "powder": "散剂 散 口服散 粉剂",
    "powder.external": "外用散",
    "liquid": "口服溶液剂 口服溶液 口服液体剂 口服液 合剂 内服液 溶液剂 溶液",
    "liquid.suspension": "口服混悬液 口服混悬剂 混悬液 混悬剂",
    "liquid.drops": "口服滴剂 滴剂 混悬滴剂",
    "liquid.emulsion": "口服乳剂 口服乳 乳剂",
    "liquid.syrup": "糖浆剂 糖浆",
    "liquid.wine": "酒剂 药酒",
    "liquid.tincture": "酊剂 酊",
    "liquid.extract": "流浸膏剂 流浸膏",
    "liquid.rinse": "含漱液 漱口液 漱口水",
    "paste": "煎膏剂 膏滋剂 煎膏 膏滋",
    "pill": "丸剂 丸",
    "pill.drop": "滴丸剂 滴丸",
    "pill.ec": "肠溶丸 肠溶微丸",
    "pill.sr": "缓释丸",
    "tea": "茶剂 袋泡茶 茶",
    "ingot": "锭剂 锭",
    "glue": "胶剂",
    "injection": "大输液 输液 注射液 注射剂 针剂 粉针剂 冻干粉针 粉针 针 注射用浓溶液",
    "inhalation": "吸入用溶液剂 吸入用溶液 吸入溶液 雾化溶液 雾化吸入溶液 吸入用混悬液 吸入用",
    "inhalation.powder": "吸入粉雾剂 粉雾剂 粉吸入剂 吸入粉剂 干粉吸入剂",
    "inhalation.aerosol": "吸入气雾剂 气雾剂",
    "spray": "喷雾剂 喷剂",
    "nose.spray": "鼻喷雾剂 鼻喷剂",
    "nose.drops": "滴鼻剂 滴鼻液",
    "eye.drops": "滴眼剂 滴眼液 眼药水 眼用溶液",
    "eye.ointment": "眼膏剂 眼膏",
    "eye.gel": "眼用凝胶剂 眼用凝胶 滴眼凝胶",
    "ear.drops": "滴耳剂 滴耳液",
    "skin.ointment": "软膏剂 软膏 油膏",
    "skin.cream": "乳膏剂 乳膏 霜剂 霜",
    "skin.gel": "凝胶剂 凝胶",
    "skin.plaster": "橡胶膏剂 橡胶贴膏 贴膏剂 贴膏 凝胶贴膏 巴布膏 膏药 黑膏药 硬膏",
    "skin.patch": "透皮贴剂 贴剂 贴片 贴",
    "skin.liniment": "搽剂 擦剂",
    "skin.lotion": "洗剂 洗液 外用液 外用溶液 涂剂 涂膜剂",
    "skin.oil": "油剂",
    "skin.film": "膜剂",
    "suppository": "栓剂 栓",
    "suppository.vaginal": "阴道栓 阴道栓剂",
    "enema": "灌肠剂 灌肠液",
    "foam": "泡沫剂",
}
_WORDS: Final = {word: family for family, words in _FAMILIES.items() for word in words.split()}
_TAIL: Final = re.compile(
    "(" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + ")$"
)
_INSIDE: Final = re.compile("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))
_DETAILS: Final = {
    "大蜜丸": "pill", "小蜜丸": "pill", "水蜜丸": "pill", "水丸": "pill", "浓缩丸": "pill",
    "浓缩水丸": "pill", "浓缩蜜丸": "pill", "糊丸": "pill", "蜡丸": "pill", "蜜丸": "pill",
    "薄膜衣": "coat", "糖衣": "coat", "素片": "coat",
    "无糖": "sugar", "无蔗糖": "sugar",
}  # fmt: skip
_DETAIL: Final = re.compile("|".join(sorted(_DETAILS, key=len, reverse=True)))
_SUGAR_FREE: Final = "无蔗糖"
_SOLID: Final = frozenset({"tablet", "capsule", "granule", "injection", "pill"})
"""Kinds that nobody mistakes for each other; where name and column name two, one is wrong."""


@dataclass(frozen=True, slots=True)
class Form:
    """A dosage form.

    Attributes:
        family: Such as ``tablet.sr``; empty when none was stated.
        detail: A refinement such as 水蜜丸; empty when none was stated.
        clash: Whether name and column contradict each other (…颗粒 under 胶囊).
    """

    family: str = ""
    detail: str = ""
    clash: bool = False


def cut_form(name: str) -> tuple[str, str]:
    """A plain name without its form word, and that word's family.

    >>> cut_form("硝苯地平控释片"), cut_form("注射用头孢曲松钠"), cut_form("医用口罩")
    (('硝苯地平', 'tablet.cr'), ('头孢曲松钠', 'injection'), ('医用口罩', ''))
    """
    if name.startswith("注射用") and len(name) > len("注射用"):
        return name.removeprefix("注射用"), "injection"
    found = _TAIL.search(name)
    if found is None or found.start() == 0:
        return name, ""
    return name[: found.start()], _WORDS[found[1]]


@lru_cache(maxsize=100_000)
def read_form(name: str, column: str, spec: str = "") -> Form:
    """The form that a name, a form column and a specification state together.

    The name leads, for a column says 片剂 of everything that is pressed; the column refines it or
    stands in for it.

    >>> read_form("吲达帕胺片", "缓释片剂").family, read_form("吲达帕胺缓释片", "片剂").family
    ('tablet.sr', 'tablet.sr')
    >>> read_form("六味地黄丸", "丸剂(水蜜丸)")
    Form(family='pill', detail='水蜜丸', clash=False)
    """
    label = plain(name)
    outside, notes = without_brackets(label)
    _rest, own = cut_form(outside)
    noted = plain(column)
    stated = _widest(noted)
    for note in notes:
        stated = stated or _widest(note)
    family = own or stated
    if own and stated.startswith(f"{own}."):
        family = stated
    detail = _DETAIL.search(" ".join((label, noted, plain(spec))))
    clash = bool(own and stated) and _SOLID >= {_kind(own), _kind(stated)} != {_kind(own)}
    return Form(family, _detail(detail[0]) if detail else "", clash)


def compare_forms(left: Form, right: Form) -> Fit:
    """Whether two forms are the same family, and the same detail where both state one."""
    if not (left.family and right.family):
        return Fit.SAME if left.family == right.family else Fit.UNKNOWN
    if left.family != right.family:
        return Fit.DIFFERENT
    if left.clash or right.clash:
        return Fit.UNKNOWN
    return _compare_details(left.detail, right.detail)


def _compare_details(left: str, right: str) -> Fit:
    if left == right:
        return Fit.SAME
    if left and right:
        return Fit.DIFFERENT if _DETAILS[left] == "pill" else Fit.UNKNOWN
    return Fit.UNKNOWN if _SUGAR_FREE in {left, right} else Fit.SAME


def _widest(text: str) -> str:
    """The family that a column's text names first; empty when it names none."""
    found = _INSIDE.search(text)
    if found is None:
        return ""
    coated = text.endswith("衣片") or "衣片" in text
    return "tablet" if coated else _WORDS[found[0]]


def _detail(word: str) -> str:
    return _SUGAR_FREE if _DETAILS[word] == "sugar" else word


def _kind(family: str) -> str:
    """The family without its refinement: ``tablet``."""
    return family.partition(".")[0]
