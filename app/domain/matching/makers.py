"""Who made it: a maker's text taken apart into the firms it names, and how two texts fit.

One text may name several firms: the licence holder, a former name (原名：…), the packager of an
import (分包装：…) or the contract plant (受托方：…). A firm is compared by its own word (康弘), its
place (成都) and its group (国药集团), without legal form and trade words (制药有限公司).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from app.domain.matching.companies import families
from app.domain.matching.regions import ABROAD, PLACE, together
from app.domain.matching.text import plain, without_brackets
from app.domain.matching.verdict import Fit

_LEGAL: Final = re.compile(
    r"(?:股份|有限|责任|总公司|公司|株式会社|株式会式|企业|合资|中外合资|研究所|研究院|委托生产|受托生产)"
)
_TRADE: Final = re.compile(
    r"(?:集团|医药保健|制药总厂|制药厂|制药|药业|医药|药品|药物|生物|科技|技术|工程|化学|工业|实业|产业|保健品|健康"
    r"|总厂|分厂|大药厂|药厂|工厂|厂|发展|开发|控股|投资|国际|新技术|中国|民族药|中药|国药|\bthe\b)"
)
_ROLE: Final = re.compile(
    r"(?:原名称|原名|原|曾用名|分包装|包装|受托方|受托生产企业|委托方|生产企业)[:为是]?"
)
_PACKED: Final = re.compile(r"分(?:包)?装$")
_GROUP: Final = re.compile(
    r"^(.{2,8}?)(?:药业|制药|医药|生物医药)?集团(?:股份)?(?:有限)?(?:公司)?(.{3,})$"
)
_GROUP_HEADS: Final = (
    "国药控股",
    "国药集团",
    "国药",
    "上药",
    "华润",
    "哈药",
    "石药",
    "广药",
    "华北",
    "远大",
)
_LATIN: Final = re.compile(r"[a-z]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_LATIN_NOISE: Final = re.compile(
    r"ltd|limited|gmbh|inc|corp(?:oration)?|company|co\b|pharmaceuticals?|pharma|laborator(?:y|ies)"
    r"|manufacturing|s\.?p\.?a|s\.?a\.?s?|[^a-z]"
)
_BRACKET: Final = re.compile(r"\(([^()]*)\)")
_CLOSE: Final = 88
_SHORTEST: Final = 2
_LONG: Final = 4


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm that a maker's text names.

    Attributes:
        core: Its own word, such as 康弘; its place and trade where it has none.
        places: Towns and provinces in its name.
        group: The group that stands before it; empty when none does.
        branch: Whether its place stands in brackets, as that of a daughter firm does.
    """

    core: str
    places: frozenset[str] = frozenset()
    group: str = ""
    branch: bool = False


@dataclass(frozen=True, slots=True)
class Maker:
    """A maker's text taken apart.

    Attributes:
        text: As it was compared, without blanks.
        firms: The firms that it names, the leading one first.
        families: International families that it belongs to.
        latin: Its Latin letters, without legal forms; empty where it is written in Chinese.
    """

    text: str = ""
    firms: tuple[Firm, ...] = ()
    families: frozenset[str] = frozenset()
    latin: str = ""


@lru_cache(maxsize=100_000)
def read_maker(text: str) -> Maker:
    """A maker's text taken apart.

    >>> read_maker("国药集团致君(深圳)制药有限公司").firms[0]
    Firm(core='致君', places=frozenset({'深圳'}), group='国药', branch=True)
    >>> read_maker("齐鲁制药有限公司（原名：齐鲁制药厂）").firms
    (Firm(core='齐鲁', places=frozenset(), group='', branch=False),)
    """
    label = plain(text)
    firms = []
    for part in _parts(label):
        firm = _firm(part)
        if firm.core and firm not in firms:
            firms.append(firm)
    latin = _LATIN_NOISE.sub("", label) if _LATIN.search(label) else ""
    return Maker(label, tuple(firms), families(label), latin)


