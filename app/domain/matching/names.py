"""A drug's name taken apart: substance, salt, variant, and what else was written beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.domain.matching.forms import cut_form
from app.domain.matching.text import plain, without_brackets
from app.domain.matching.verdict import Fit
from app.domain.matching.words import ACID, FORMER, INORGANIC, METAL, SHORTEST

_JOINTS: Final = re.compile(r"[\s/、·・,;.+\-_'\"“”‘’]")
_INSURANCE: Final = re.compile(r"(?<=[\u4e00-\u9fff)])n?r$")
_ROMAN: Final = re.compile(r"(?<=[\u4e00-\u9fff)])(iii|ii|iv|vi|i|v)$")
_VARIANT: Final = re.compile(
    r"^(?:(?:iii|ii|iv|vi|i|v)型?|[0-9]+(?::[0-9]+)+|[0-9]+号?|(?=.*[0-9a-z])[0-9a-z/:-]{1,8})$"
)
"""What tells two preparations of one name apart: ii, 7:1, 1号, 18aa, 30r."""
_NUMBERED: Final = re.compile(r"(\d+号|\d+:\d+|[一二三四]号)$")
_NEUTRAL: Final = re.compile(
    r"^(?:n?r|[甲乙丙基集国省限自合]|(?:国家|省级|联盟|第.{1,2}批)?集采|双通道|停用|进口|国产|合资|集采|国采|省采|带量|基药|国基|医保|甲类|乙类|自费|备用|新|旧|otc|国谈|门诊|住院"
    r"|薄膜衣|糖衣|薄膜衣片|糖衣片|素片|水蜜丸|大蜜丸|小蜜丸|浓缩丸|水丸|膏滋|口服液|片剂|胶囊剂"
    r"|粉针|针|冻干|瓶|盒|袋|软袋|塑瓶|玻瓶|散装|无糖|无蔗糖|无糖型)$"
)
_PERCENT: Final = re.compile(r"^\d+(?:\.\d+)?%(?=[\u4e00-\u9fff])")
_EMBEDDED: Final = re.compile(
    r"\(?\d+(?:\.\d+)?(?:mg|ug|mcg|g|ml|万?iu|万?单位|毫克|克|毫升|%)(?![\u4e00-\u9fff]).*$"
)
_TRADITIONAL: Final = str.maketrans({"恶": "噁", "硷": "碱", "甙": "苷", "喋": "蝶", "症": "症"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart.

    Attributes:
        text: The whole name as it was compared.
        core: The substance or the proper name, without salt and form; former names replaced.
        salt: 盐酸, 钠, both joined; empty when it names none.
        variant: ii, 7:1, 1号: what tells two preparations of one name apart.
        notes: Other words in brackets: often a brand or a maker.
        renamed: Whether a former name was replaced.
    """

    text: str
    core: str
    salt: str = ""
    variant: str = ""
    notes: tuple[str, ...] = ()
    renamed: bool = False


@lru_cache(maxsize=200_000)
def cut_spec(text: str) -> tuple[str, str]:
    """A name without the specification that many lists write into it, and that specification.

    >>> cut_spec("硝苯地平控释片 30mg*7片"), cut_spec("10%氯化钾注射液"), cut_spec("维生素B12片")
    (('硝苯地平控释片', '30mg*7片'), ('氯化钾注射液', '10%'), ('维生素b12片', ''))
    """
    label = plain(text)
    front = _PERCENT.match(label)
    if front:
        rest, spec = cut_spec(label[front.end() :])
        return rest, front[0] + spec
    found = _EMBEDDED.search(label)
    if found is None or found.start() < SHORTEST:
        return label, ""
    return label[: found.start()].rstrip("("), found[0].lstrip("(").removesuffix(")")


@lru_cache(maxsize=200_000)
def read_name(text: str) -> Name:
    """A name taken apart.

    >>> name = read_name("盐酸特比萘芬片NR")
    >>> name.core, name.salt
    ('特比萘芬', '盐酸')
    >>> read_name("氨酚伪麻那敏分散片(Ⅲ)").variant, read_name("654-2片").core
    ('iii', '消旋山莨菪碱')
    """
    label = _INSURANCE.sub("", plain(text).rstrip("*#"))
    outside, inside = without_brackets(label)
    outside, variant = _variant(_INSURANCE.sub("", outside))
    notes: list[str] = []
    for note in inside:
        if _NEUTRAL.match(note):
            continue
        if _VARIANT.match(note):
            variant = variant or note
        else:
            notes.append(note)
    stem, _family = cut_form(outside)
    stem, own_variant = _variant(stem)
    core, salt = _split_salt(_JOINTS.sub("", stem).translate(_TRADITIONAL))
    known = FORMER.get(stem) or FORMER.get(core)
    if known:
        core = known
    return Name(
        outside, core or outside, salt, variant or own_variant, tuple(notes), known is not None
    )


def compare_salts(left: Name, right: Name) -> Fit:
    """Whether two names of one substance mean the same salt and the same variant."""
    if left.variant != right.variant:
        return Fit.DIFFERENT if left.variant and right.variant else Fit.UNKNOWN
    if left.salt == right.salt:
        return Fit.SAME
    if left.renamed or right.renamed or not (left.salt and right.salt):
        return Fit.UNKNOWN
    return Fit.DIFFERENT


def _variant(name: str) -> tuple[str, str]:
    """A name without the number or the Roman figure that ends it, and that figure."""
    for pattern in (_ROMAN, _NUMBERED):
        found = pattern.search(name)
        if found and found.start() >= SHORTEST:
            return name[: found.start()], found[1]
    return name, ""


def _split_salt(name: str) -> tuple[str, str]:
    """The substance and its salt; a simple salt such as 硫酸镁 stays whole."""
    acid = ACID.match(name)
    rest = name[acid.end() :] if acid else name
    if acid and (rest in INORGANIC or len(rest) < SHORTEST):
        return name, ""
    metal = METAL.search(rest)
    stem = rest[: metal.start()] if metal else rest
    if metal and (len(stem) <= SHORTEST or stem.endswith("化")):
        metal, stem = None, rest
    return stem, (acid[1] if acid else "") + (metal[1] if metal else "")
