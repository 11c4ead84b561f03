"""The optimiser from file to file: bids and limits in, award out; no database takes part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Final

from app.adapters.sheets import read_tables
from app.adapters.sheets_out import Cell, Sheet, write
from app.domain import money
from app.domain.awarding.case import (
    WHOLE,
    Allocation,
    Case,
    CaseLine,
    CaseSupplier,
    Offer,
    Part,
    part_cost,
)
from app.domain.awarding.limits import Limits, Rule, percent
from app.domain.errors import Problem, refuse_if
from app.i18n import N_, _
from app.services.awards.engine import How, Proposal, optimise
from app.services.importing.choosing import the_sheet
from app.services.importing.columns import Field
from app.services.importing.rows import data_rows

BIDS: Final = (
    Field("item", N_("品规"), ("item", "品名", "编码", "code"), needed=True),
    Field("lot", N_("标包"), ("lot", "包", "包号")),
    Field("qty", N_("数量"), ("qty", "约定量", "volume", "quantity"), needed=True),
    Field("supplier", N_("供应商"), ("supplier", "供货单位"), needed=True),
    Field("price", N_("报价"), ("price", "单价", "价格"), needed=True),
    Field("ceiling", N_("限价"), ("ceiling", "cap", "最高限价")),
    Field("base", N_("基准价"), ("base", "原价", "base_price")),
    Field("capacity", N_("供货能力"), ("capacity",)),
    Field("cold", N_("冷链"), ("cold", "冷藏")),
    Field("cold_chain", N_("冷链资质"), ("cold_chain", "supplier_cold")),
    Field("small", N_("中小企业"), ("small",)),
    Field("incumbent", N_("原供应商"), ("incumbent",)),
)
"""Columns of the bids: one row per item and supplier; what concerns the item may be repeated."""
LIMITS: Final = (
    Field("rule", N_("限制"), ("limit", "rule"), needed=True),
    Field("scope", N_("范围"), ("scope", "对象")),
    Field("value", N_("值"), ("value",), needed=True),
)
AWARD: Final = (
    Field("item", N_("品规"), ("item", "品名", "编码", "code"), needed=True),
    Field("supplier", N_("供应商"), ("supplier", "供货单位"), needed=True),
    Field("share", N_("份额%"), ("share", "份额")),
)
_YES: Final = frozenset({"1", "是", "y", "yes", "true", "√"})
_NO: Final = frozenset({"0", "否", "n", "no", "false", "不限", ""})
_TENTHS: Final = 10
_SHOWN: Final = 20
_MILLI: Final = 1000
"""Quantities are kept in thousandths, so that a file may state 12.5 boxes."""
_CENTS: Final = 100
Records = list[tuple[int, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class FileAward:
    """Which files, and how long to search."""

    bids: Path
    limits: Path | None
    hand: Path | None
    out: Path
    how: How


@dataclass(frozen=True, slots=True)
class LimitPrice:
    """What a limit costs, in 元."""

    limit: str
    label: str
    without: Decimal
    costs: Decimal
    proved: bool


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What came of it; amounts in 元.

    Attributes:
        proved: Whether no award under the limits is cheaper; otherwise at most `gap` cheaper.
        conflict: The limits that cannot be kept together, when there is no award.
    """

    lines: int
    suppliers: int
    cost: Decimal
    proved: bool
    gap: Decimal
    base: Decimal
    reduction: str
    hand_cost: Decimal | None
    hand_less: Decimal | None
    hand_breaks: tuple[str, ...]
    left_out: tuple[str, ...]
    limits: tuple[LimitPrice, ...]
    conflict: tuple[str, ...]
    conflict_lines: tuple[str, ...]


def award_files(command: FileAward, stated: Limits | None = None) -> FileAnswer:
    """Optimise what stands in the files and write the award; a file of limits replaces `stated`.

    Raises:
        DomainError: A file cannot be read; every bad row in `problems`.
    """
    case, lots = read_case(command.bids)
    limits = read_limits(command.limits, case, lots) if command.limits else stated or Limits()
    hand = read_award(command.hand, case) if command.hand else ()
    found = optimise(case, limits, hand, command.how)
    if found.parts:
        write(
            command.out, award_sheet(case, found.parts, {key: name for name, key in lots.items()})
        )
    return answer_of(case, found)