def compare_makers(left: Maker, right: Maker) -> Fit:
    """Whether two texts name the same firm.

    SAME and WRITTEN mean the same firm; LIKELY a sister or a short form; UNKNOWN that one side is
    empty or the two are written in different scripts and no family is known.
    """
    if left.text == right.text:
        return Fit.SAME if left.text else Fit.UNKNOWN
    best = max(
        (_firms_fit(one, other) for one in left.firms for other in right.firms),
        key=_ORDER.index,
        default=Fit.UNKNOWN,
    )
    international = left.families or right.families
    if left.families & right.families or (best.holds and international):
        # An international firm has many plants and licences: its name alone proves no pack, only
        # that of the same plant in the same Chinese town does.
        return best if best.holds and _one_plant(left, right) else Fit.LIKELY
    if not best.holds and _latin_fit(left.latin, right.latin):
        return Fit.WRITTEN
    if best is Fit.DIFFERENT and _other_script(left, right):
        return Fit.UNKNOWN
    return best


_ORDER: Final = (Fit.DIFFERENT, Fit.UNKNOWN, Fit.LIKELY, Fit.WRITTEN, Fit.SAME)


def _one_plant(left: Maker, right: Maker) -> bool:
    """Whether both texts lead with the same firm in the same place in China."""
    mine, theirs = left.firms[0], right.firms[0]
    at_home = bool(mine.places & theirs.places - ABROAD)
    return at_home and _firms_fit(mine, theirs).holds


def _parts(label: str) -> list[str]:
    """The firms' names in a text: outside of brackets first, then what the brackets name."""
    outside, notes = without_brackets(label)
    named = [note for note in notes if _names_firm(note)]
    # (深圳), (集团), (中国) belong to the name; (原名:…) names another firm.
    whole = label
    for note in named:
        whole = whole.replace(note, "")
    parts = [whole if not named or whole else outside]
    for note in named:
        parts += re.split(r"[,;、/]|与|合并", _ROLE.sub("", note))
    return [_PACKED.sub("", part) for part in parts if part.strip("()")]


def _names_firm(note: str) -> bool:
    plain_note = _ROLE.sub("", note)
    has_word = any(word in plain_note for word in ("公司", "厂", "株式会社", "分装"))
    return has_word or _ROLE.match(note) is not None


def _firm(part: str) -> Firm:
    """A firm's own word, places and group."""
    branch = any(PLACE.fullmatch(note) for note in _BRACKET.findall(part))
    part = re.sub(r"[()]", "", part)
    group = ""
    found = _GROUP.match(part)
    if found and _own_word(found[2]):
        group, part = _own_word(found[1]) or found[1], found[2]
    else:
        for head in _GROUP_HEADS:
            if part.startswith(head) and _own_word(part.removeprefix(head)):
                group, part = head.removesuffix("集团"), part.removeprefix(head)
                break
    places = frozenset(PLACE.findall(part))
    core = _own_word(part)
    return Firm(core or _LEGAL.sub("", part), places, group, branch)


def _own_word(part: str) -> str:
    """What is left of a name without place, legal form and trade words; Han letters only."""
    word = _TRADE.sub("", _LEGAL.sub("", part))
    bare = PLACE.sub("", word)
    kept = "".join(_HAN.findall(bare))
    return kept if len(kept) >= _SHORTEST else ""


def _firms_fit(left: Firm, right: Firm) -> Fit:
    if left.core == right.core:
        groups = not (left.group and right.group) or left.group == right.group
        if not groups:
            return Fit.LIKELY
        # 齐鲁制药(海南) is a daughter of 齐鲁制药: another firm with licences of its own.
        daughter = left.branch != right.branch and not (left.places and right.places)
        same = together(left.places, right.places) and not daughter
        return Fit.WRITTEN if same else Fit.LIKELY
    shorter, longer = sorted((left.core, right.core), key=len)
    if shorter in longer or left.group in {right.core, right.group} - {""}:
        return Fit.LIKELY
    if right.group and right.group == left.core:
        return Fit.LIKELY
    alike = len(shorter) >= _LONG and fuzz.ratio(shorter, longer) >= _CLOSE
    return Fit.LIKELY if alike else Fit.DIFFERENT


def _latin_fit(left: str, right: str) -> bool:
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) < _LONG:
        return False
    return longer.startswith(shorter) or fuzz.ratio(left, right) >= _CLOSE


def _other_script(left: Maker, right: Maker) -> bool:
    """Whether one text has no Chinese and the other no Latin letters: nothing to compare."""
    mine, theirs = bool(_HAN.search(left.text)), bool(_HAN.search(right.text))
    return mine != theirs
