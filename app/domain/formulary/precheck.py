"""What a request would do to the lists, told before anybody meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.domain.formulary.listed import Listed, Route
from app.domain.formulary.requests import Kind
from app.domain.formulary.rules import Case, Grade, Limits, Rule, check_list, kinds_of
from app.i18n import _

_STANDARD: Final = Limits()


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a pre-check: short for the table, text for the panel."""

    name: str
    title: str
    grade: str
    short: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks.

    Attributes:
        insurance: 甲, 乙, 丙 or empty.
        yearly: Yearly amount in yuan of the item, less that of what it replaces.
    """

    kind: Kind
    item: Listed
    replaces: Listed | None
    insurance: str
    yearly: Decimal


def precheck(
    asked: Asked,
    items: Sequence[Listed],
    winners: Sequence[Listed],
    today: date,
    limits: Limits = _STANDARD,
) -> tuple[Check, ...]:
    """The rules applied to the list as it would be, in the order in which people read them."""
    after = [
        one for one in items if asked.replaces is None or one.item_id != asked.replaces.item_id
    ]
    after = [one for one in after if one.item_id != asked.item.item_id]
    if asked.kind is not Kind.STOP:
        after.append(asked.item)
    return (
        _two(asked, after, limits),
        _essential(asked, items, after),
        _vbp(asked, winners),
        _insurance(asked.insurance),
        _budget(asked.yearly),
        _papers(asked, today, limits),
    )


def _two(asked: Asked, after: Sequence[Listed], limits: Limits) -> Check:
    title = Rule.TWO.label
    if asked.item.route is Route.OTHER:
        return Check("two", title, "mute", _("不限"), _("外用等剂型不受一品两规限制"))
    kinds = kinds_of(after, asked.item)
    short = _("{n} 规", n=kinds)
    if kinds > limits.kinds:
        text = _("之后有 {n} 规，超过 {limit} 规。先停用或替换一种", n=kinds, limit=limits.kinds)
        return Check("two", title, "bad", short, text)
    return Check("two", title, "ok", short, _("之后 {n} 规，没超", n=kinds))


def _essential(asked: Asked, before: Sequence[Listed], after: Sequence[Listed]) -> Check:
    change = _share(after) - _share(before)
    points = f"{change:+.1f}".replace("-", "−")
    if asked.item.essential:
        return Check(
            "essential", _("基药"), "ok", _("是"), _("基药，占比 {points} 点", points=points)
        )
    return Check(
        "essential", _("基药"), "mute", _("否"), _("非基药，占比 {points} 点", points=points)
    )


def _share(items: Sequence[Listed]) -> Decimal:
    drugs = [item for item in items if item.is_drug]
    chosen = sum(item.essential for item in drugs)
    return Decimal(100 * chosen) / len(drugs) if drugs else Decimal(0)


def _vbp(asked: Asked, winners: Sequence[Listed]) -> Check:
    item = asked.item
    if item.vbp:
        return Check("vbp", _("集采"), "lock", _("中选"), _("集采中选品"))
    same = [one for one in winners if one.generic == item.generic and one.route is item.route]
    if same and asked.kind is not Kind.STOP:
        return Check("vbp", _("集采"), "near", _("未中选"),
                     _("同名有中选品：{winner}", winner=same[0].shown))  # fmt: skip
    return Check("vbp", _("集采"), "mute", _("无"), _("没有集采品种可选"))


def _insurance(insurance: str) -> Check:
    title = _("医保")
    if insurance in {"甲", "乙"}:
        short = _("甲类") if insurance == "甲" else _("乙类")
        return Check("insurance", title, "ok", short, _("医保{kind}", kind=short))
    if insurance == "丙":
        return Check("insurance", title, "warn", _("丙类"), _("医保不支付，需告知患者"))
    return Check("insurance", title, "mute", _("未登记"), _("统一目录里没有登记医保类别"))


def _budget(yearly: Decimal) -> Check:
    amount = f"¥{abs(yearly):,.2f}"
    title = _("预算")
    if yearly > 0:
        return Check("budget", title, "warn", amount, _("一年净增 {amount}", amount=amount))
    return Check("budget", title, "ok", amount, _("一年净减 {amount}", amount=amount))


def _papers(asked: Asked, today: date, limits: Limits) -> Check:
    found = [
        one
        for one in check_list(Case([asked.item], today, limits))
        if one.rule in {Rule.CERTIFICATE, Rule.STOPPED} and one.grade is not Grade.OK
    ]
    if not found:
        return Check("papers", _("证照"), "ok", _("有效"), _("批准文号在有效期内"))
    grade = "bad" if any(one.grade is Grade.BAD for one in found) else "warn"
    return Check("papers", _("证照"), grade, _("要核对"), found[0].text)