def answer_of(case: Case, found: Proposal) -> FileAnswer:
    """The proposal in words and 元."""
    names = {one.key: one.name for one in case.lines}
    conflict = found.conflict
    hand = found.hand
    return FileAnswer(
        lines=len({part.line for part in found.parts}),
        suppliers=len({part.supplier for part in found.parts}),
        cost=yuan(found.cost),
        proved=found.proved,
        gap=yuan(found.gap),
        base=yuan(found.base),
        reduction=rate_text(found.base, found.award),
        hand_cost=yuan(hand.cost) if hand else None,
        hand_less=yuan(hand.cost - hand.proposed) if hand else None,
        hand_breaks=tuple(one.text for one in hand.breaches) if hand else (),
        left_out=tuple(f"{names[key]}：{why}" for key, why in found.left_out),
        limits=tuple(
            LimitPrice(
                one.rule.value, one.rule.label, yuan(one.without), yuan(one.costs), one.proved
            )
            for one in found.limits
        ),
        conflict=tuple(rule.label for rule in conflict.rules) if conflict else (),
        conflict_lines=conflict.lines if conflict else (),
    )


def yuan(cents: int) -> Decimal:
    """Whole cents in 元."""
    return money.from_scaled(cents * _CENTS).quantize(Decimal("0.01"))


