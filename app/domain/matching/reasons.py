"""Why: every compared fact in the pharmacist's words, what agrees and what does not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Final

from app.domain.matching.compare import Comparison
from app.domain.matching.entry import Facts
from app.domain.matching.strength import times
from app.domain.matching.verdict import Fact, Finding, Fit
from app.i18n import _

_Say = Callable[[Facts, Facts, Fit], str]
_MOST_TIMES: Final = 10_000


def findings(row: Facts, item: Facts, found: Comparison) -> tuple[Finding, ...]:
    """What each fact came to, the registered codes first; facts that nobody states are left out."""
    said: list[Finding] = []
    for fact, fit, say in (
        (Fact.CODE, found.code, _code),
        (Fact.LICENCE, found.licence, _licence),
        (Fact.NAME, found.name, _name),
        (Fact.SALT, found.salt, _salt),
        (Fact.STRENGTH, found.strength, _strength),
        (Fact.FORM, found.form, _form),
        (Fact.MAKER, found.maker, _maker),
        (Fact.PACK, found.pack, _pack),
        (Fact.BRAND, found.brand, _brand),
    ):
        text = say(row, item, fit)
        if text:
            said.append(Finding(fact, fit, text))
    return tuple(said)


def summary(said: tuple[Finding, ...]) -> str:
    """All findings in one line, for a sheet."""
    return _("；").join(finding.text for finding in said)


def _code(row: Facts, item: Facts, fit: Fit) -> str:
    nhsa = bool(row.entry.nhsa and item.entry.nhsa)
    title = _("医保编码") if nhsa else _("本位码")
    if fit is Fit.SAME:
        return _("{code}相同", code=title)
    return _("{code}不同", code=title) if fit is Fit.DIFFERENT else ""


def _licence(_row: Facts, _item: Facts, fit: Fit) -> str:
    if fit is Fit.SAME:
        return _("批准文号相同")
    return _("批准文号不同，可能换过证") if fit is Fit.DIFFERENT else ""


def _name(row: Facts, item: Facts, fit: Fit) -> str:
    if fit is Fit.SAME:
        return _("名称相同")
    if fit is Fit.WRITTEN:
        renamed = row.name.renamed or item.name.renamed
        return _("曾用名：{a} = {b}", **_names(row, item)) if renamed else _("名称相同，写法不同")
    if fit is Fit.LIKELY:
        return _("名称相近：{a} ≈ {b}", **_names(row, item))
    return _("名称不同：{a} ≠ {b}", **_names(row, item))


def _names(row: Facts, item: Facts) -> dict[str, object]:
    return {"a": row.entry.name, "b": item.entry.name}


def _salt(row: Facts, item: Facts, fit: Fit) -> str:
    mine, theirs = (f"{name.salt}{name.variant}" for name in (row.name, item.name))
    if fit is Fit.DIFFERENT:
        return _("盐基或型号不同：{a} ≠ {b}", a=mine, b=theirs)
    if fit is Fit.UNKNOWN:
        return _("盐基或型号只有一方写了：{what}", what=mine or theirs)
    return ""


def _strength(row: Facts, item: Facts, fit: Fit) -> str:
    both: dict[str, object] = {"a": row.entry.spec or _("没写"), "b": item.entry.spec or _("没写")}
    if fit is Fit.DIFFERENT:
        factor = times(row.spec, item.spec)
        if factor is not None and 1 < factor <= _MOST_TIMES:
            return _("规格不同，用量会差 {n} 倍：{a} ≠ {b}", n=_plain(factor), **both)
        return _("规格不同：{a} ≠ {b}", **both)
    if fit is Fit.WRITTEN:
        return _("规格一致，写法不同")
    if fit is Fit.LIKELY:
        return _("规格只对上一部分：{a} / {b}", **both)
    return _("规格无法核对：{a} / {b}", **both) if fit is Fit.UNKNOWN else _("规格一致")


def _form(row: Facts, item: Facts, fit: Fit) -> str:
    if fit is Fit.DIFFERENT:
        return _("剂型不同：{a} ≠ {b}", a=_form_words(row), b=_form_words(item))
    if fit is Fit.UNKNOWN:
        return _("剂型无法核对：{a} / {b}", a=_form_words(row), b=_form_words(item))
    return _("剂型一致") if row.form.family else ""


def _form_words(facts: Facts) -> str:
    words = (facts.entry.name, facts.entry.form, facts.form.detail)
    return " ".join(dict.fromkeys(word for word in words if word)) or _("没写")


def _maker(row: Facts, item: Facts, fit: Fit) -> str:
    both: dict[str, object] = {
        "a": row.entry.maker or _("没写"),
        "b": item.entry.maker or _("没写"),
    }
    if fit is Fit.SAME:
        return _("生产企业相同")
    if fit is Fit.WRITTEN:
        return _("生产企业是同一家：{a} = {b}", **both)
    if fit is Fit.LIKELY:
        return _("生产企业相近或同属一家：{a} ≈ {b}", **both)
    if fit is Fit.UNKNOWN:
        return _("生产企业无法核对：{a} / {b}", **both)
    return _("生产企业不同：{a} ≠ {b}", **both)


def _pack(row: Facts, item: Facts, fit: Fit) -> str:
    if fit is Fit.DIFFERENT:
        return _("包装数不同：{a} ≠ {b}", a=row.spec.pack or 1, b=item.spec.pack or 1)
    if fit is Fit.UNKNOWN:
        return _("包装数只有一方写了")
    return _("包装数一致") if row.spec.pack else ""


def _shortest(words: Collection[str]) -> str:
    """The same one every time, whatever order a set has today."""
    return min(words, key=lambda word: (len(word), word))


def _brand(row: Facts, item: Facts, fit: Fit) -> str:
    if fit is Fit.SAME:
        shared = _shortest(row.brands & item.brands)
        return _("商品名相同：{brand}", brand=shared)
    if fit is Fit.DIFFERENT:
        return _("商品名不同：{a} ≠ {b}", a=_shortest(row.brands), b=_shortest(item.brands))
    return ""


def _plain(factor: Fraction) -> str:
    """2, 2.5: at most two decimals, without a float."""
    hundredths = round(factor * 100)
    whole, rest = divmod(hundredths, 100)
    return str(whole) if not rest else f"{whole}.{rest:02d}".rstrip("0")
