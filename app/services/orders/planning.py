"""Pricing the lines of submitted requisitions, and all that stands in the way of ordering them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Problem, Severity
from app.domain.orders.approval import Level, covers
from app.domain.orders.procurement import source_title, taken_by
from app.domain.orders.split import GroupLine, MemberDraft, PricedLine, gather, split, total
from app.i18n import _
from app.models.item import Item
from app.models.order import Requisition, RequisitionLine
from app.models.party import Dossier, Organisation
from app.services.orders.modes import modes_in
from app.services.price_lookup import PriceInForce, prices_for
from app.services.requisition.limits import amount_of, approved_for, limits_in


@dataclass(frozen=True, slots=True)
class Plan:
    """What consolidating would order.

    Attributes:
        lines: Every requisition line that has a price, priced.
        problems: Errors stop the consolidation, warnings are told.
        drafts: One member order each.
        group: The group's lines.
        sources: Codes of the price sources met, such as ``gpo``.
    """

    lines: tuple[PricedLine, ...]
    problems: tuple[Problem, ...]
    drafts: tuple[MemberDraft, ...]
    group: tuple[GroupLine, ...]
    sources: tuple[str, ...]

    @property
    def amount(self) -> Decimal:
        """What all of it costs; the group's lines are the sums of the members' rounded amounts."""
        return total(line.amount for line in self.group)


class _Line(NamedTuple):
    """A requisition line by its values: 80,000 mapped objects would cost more than the rest."""

    org_id: int
    line: int
    item_id: int
    qty: int
    unit_price: Decimal
    price_factor: int


class _Goods(NamedTuple):
    """What the checks ask of an item."""

    name: str
    strength: str
    status: str
    pack_factor: int
    pack_unit: str
    base_unit: str


class _Asked(NamedTuple):
    """The requisition a line belongs to."""

    id: int
    no: str
    place_id: int


class _Need(NamedTuple):
    """One requisition line with the facts its check needs."""

    number: int
    org: str
    requisition: _Asked
    line: _Line
    item: _Goods
    mode: str = ""

    @property
    def where(self) -> str:
        return f"{self.org} · {self.item.name} {self.item.strength}".strip()


def make_plan(
    session: Session,
    day: date,
    requisitions: Sequence[Requisition],
    only: frozenset[int] | None = None,
) -> Plan:
    """Price the requisitions' lines at what holds on `day` and split them; nothing is written.

    Args:
        session: The unit of work.
        day: The day of the order.
        requisitions: What is ordered.
        only: The price rows that may be ordered at (those of a group order that is joined).
    """
    needs = _needs(session, requisitions)
    prices = _prices(session, day, needs)
    modes = modes_in(session)
    taken = {mode: taken_by(modes, mode) for mode in {need.mode for need in needs}}
    lines: list[PricedLine] = []
    problems = _unapproved(session, requisitions)
    chosen: list[PriceInForce] = []
    for need in needs:
        standing = prices.get((need.line.org_id, need.line.item_id), ())
        open_to = [one for one in standing if one.source in taken[need.mode]]
        price = open_to[0] if open_to and only is None else _first(open_to, only)
        if price is None and standing:
            problems += _shut(need, standing, open_to)
        elif price is None or not _plain(need, price):
            problems += _check(need, price)
        if price is not None:
            lines.append(_priced(need, price))
            chosen.append(price)
    problems += dossier_problems(session, day, {price.supplier_id for price in chosen})
    return Plan(
        lines=tuple(lines),
        problems=tuple(problems),
        drafts=split(lines),
        group=gather(lines),
        sources=tuple(sorted({price.source for price in chosen})),
    )


def _first(prices: Sequence[PriceInForce], only: frozenset[int] | None) -> PriceInForce | None:
    return next((one for one in prices if only is None or one.price_id in only), None)


def _plain(need: _Need, price: PriceInForce) -> bool:
    """Whether `_check` has nothing to look at; so it is with nearly all of 80,000 lines."""
    line, item = need.line, need.item
    return (
        item.status != "stopped"
        and not line.qty % item.pack_factor
        and price.ceiling is None
        and line.price_factor == price.price_factor
        and (not line.unit_price or line.unit_price == price.unit_price)
    )


def _unapproved(session: Session, requisitions: Sequence[Requisition]) -> list[Problem]:
    """Requisitions whose amount as it stands now nobody agreed to who would have to."""
    problems = []
    for row in requisitions:
        limits = limits_in(session, row.org_id)
        if limits.store is None and limits.member is None:
            continue
        amount = amount_of(session, row.org_id, row.id)
        needed = limits.level(amount)
        if needed is Level.STORE:
            continue
        given = approved_for(session, row.org_id, row.id, amount)
        if not any(covers(level, needed) for level in given):
            text = _(
                "采购申请 {no} 共 {amount} 元，要有{level}，现在没有。请退回，由成员重新提交审批。",
                no=row.no,
                amount=f"{amount:,.2f}",
                level=needed.label,
            )
            problems.append(Problem("order.unapproved", text, column=row.no))
    return problems


def _needs(session: Session, requisitions: Sequence[Requisition]) -> list[_Need]:
    members = {org.id: org for org in session.scalars(select(Organisation))}
    found: list[_Need] = []
    items: dict[int, _Goods] = {}
    session.flush()
    reading = session.connection()  # past the mapper, which would take as long as the rest
    for requisition in requisitions:
        rows = reading.execute(
            select(
                RequisitionLine.org_id,
                RequisitionLine.line,
                RequisitionLine.item_id,
                RequisitionLine.qty,
                RequisitionLine.unit_price,
                RequisitionLine.price_factor,
            )
            .where(
                RequisitionLine.org_id == requisition.org_id,
                RequisitionLine.requisition_id == requisition.id,
            )
            .order_by(RequisitionLine.line)
        )
        lines = [_Line._make(row) for row in rows.fetchall()]
        fresh = {line.item_id for line in lines} - items.keys()
        if fresh:
            items |= _goods(session, fresh)
        member = members[requisition.org_id]
        mode = member.procurement_mode or ""
        asked = _Asked(requisition.id, requisition.no, requisition.place_id)
        found += [
            _Need(number, member.short_name, asked, line, items[line.item_id], mode)
            for number, line in enumerate(lines, len(found) + 1)
        ]
    return found


def _goods(session: Session, items: Collection[int]) -> dict[int, _Goods]:
    rows = session.execute(
        select(
            Item.id,
            Item.name,
            Item.strength,
            Item.status,
            Item.pack_factor,
            Item.pack_unit,
            Item.base_unit,
        ).where(Item.id.in_(sorted(items)))
    )
    return {item: _Goods._make(facts) for item, *facts in rows}


def _prices(
    session: Session, day: date, needs: Sequence[_Need]
) -> dict[tuple[int, int], tuple[PriceInForce, ...]]:
    wanted: dict[int, set[int]] = {}
    for need in needs:
        wanted.setdefault(need.line.org_id, set()).add(need.line.item_id)
    return prices_for(session, day, wanted)


def _priced(need: _Need, price: PriceInForce) -> PricedLine:
    line, requisition = need.line, need.requisition
    return PricedLine(
        line.org_id,
        requisition.place_id,
        price.supplier_id,
        line.item_id,
        line.qty,
        price.unit_price,
        price.price_factor,
        price.price_id,
        requisition.id,
        line.line,
    )


def _check(need: _Need, price: PriceInForce | None) -> list[Problem]:
    found: list[Problem] = []
    if need.item.status == "stopped":
        found.append(
            _problem(
                need,
                "order.item_stopped",
                _(
                    "{where}：目录里已停用，不能再订。请成员改单，或在统一目录里恢复。",
                    where=need.where,
                ),
            )
        )
    if need.line.qty % need.item.pack_factor:
        found.append(
            _problem(
                need,
                "order.pack",
                _(
                    "{where}：申请 {qty} {base}，要按整{pack}订（1 {pack} = {factor} {base}）。",
                    where=need.where,
                    qty=need.line.qty,
                    base=need.item.base_unit,
                    pack=need.item.pack_unit,
                    factor=need.item.pack_factor,
                ),
            )
        )
    if price is None:
        found.append(
            _problem(
                need,
                "order.no_price",
                _(
                    "{where}：今天没有有效价格。请先在价格表里补上，或让成员去掉这一行。",
                    where=need.where,
                ),
            )
        )
        return found
    if price.ceiling is not None and price.unit_price > price.ceiling:
        found.append(
            _problem(
                need,
                "order.over_ceiling",
                _(
                    "{where}：单价 {price} 高于限价 {ceiling}，不能下单。请更正价格表。",
                    where=need.where,
                    price=_text(price.unit_price),
                    ceiling=_text(price.ceiling),
                ),
            )
        )
    return found + _price_change(need, price)


def _shut(
    need: _Need, standing: Sequence[PriceInForce], open_to: Sequence[PriceInForce]
) -> list[Problem]:
    """Why none of the prices that hold may be ordered at."""
    if open_to:
        text = _(
            "{where}：这张统采订单里没有这个品规，或它的价格已经变了，不能按原价补进来。"
            "请另做一张统采订单。",
            where=need.where,
        )
        return [_problem(need, "order.not_in_group", text)]
    sources = "、".join(dict.fromkeys(source_title(one.source) for one in standing))
    text = _(
        "{where}：{org}按「{mode}」采购，不能用{sources}的价格统采。"
        "请等集团定标，或由{org}自行采购；采购方式在系统设置的机构里改。",
        where=need.where,
        org=need.org,
        mode=need.mode,
        sources=sources,
    )
    return [_problem(need, "order.mode", text)]


def _price_change(need: _Need, price: PriceInForce) -> list[Problem]:
    """A warning where the price is not the one the member saw when asking."""
    asked = need.line.unit_price * price.price_factor
    if not asked or asked == price.unit_price * need.line.price_factor:
        return []
    return [
        _problem(
            need,
            "order.price_moved",
            _(
                "{where}：申请时单价 {old}，今天是 {new}，按今天的价下单。",
                where=need.where,
                old=_text(need.line.unit_price),
                new=_text(price.unit_price),
            ),
            Severity.WARNING,
        )
    ]


def _problem(need: _Need, code: str, text: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code, text, row=need.number, column=need.requisition.no, severity=severity)


def _text(price: Decimal) -> str:
    """A unit price with two to four places."""
    text = f"{price:.4f}".rstrip("0")
    whole, _dot, places = text.partition(".")
    return f"{whole}.{places:0<2}"


def dossier_problems(session: Session, day: date, suppliers: set[int]) -> list[Problem]:
    """Suppliers whose papers have run out or were never checked; the newest of a kind counts."""
    rows = session.execute(
        select(Dossier, Organisation.name)
        .join(Organisation, Organisation.id == Dossier.org_id)
        .where(Dossier.org_id.in_(suppliers))
    ).all()
    newest: dict[tuple[int, str], tuple[Dossier, str]] = {}
    for dossier, name in rows:
        held = newest.get((dossier.org_id, dossier.kind))
        if held is None or _until(dossier) > _until(held[0]):
            newest[dossier.org_id, dossier.kind] = (dossier, name)
    problems: list[Problem] = []
    for (_org, kind), (dossier, name) in sorted(newest.items()):
        if _until(dossier) < day:
            problems.append(
                Problem(
                    "order.dossier_expired",
                    _(
                        "{supplier}的「{kind}」{day} 已到期，不能下单。补交并审核后再汇总。",
                        supplier=name,
                        kind=kind,
                        day=_until(dossier).isoformat(),
                    ),
                )
            )
        elif not dossier.checked:
            problems.append(
                Problem(
                    "order.dossier_unchecked",
                    _(
                        "{supplier}的「{kind}」还没审核，不能下单。请先审核首营资料。",
                        supplier=name,
                        kind=kind,
                    ),
                )
            )
    return problems


def _until(dossier: Dossier) -> date:
    return dossier.valid_to or date.max
