"""How two facts fit, and what a person is told about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.i18n import N_, _


class Fit(StrEnum):
    """What comparing one fact of two rows came to."""

    SAME = "same"
    WRITTEN = "written"
    """The same, written in another way (0.5 g and 500 mg; a former name)."""
    LIKELY = "likely"
    """Fits as far as it goes, but does not prove it."""
    UNKNOWN = "unknown"
    """One side does not say, or cannot be read."""
    DIFFERENT = "different"

    @property
    def holds(self) -> bool:
        """Whether the fact is proved to be the same."""
        return self in {Fit.SAME, Fit.WRITTEN}


class Decision(StrEnum):
    """What the program makes of the best candidate."""

    AUTO = "auto"
    """Every fact agrees: may be accepted by itself or in bulk."""
    REVIEW = "review"
    """A person looks."""
    NONE = "none"
    """Nothing in the catalogue resembles it."""

    @property
    def label(self) -> str:
        """The decision in the person's language."""
        return _(_DECISIONS[self])


_DECISIONS = {
    Decision.AUTO: N_("建议采纳"),
    Decision.REVIEW: N_("需要核对"),
    Decision.NONE: N_("没有相近的"),
}


class Fact(StrEnum):
    """The facts that are compared, in the order in which people read them."""

    CODE = "code"
    NAME = "name"
    SALT = "salt"
    STRENGTH = "strength"
    FORM = "form"
    MAKER = "maker"
    PACK = "pack"
    BRAND = "brand"
    LICENCE = "licence"

    @property
    def label(self) -> str:
        """The fact in the person's language."""
        return _(_FACTS[self])


_FACTS = {
    Fact.CODE: N_("编码"),
    Fact.NAME: N_("名称"),
    Fact.SALT: N_("盐基"),
    Fact.STRENGTH: N_("规格"),
    Fact.FORM: N_("剂型"),
    Fact.MAKER: N_("生产企业"),
    Fact.PACK: N_("包装数"),
    Fact.BRAND: N_("商品名"),
    Fact.LICENCE: N_("批准文号"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One compared fact: how it fits, and in words."""

    fact: Fact
    fit: Fit
    text: str
