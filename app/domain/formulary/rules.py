"""What a supply list must keep to: which rule, which items, what to do.

Sources: 一品两规: 处方管理办法 §16 (at most two kinds of a generic name by injection and two by
mouth, more only for special need with a recorded reason); essential drugs first: 国家基本药物制度;
certificates: 药品管理法, 医疗器械监督管理条例; winners of 集采 first; 麻醉、一类精神: 印鉴卡.
The texts of the articles are knowledge of the trade, not of this program: limits are parameters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.formulary.listed import Listed, Route
from app.i18n import N_, _


class Rule(StrEnum):
    """The rules."""

    TWO = "two"
    ESSENTIAL = "essential"
    VBP = "vbp"
    CERTIFICATE = "certificate"
    CONTROLLED = "controlled"
    STOPPED = "stopped"
    GROUP = "group"

    @property
    def label(self) -> str:
        """The rule as people call it."""
        return _(_LABELS[self])


class Grade(StrEnum):
    """How a rule was kept."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


_LABELS: Final = {
    Rule.TWO: N_("一品两规"),
    Rule.ESSENTIAL: N_("基本药物"),
    Rule.VBP: N_("集采中选"),
    Rule.CERTIFICATE: N_("证照有效期"),
    Rule.CONTROLLED: N_("特殊管理药品"),
    Rule.STOPPED: N_("已停用品规"),
    Rule.GROUP: N_("集团目录"),
}
_STRICT: Final = frozenset({"narcotic", "psychotropic1", "toxic", "radioactive"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rules count with; a group may set its own.

    Attributes:
        kinds: Kinds of one generic name per route.
        essential_share: Percent of a list's drugs that should be essential ones; 0: not asked.
        warn_days: A certificate that runs out within so many days is told.
        primary: Whether the list is a clinic's or station's.
    """

    kinds: int = 2
    essential_share: int = 0
    warn_days: int = 90
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: nothing to do when the grade is OK."""

    rule: Rule
    grade: Grade
    text: str
    todo: str
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A list on a day.

    Attributes:
        winners: Items of the whole catalogue that won in 集采.
    """

    items: Sequence[Listed]
    today: date
    limits: Limits = Limits()
    winners: Sequence[Listed] = ()


def check_list(case: Case) -> tuple[Finding, ...]:
    """Every finding, in the order of the rules; a kept rule says so in one finding."""
    found: list[Finding] = []
    for rule, check in _CHECKS.items():
        results = list(check(case))
        found += results or [Finding(rule, Grade.OK, _("没有问题。"), "")]
    return tuple(found)


def worst(findings: Sequence[Finding]) -> Grade:
    """The gravest grade."""
    grades = {finding.grade for finding in findings}
    return next(
        grade for grade in (Grade.BAD, Grade.WARN, Grade.OK) if grade in grades | {Grade.OK}
    )


def kinds_of(items: Sequence[Listed], like: Listed) -> int:
    """How many kinds of an item's generic name and route a list holds."""
    same = [one for one in items if one.generic == like.generic and one.route is like.route]
    return len({_kind(one) for one in same})


def _kind(item: Listed) -> tuple[str, str, str]:
    """Packs of one strength of one maker are one kind."""
    return item.form, item.strength, item.maker


def _two(case: Case) -> Iterator[Finding]:
    groups: dict[tuple[str, Route], list[Listed]] = defaultdict(list)
    for item in case.items:
        if item.is_drug and item.route is not Route.OTHER:
            groups[item.generic, item.route].append(item)
    for (generic, route), items in sorted(groups.items()):
        kinds = {_kind(item) for item in items if not item.exception}
        if len(kinds) <= case.limits.kinds:
            continue
        way = _("注射") if route is Route.INJECTION else _("口服")
        yield Finding(
            Rule.TWO,
            Grade.BAD,
            _("{name}（{way}）有 {n} 种，最多 {limit} 种：{items}。", name=generic, way=way,
              n=len(kinds), limit=case.limits.kinds,
              items="；".join(item.shown for item in items)),
            _("停用其中 {n} 种；确需保留的，由药事会写明特殊诊疗需要。",
              n=len(kinds) - case.limits.kinds),
            tuple(item.item_id for item in items),
        )  # fmt: skip


def _essential(case: Case) -> Iterator[Finding]:
    drugs = [item for item in case.items if item.is_drug]
    chosen = [item for item in drugs if item.essential]
    if not drugs:
        return
    share = f"{Decimal(100 * len(chosen)) / len(drugs):.1f}"
    wanted = case.limits.essential_share
    low = wanted > 0 and len(chosen) * 100 < wanted * len(drugs)
    text = _("基药 {n} 种，占 {all} 种药品的 {share}%", n=len(chosen), all=len(drugs), share=share)
    if wanted:
        text += _("，目标 {wanted}%", wanted=wanted)
    yield Finding(
        Rule.ESSENTIAL,
        Grade.WARN if low else Grade.OK,
        text + "。",
        _("引进时优先选基药，同名的非基药逐步替换。") if low else "",
    )


def _vbp(case: Case) -> Iterator[Finding]:
    held = {(item.generic, item.route) for item in case.items if item.vbp}
    winners: dict[tuple[str, Route], list[Listed]] = defaultdict(list)
    for winner in case.winners:
        winners[winner.generic, winner.route].append(winner)
    for item in case.items:
        place = (item.generic, item.route)
        if item.is_drug and not item.vbp and place in winners and place not in held:
            yield Finding(
                Rule.VBP,
                Grade.WARN,
                _("{item} 不是集采中选品，同名的中选品没有配备：{winner}。", item=item.shown,
                  winner=winners[place][0].shown),
                _("提请药事会换成中选品。"),
                (item.item_id,),
            )  # fmt: skip


def _certificate(case: Case) -> Iterator[Finding]:
    soon = case.today + timedelta(days=case.limits.warn_days)
    for item in case.items:
        end = item.approval_valid_to
        if end is not None and end < case.today:
            yield Finding(
                Rule.CERTIFICATE, Grade.BAD,
                _("{item}：{number} 已于 {day} 到期。", item=item.shown, number=item.approval_no,
                  day=end),
                _("请供应商提供新证，换证前停止采购。"), (item.item_id,),
            )  # fmt: skip
        elif end is not None and end <= soon:
            yield Finding(
                Rule.CERTIFICATE, Grade.WARN,
                _("{item}：{number} 将于 {day} 到期。", item=item.shown, number=item.approval_no,
                  day=end),
                _("请供应商提前换证。"), (item.item_id,),
            )  # fmt: skip
        elif not item.approval_no and item.item_class != "tcm":
            yield Finding(
                Rule.CERTIFICATE, Grade.WARN, _("{item}：没有登记批准文号。", item=item.shown),
                _("照包装在统一目录里补上。"), (item.item_id,),
            )  # fmt: skip


def _controlled(case: Case) -> Iterator[Finding]:
    strict = [item for item in case.items if item.controlled in _STRICT]
    if strict:
        yield Finding(
            Rule.CONTROLLED,
            Grade.WARN if case.limits.primary else Grade.OK,
            _("有 {n} 种麻醉、一类精神、毒性或放射性药品：{items}。", n=len(strict),
              items="；".join(item.name for item in strict)),
            _("确认有印鉴卡、双人双锁和专册登记。"),
            tuple(item.item_id for item in strict),
        )  # fmt: skip
    special = [item for item in case.items if item.antibiotic == "special"]
    if special and case.limits.primary:
        yield Finding(
            Rule.CONTROLLED, Grade.WARN,
            _("有 {n} 种特殊使用级抗菌药物：{items}。", n=len(special),
              items="；".join(item.name for item in special)),
            _("基层一般不配备；确需的按抗菌药物管理规定办理。"),
            tuple(item.item_id for item in special),
        )  # fmt: skip


def _stopped(case: Case) -> Iterator[Finding]:
    for item in case.items:
        if item.status == "stopped":
            yield Finding(
                Rule.STOPPED, Grade.BAD, _("{item} 在统一目录里已停用。", item=item.shown),
                _("从目录里停用，或换成同名在用品规。"), (item.item_id,),
            )  # fmt: skip


def _group(case: Case) -> Iterator[Finding]:
    outside = [item for item in case.items if not item.in_group]
    if outside:
        yield Finding(
            Rule.GROUP, Grade.WARN,
            _("{n} 种不在集团供应目录里：{items}。", n=len(outside),
              items="；".join(item.shown for item in outside[:3]) + ("…" if outside[3:] else "")),
            _("提交药事会申请引进，或停用。"),
            tuple(item.item_id for item in outside),
        )  # fmt: skip


_CHECKS: Final[dict[Rule, Callable[[Case], Iterator[Finding]]]] = {
    Rule.TWO: _two,
    Rule.ESSENTIAL: _essential,
    Rule.VBP: _vbp,
    Rule.CERTIFICATE: _certificate,
    Rule.CONTROLLED: _controlled,
    Rule.STOPPED: _stopped,
    Rule.GROUP: _group,
}
