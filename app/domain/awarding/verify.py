"""Whether an award keeps the limits, in whole numbers: the same judge for hand and optimiser."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.awarding.case import WHOLE, Allocation, Case, Part, part_cost
from app.domain.awarding.limits import Field, Limits, Rule, fields, kept_incumbent, percent
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that an award does not keep, and where."""

    rule: Rule
    text: str


def breaches(case: Case, limits: Limits, parts: Allocation) -> tuple[Breach, ...]:
    """Everything in which the award does not keep the limits; lines left out are not judged."""
    found = [*_by_line(case, limits, parts), *_counts(case, limits, parts)]
    return (*found, *_amounts(case, limits, parts))


def _by_line(case: Case, limits: Limits, parts: Allocation) -> Iterator[Breach]:
    by_line: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_line[part.line].append(part)
    for field in fields(case, limits):
        chosen = by_line.get(field.line.key)
        if chosen:
            yield from _one_line(case, limits, field, chosen)


def _one_line(case: Case, limits: Limits, field: Field, chosen: list[Part]) -> Iterator[Breach]:
    line = field.line
    shares = tuple(sorted((part.share for part in chosen), reverse=True))
    if shares != field.parts:
        text = _(
            "{name}：份额是 {have}，应为 {want}。",
            name=line.name,
            have="/".join(percent(one) for one in shares),
            want="/".join(percent(one) for one in field.parts),
        )
        yield Breach(Rule.SPLIT, text)
    for part in chosen:
        supplier = case.supplier_of[part.supplier]
        if limits.cold_chain and line.cold and not supplier.cold_chain:
            text = _("{name}：{who} 没有冷链资质。", name=line.name, who=supplier.name)
            yield Breach(Rule.COLD_CHAIN, text)
        capacity = case.offer_of[line.key, part.supplier].capacity
        most = capacity if limits.use_capacity else None
        if most is not None and line.volume * part.share > most * WHOLE:
            text = _("{name}：{who} 的供货能力不够。", name=line.name, who=supplier.name)
            yield Breach(Rule.CAPACITY, text)
    kept = kept_incumbent(case, limits, line)
    first = max(chosen, key=lambda part: part.share)
    if kept is not None and not any(
        part.supplier == kept and part.share == first.share for part in chosen
    ):
        text = _(
            "{name}：原供应商 {who} 没有保留。", name=line.name, who=case.supplier_of[kept].name
        )
        yield Breach(Rule.INCUMBENT, text)


def _counts(case: Case, limits: Limits, parts: Allocation) -> Iterator[Breach]:
    everybody = {part.supplier for part in parts}
    if limits.in_all is not None and len(everybody) > limits.in_all:
        text = _("共 {n} 家供应商，最多 {most} 家。", n=len(everybody), most=limits.in_all)
        yield Breach(Rule.IN_ALL, text)
    lots: dict[int, set[int]] = defaultdict(set)
    for part in parts:
        lots[case.line_of[part.line].lot].add(part.supplier)
    for lot, who in sorted(lots.items()):
        most = limits.in_lot(lot)
        if most is not None and len(who) > most:
            text = _("第 {lot} 包有 {n} 家供应商，最多 {most} 家。", lot=lot, n=len(who), most=most)
            yield Breach(Rule.PER_LOT, text)


def _amounts(case: Case, limits: Limits, parts: Allocation) -> Iterator[Breach]:
    money = amounts(case, parts)
    whole = sum(money.values())
    able = dict(limits.capacities)
    for key, cents in sorted(money.items()):
        name = case.supplier_of[key].name
        cap = limits.cap(key)
        if cap is not None and cents * WHOLE > cap * whole:
            text = _("{who} 的份额超过 {cap}%。", who=name, cap=percent(cap))
            yield Breach(Rule.SHARE_CAP, text)
        if key in able and cents > able[key]:
            yield Breach(Rule.CAPACITY, _("{who} 的总金额超过供货能力。", who=name))
    small = sum(cents for key, cents in money.items() if case.supplier_of[key].small)
    if limits.small_share is not None and small * WHOLE < limits.small_share * whole:
        least = percent(limits.small_share)
        yield Breach(Rule.SMALL, _("中小企业合计不到 {least}%。", least=least))


def amounts(case: Case, parts: Allocation) -> Mapping[int, int]:
    """What each supplier gets, in cents."""
    money: Counter[int] = Counter()
    for part in parts:
        money[part.supplier] += part_cost(case, part)
    return money