def rate_text(base: int, award: int) -> str:
    """下浮率 by amount, such as 4.2%; empty without a base."""
    if not base:
        return ""
    rate = (Decimal(100 * (base - award)) / Decimal(base)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{rate}%"


def award_sheet(case: Case, parts: Allocation, lots: Mapping[int, str]) -> Sheet:
    """The award as rows: item, lot, supplier, share, quantity, price, amount, lowest, reason."""
    titles = (
        _("品规"), _("标包"), _("供应商"), _("份额%"), _("数量"), _("单价"), _("金额"),
        _("最低价"), _("未选最低价"),
    )  # fmt: skip
    return Sheet(_("中选方案"), titles, _award_rows(case, parts, lots))


def _award_rows(
    case: Case, parts: Allocation, lots: Mapping[int, str]
) -> Iterable[tuple[Cell, ...]]:
    for part in sorted(parts, key=lambda one: (one.line, -one.share)):
        line = case.line_of[part.line]
        price = case.offer_of[part.line, part.supplier].price
        lowest = case.able[part.line][0].price
        yield (
            line.name,
            lots.get(line.lot, ""),
            case.supplier_of[part.supplier].name,
            percent(part.share),
            Decimal(line.volume * part.share) / Decimal(WHOLE * _MILLI),
            money.from_scaled(price),
            yuan(part_cost(case, part)),
            money.from_scaled(lowest),
            _("为满足限制") if price > lowest else "",
        )


def read_case(path: Path) -> tuple[Case, dict[str, int]]:
    """The case of a file of bids, and the numbers given to its lots.

    Raises:
        DomainError: No such columns, or rows that cannot be understood, each with its row.
    """
    gathered = _Bids(_Reader())
    for row, said in _records(path, BIDS):
        gathered.take(row, said)
    refuse_if(gathered.read.problems, "award.bids", _("报价文件没有读完。"))
    return gathered.case(), gathered.lots


def read_limits(path: Path, case: Case, lots: Mapping[str, int]) -> Limits:
    """The limits of a file: rows of limit, scope and value.

    Raises:
        DomainError: Unknown limits or scopes, each with its row.
    """
    read = _Reader()
    gathered = _Gathered(case, lots, read)
    by_word = {rule.value: rule for rule in Rule} | {rule.label: rule for rule in Rule}
    for row, said in _records(path, LIMITS):
        read.row = row
        rule = by_word.get(said.get("rule", "").strip())
        if rule is None:
            words = "、".join(one.value for one in Rule)
            read.refuse(
                "rule",
                _("不认识限制「{rule}」。可用：{words}。", rule=said.get("rule", ""), words=words),
            )
            continue
        gathered.take(rule, said)
    refuse_if(read.problems, "award.limits", _("限制文件没有读完。"))
    return gathered.limits()


def read_award(path: Path, case: Case) -> Allocation:
    """An award made by hand: rows of item, supplier and share (100 when not stated)."""
    read = _Reader()
    lines = {one.name: one.key for one in case.lines}
    suppliers = {one.name: one.key for one in case.suppliers}
    parts = []
    for row, said in _records(path, AWARD):
        read.row = row
        line, who = lines.get(said.get("item", "")), suppliers.get(said.get("supplier", ""))
        if line is None or who is None or (line, who) not in case.offer_of:
            read.refuse("item", _("报价里没有这个品规和供应商。请核对名称。"))
            continue
        share = read.number(said, "share", _TENTHS) if said.get("share") else WHOLE
        parts.append(Part(line, who, share))
    refuse_if(read.problems, "award.hand", _("手工方案没有读完。"))
    return tuple(parts)


class _Reader:
    """Cells as numbers, with the problems of all rows."""

    def __init__(self) -> None:
        self.row = 0
        self.problems: list[Problem] = []

    def refuse(self, column: str, text: str) -> None:
        """Note a problem of the row in hand."""
        self.problems.append(Problem("award.row", text, row=self.row, column=column))

    def number(self, said: Mapping[str, str], key: str, scale: int) -> int:
        """A number not below zero, times `scale`; 0 when empty."""
        text = said.get(key, "").replace(",", "").replace("%", "").strip()
        if not text:
            return 0
        stated = money.typed(text)
        if stated is None:
            self.refuse(key, _("「{text}」不是数字。请改成数字。", text=said[key][:_SHOWN]))
            return 0
        value = stated * scale
        if value < 0 or value != value.to_integral_value():
            self.refuse(key, _("「{text}」不能是负数，小数位也不能太多。请改。", text=said[key]))
            return 0
        return int(value)

    def yes(self, said: Mapping[str, str], key: str, *, missing: bool) -> bool:
        """A yes or no; `missing` when the cell is empty or the column is not there."""
        text = said.get(key, "").strip().lower()
        return missing if not text else text in _YES


class _Bids:
    """A case while the rows of its bids are read."""

    def __init__(self, read: _Reader) -> None:
        self.read = read
        self.lots: dict[str, int] = {}
        self._lines: dict[str, CaseLine] = {}
        self._suppliers: dict[str, CaseSupplier] = {}
        self._offers: dict[tuple[int, int], Offer] = {}
        self._incumbents: dict[int, str] = {}

    def take(self, row: int, said: Mapping[str, str]) -> None:
        """One row: an item, a supplier and its price."""
        self.read.row = row
        if not said.get("item") or not said.get("supplier"):
            self.read.refuse("item", _("品规和供应商都要填。请补上。"))
            return
        line, supplier = self._line(said), self._supplier(said)
        if self._lines.setdefault(line.name, line) != line:
            text = _("{name} 的标包、数量、限价或基准价前后不一。请改成一样。", name=line.name)
            self.read.refuse("item", text)
        elif self._suppliers.setdefault(supplier.name, supplier) != supplier:
            text = _("{name} 的资质或规模前后不一。请改成一样。", name=supplier.name)
            self.read.refuse("supplier", text)
        else:
            self._incumbent(line, supplier, said.get("incumbent", "").strip())
            self._offer(line, supplier, said)

    def _line(self, said: Mapping[str, str]) -> CaseLine:
        name = said["item"]
        known = self._lines.get(name)
        return CaseLine(
            known.key if known else len(self._lines),
            name,
            self.lots.setdefault(said.get("lot", "") or "1", len(self.lots) + 1),
            self.read.number(said, "qty", _MILLI),
            _MILLI,
            limit=self.read.number(said, "ceiling", money.SCALE),
            base=self.read.number(said, "base", money.SCALE),
            cold=self.read.yes(said, "cold", missing=False),
        )

    def _supplier(self, said: Mapping[str, str]) -> CaseSupplier:
        known = self._suppliers.get(said["supplier"])
        return CaseSupplier(
            known.key if known else len(self._suppliers),
            said["supplier"],
            small=self.read.yes(said, "small", missing=False),
            cold_chain=self.read.yes(said, "cold_chain", missing=True),
        )

    def _incumbent(self, line: CaseLine, supplier: CaseSupplier, said: str) -> None:
        if said.lower() in _YES:
            self._incumbents[line.key] = supplier.name
        elif said.lower() not in _NO:
            self._incumbents[line.key] = said

    def _offer(self, line: CaseLine, supplier: CaseSupplier, said: Mapping[str, str]) -> None:
        price = self.read.number(said, "price", money.SCALE)
        if (line.key, supplier.key) in self._offers:
            text = _(
                "{item} 和 {who} 已有一行报价。请删掉一行。", item=line.name, who=supplier.name
            )
            self.read.refuse("price", text)
        elif price:
            capacity = self.read.number(said, "capacity", _MILLI) if said.get("capacity") else None
            offer = Offer(line.key, supplier.key, price, capacity)
            self._offers[line.key, supplier.key] = offer

    def case(self) -> Case:
        """What was gathered."""
        kept = {
            key: self._suppliers[who].key
            for key, who in self._incumbents.items()
            if who in self._suppliers
        }
        lines = (replace(one, incumbent=kept.get(one.key)) for one in self._lines.values())
        return Case(tuple(lines), tuple(self._suppliers.values()), tuple(self._offers.values()))


class _Gathered:
    """Limits while their rows are read."""

    def __init__(self, case: Case, lots: Mapping[str, int], read: _Reader) -> None:
        self._lines = {one.name: one.key for one in case.lines}
        self._suppliers = {one.name: one.key for one in case.suppliers}
        self._lots = lots
        self._read = read
        self._general: dict[str, object] = {}
        self._pairs: dict[str, list[tuple[int, object]]] = {}

    def take(self, rule: Rule, said: Mapping[str, str]) -> None:
        """One row."""
        how: Mapping[Rule, tuple[str, str, Mapping[str, int], int]] = {
            Rule.IN_ALL: ("in_all", "", {}, 1),
            Rule.PER_LOT: ("per_lot", "lots", self._lots, 1),
            Rule.SPLIT: ("split", "splits", self._lines, _TENTHS),
            Rule.SHARE_CAP: ("share_cap", "share_caps", self._suppliers, _TENTHS),
            Rule.CAPACITY: ("use_capacity", "capacities", self._suppliers, _CENTS),
            Rule.SMALL: ("small_share", "", {}, _TENTHS),
            Rule.COLD_CHAIN: ("cold_chain", "", {}, 1),
            Rule.INCUMBENT: ("keep_incumbent", "", {}, _TENTHS),
        }
        field, single, known, scale = how[rule]
        scope = said.get("scope", "").strip()
        if not scope:
            self._general[field] = self._value(rule, said, scale)
        elif scope in known:
            self._pairs.setdefault(single, []).append(
                (known[scope], self._value(rule, said, scale))
            )
        else:
            self._read.refuse(
                "scope", _("「{scope}」不在报价里。请核对名称，或留空。", scope=scope)
            )

    def _value(self, rule: Rule, said: Mapping[str, str], scale: int) -> object:
        text = said.get("value", "").strip()
        if rule is Rule.COLD_CHAIN or (rule is Rule.CAPACITY and not said.get("scope", "").strip()):
            return text.lower() in _YES
        if rule is Rule.SPLIT:
            parts = text.replace("%", "").split("/")
            return tuple(self._read.number({"value": one}, "value", scale) for one in parts)
        return None if text == "不限" else self._read.number(said, "value", scale)

    def limits(self) -> Limits:
        """What was gathered."""
        pairs = {key: tuple(rows) for key, rows in self._pairs.items()}
        make: Callable[..., Limits] = Limits
        return make(**self._general, **pairs)


def _records(path: Path, fields: tuple[Field, ...]) -> Records:
    """The rows below the titles, each with its number in the sheet.

    Raises:
        DomainError: Cells that no cell should hold, such as a formula without a result: read as
            empty, a price would be no bid, and a limit none.
    """
    rows = list(data_rows(*the_sheet(read_tables(path), fields)))
    problems = [problem for row in rows for problem in row.problems]
    refuse_if(problems, "award.cells", _("没有读入，什么都没有写入。"))
    return [(row.number, row.texts) for row in rows if any(row.texts.values())]
