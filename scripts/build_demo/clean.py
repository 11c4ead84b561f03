"""Cleaning of product facts: makers, approval numbers, strengths and packs as a label says them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scripts.build_demo.codes import APPROVAL

_FULL_WIDTH: Final = str.maketrans("（）：；，％＊×　", "():;,%** ")
_COMPANY: Final = re.compile(r"[一-龥A-Za-z0-9()]*(?:公司|药厂|制药总厂|研究所|集团|厂)$")
_REPACKED: Final = re.compile(r"分(?:包)?装(?:企业)?:?([一-龥()]+?(?:公司|厂))")
_PACK: Final = re.compile(
    r"(?P<strength>.*?)\*(?P<n>\d{1,4})(?P<unit>片|粒|袋|支|丸|包|贴|枚|瓶)"
    r"(?:\*(?P<m>\d{1,2})(?:板|小盒)?)?$"
)
_SINGLE: Final = re.compile(r"(?P<strength>\d[\d.]*(?:ml|g)(?:[:(].*)?)$")
_AMOUNT: Final = re.compile(r"(\d)\s*(mg|μg|万IU|IU|ml|g|万单位|单位)")
_LIQUID: Final = (
    "溶液",
    "口服液",
    "糖浆",
    "洗剂",
    "酊",
    "搽剂",
    "混悬液",
    "合剂",
    "膏滋",
    "煎膏",
    "酒",
    "漱",
)
_TUBE: Final = (
    "滴眼液",
    "滴耳液",
    "滴鼻液",
    "眼膏",
    "乳膏",
    "软膏",
    "凝胶",
    "喷雾剂",
    "气雾剂",
    "鼻喷",
    "乳胶",
)

# What a name ends in is the form; the longer ending first.
FORMS: Final = {
    "缓释胶囊": "缓释胶囊",
    "肠溶胶囊": "肠溶胶囊",
    "软胶囊": "软胶囊",
    "胶囊": "胶囊剂",
    "胶丸": "软胶囊",
    "阴道片": "阴道片",
    "阴道泡腾片": "阴道泡腾片",
    "肠溶片": "肠溶片",
    "缓释片": "缓释片",
    "控释片": "控释片",
    "分散片": "分散片",
    "咀嚼片": "咀嚼片",
    "泡腾片": "泡腾片",
    "口崩片": "口崩片",
    "口腔崩解片": "口崩片",
    "含片": "含片",
    "舌下片": "舌下片",
    "外用片": "外用片",
    "贴片": "贴剂",
    "片": "片剂",
    "滴丸": "滴丸剂",
    "丸": "丸剂",
    "泡腾颗粒": "泡腾颗粒",
    "颗粒": "颗粒剂",
    "颗粒剂": "颗粒剂",
    "干混悬剂": "干混悬剂",
    "混悬液": "口服混悬液",
    "口服溶液": "口服溶液剂",
    "口服液": "合剂",
    "合剂": "合剂",
    "糖浆": "糖浆剂",
    "滴眼液": "滴眼剂",
    "滴耳液": "滴耳剂",
    "眼膏": "眼膏剂",
    "眼用凝胶": "眼用凝胶",
    "凝胶": "凝胶剂",
    "乳膏": "乳膏剂",
    "软膏": "软膏剂",
    "栓": "栓剂",
    "鼻喷雾剂": "鼻喷雾剂",
    "喷雾剂": "喷雾剂",
    "气雾剂": "气雾剂",
    "散": "散剂",
    "滴剂": "滴剂",
    "洗剂": "洗剂",
    "酊": "酊剂",
    "搽剂": "搽剂",
    "煎膏": "煎膏剂",
    "膏": "煎膏剂",
    "溶液": "溶液剂",
    "贴膏": "贴膏剂",
    "乳胶剂": "凝胶剂",
    "散剂": "散剂",
    "滴鼻液": "滴鼻剂",
}


@dataclass(frozen=True, slots=True)
class Pack:
    """A strength and what a sales pack holds: `count` of `unit` in a `container`."""

    strength: str
    count: int
    unit: str
    container: str

    @property
    def text(self) -> str:
        """The pack as a label says it: ``5mg×28片/盒``."""
        if self.count == 1 and self.unit == self.container:
            return f"{self.strength}/{self.unit}"
        return f"{self.strength}×{self.count}{self.unit}/{self.container}"


def plain(text: str) -> str:
    """`text` in half width, without blanks, units spelled one way."""
    folded = re.sub(r"(\d)克", r"\1g", text.translate(_FULL_WIDTH)).replace("ug", "μg")
    folded = (
        folded.replace("盒肥", "合肥")
        .replace("联盒", "联合")
        .replace("复盒物", "复合物")
        .replace("iu", "IU")
        .replace("mL", "ml")
        .replace("ML", "ml")
    )
    return re.sub(r"\s+|\[?NR?\]?$|\[R\]|\(R\)△?", "", folded)


def maker(text: str) -> str:
    """The Chinese firm that answers for the pack, or nothing where the row does not name one."""
    folded = plain(text)
    repacked = _REPACKED.search(folded)
    if repacked:
        return _closed(repacked[1])
    outside = re.sub(
        r"\((?:原|受托|委托|上海医药|生产|由|曾用)[^()]*(?:\([^()]*\)[^()]*)*\)", "", folded
    )
    if not _COMPANY.fullmatch(outside) or re.search(
        r"[A-Za-z]{2}|国美|西班牙|德国|日本|意大|株式", outside
    ):
        return ""
    return _closed(outside) if len(outside) > 5 else ""  # noqa: PLR2004 - shorter is a nickname


def _closed(name: str) -> str:
    return name if name.count("(") == name.count(")") else ""


def approval(text: str) -> str:
    """The domestic approval number in `text`, or nothing (import papers are renewed often)."""
    found = APPROVAL.search(plain(text))
    if found:
        return found[0]
    bare = re.fullmatch(r"([ZSJ]\d{8})(?:\(.*)?", plain(text))
    return f"国药准字{bare[1]}" if bare else ""


def form(name: str, unit: str = "") -> str:
    """The dosage form that the name ends in, or nothing; `unit` tells plasters and tubes apart."""
    stem = re.sub(r"\([^)]*\)$", "", name)
    if stem.endswith("膏") and not stem.endswith(("乳膏", "软膏", "眼膏", "煎膏")):
        return {"贴": "贴膏剂", "支": "软膏剂"}.get(unit, "煎膏剂")
    return next(
        (FORMS[end] for end in sorted(FORMS, key=len, reverse=True) if stem.endswith(end)), ""
    )


def pack(spec: str, name: str) -> Pack | None:
    """The strength and pack in `spec`, or nothing where it cannot be read for certain."""
    folded = (
        re.sub(r"\((?:薄膜衣片?|分包装|软胶囊|无糖型?)\)", "", plain(spec))
        .replace("/盒", "")
        .rstrip("/")
    )
    bottle = "/瓶" in folded
    folded = re.sub(r"/(?:瓶|支|管|板|袋|包|片|粒|丸|盒)(?=\*|$|/)", "", folded).replace(";", ":")
    folded = re.sub(r"[,(]?无糖型?\)?$", "", folded)
    found = _PACK.fullmatch(folded)
    if found:
        return _counted(found, name, bottle=bottle)
    single = _SINGLE.fullmatch(folded)
    if single and any(part in name for part in _LIQUID + _TUBE):
        large = re.match(r"[1-9]\d\d", single["strength"])
        liquid = any(part in name for part in _LIQUID) and "滴眼" not in name
        unit = "瓶" if liquid or large else "支"
        return Pack(_spaced(single["strength"]), 1, unit, unit)
    return None


def _counted(found: re.Match[str], name: str, *, bottle: bool) -> Pack | None:
    strength = re.sub(r"^每(?:粒|袋|片|丸|支|瓶)(?:装|重|含)?(?=\d)", "", found["strength"])
    strength = re.sub(r"/(?:粒|片|袋|丸|支)$", "", strength)
    unit = found["unit"]
    count = int(found["n"]) * int(found["m"] or 1)
    solid = unit in {"片", "粒", "丸", "贴", "枚"}
    amount = re.match(r"复方|\d.*[a-zA-Zμ位]", strength) or strength.startswith("每")
    readable = amount and not re.search(r"[*#,，]", strength)
    if not readable or not 1 <= count <= 1000 or (unit == "瓶" and solid):  # noqa: PLR2004 - plausible pack sizes
        return None
    if count == 1 and unit in {"支", "瓶"}:
        return Pack(_spaced(strength), 1, unit, unit)
    loose_pills = name.endswith("丸") and count >= 100  # noqa: PLR2004 - loose in a bottle
    container = "瓶" if bottle or loose_pills or (solid and count >= 100) else "盒"  # noqa: PLR2004 - bottles hold many
    return Pack(_spaced(strength), count, unit, container)


def _spaced(strength: str) -> str:
    return _AMOUNT.sub(r"\1\2", strength).replace("(:", "(")
