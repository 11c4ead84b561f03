"""A supplier's own label as a setting: kept as plain values, checked before it is used.

The cutting itself is `app.domain.scan.apply`. A rule with a hole in it would book the wrong lot, so
it is tried on a sample before it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.domain.errors import DomainError, Problem
from app.domain.scan import LONGEST, BarcodeRule, ScanResult, apply
from app.i18n import _

SETTING: Final = "scan.rules"
"""Key of the group's rules in the settings table."""
_SHORTEST: Final = 4
_SPANS: Final = ("item", "lot", "expiry")


def to_plain(rules: Sequence[BarcodeRule]) -> list[dict[str, Any]]:
    """The rules as they are stored."""
    return [
        {
            "title": one.title,
            "prefix": one.prefix,
            "length": one.length,
            "item": list(one.item),
            "lot": list(one.lot),
            "expiry": list(one.expiry),
            "short_year": one.short_year,
        }
        for one in rules
    ]


def from_plain(stored: object) -> tuple[BarcodeRule, ...]:
    """The rules of a stored value; whatever is no rule (any more) is left out."""
    if not isinstance(stored, list):
        return ()
    made = (_rule(entry) for entry in stored if isinstance(entry, Mapping))
    return tuple(one for one in made if one is not None)


def check(rule: BarcodeRule) -> tuple[Problem, ...]:
    """What is wrong with a rule; empty when it can be used."""
    problems: list[Problem] = []
    if not rule.title.strip():
        problems.append(Problem("rule.title", _("还没写是谁家的标签，如「康泽条码」。")))
    if not rule.prefix and not rule.length:
        problems.append(Problem("rule.open", _("开头和总长至少填一样，否则所有码都会按它来切。")))
    if rule.length and not _SHORTEST <= rule.length <= LONGEST:
        problems.append(
            Problem(
                "rule.length", _("总长要在 {least} 到 {most} 之间。", least=_SHORTEST, most=LONGEST)
            )
        )
    if not rule.item[1]:
        problems.append(Problem("rule.item", _("还没填品规码从第几位起、几位长。")))
    for name in _SPANS:
        start, size = getattr(rule, name)
        if start < 0 or size < 0 or (rule.length and size and start + size > rule.length):
            problems.append(
                Problem("rule.span", _("有一段超出了总长 {n}。请核对起点和长度。", n=rule.length))
            )
            break
    size = rule.expiry[1]
    if size and size not in ({4, 6} if rule.short_year else {6, 8}):
        known = "4 / 6" if rule.short_year else "6 / 8"
        problems.append(Problem("rule.expiry", _("效期这种写法只能是 {known} 位。", known=known)))
    return tuple(problems)


def attempt(rule: BarcodeRule, sample: str) -> ScanResult:
    """What the rule reads in a sample; raises `DomainError` when it does not fit."""
    text = sample.strip()
    if not rule.matches(text):
        raise DomainError(
            "rule.sample",
            _("这个样码开头或长度（{n} 位）和规则不符。请核对样码或规则。", n=len(text)),
        )
    return apply(rule, text)


def _rule(entry: Mapping[str, Any]) -> BarcodeRule | None:
    try:
        spans = [(int(entry[name][0]), int(entry[name][1])) for name in _SPANS]
        made = BarcodeRule(
            title=str(entry["title"]),
            prefix=str(entry["prefix"]),
            length=int(entry["length"]),
            item=spans[0],
            lot=spans[1],
            expiry=spans[2],
            short_year=bool(entry["short_year"]),
        )
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return None if check(made) else made
