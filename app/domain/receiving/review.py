"""What stands in the way of completing an acceptance: every problem, each with its entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.errors import Problem, Severity
from app.domain.expiry import shown
from app.domain.receiving import transport as journeys
from app.domain.receiving.note import Goods, NoteLine
from app.domain.receiving.outcomes import over_words
from app.domain.receiving.policy import (
    Policy,
    far_suggestion,
    is_expired,
    is_near,
    same_expiry,
)
from app.domain.receiving.work import Entry, Work, left, surplus
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Persons:
    """Who accepts: for controlled drugs two different people."""

    receiver: int
    second: int = 0


def review(work: Work, today: date, policy: Policy, persons: Persons) -> tuple[Problem, ...]:
    """All problems of the work; those that block stand first, `row` is the entry's key."""
    found: list[Problem] = []
    if not any(entry.touched for entry in work.entries):
        found.append(
            Problem("work.empty", _("还没有收到任何东西。扫包装上的码，或按 F9 登记拒收。"))
        )
    for entry in work.entries:
        found += entry_problems(work, entry, today, policy)
    found += _two_persons(work, persons)
    return tuple(sorted(found, key=lambda problem: not problem.blocks))


def entry_problems(work: Work, entry: Entry, today: date, policy: Policy) -> list[Problem]:
    """Problems of one entry."""
    goods = work.goods(entry)
    found: list[Problem] = []
    if entry.accepted:
        found += _lot(entry, goods)
        found += _expiry(entry, goods, today, policy)
        found += journeys.problems(
            work.transport, goods.storage, goods.name, row=entry.key, today=today
        )
    found += _amounts(work, entry, goods)
    line = work.line_of(entry)
    if line is not None and entry.accepted:
        found += _price(line, entry)
    return found


def _lot(entry: Entry, goods: Goods) -> list[Problem]:
    if entry.lot_no in goods.frozen:
        text = _(
            "{name} 批号 {lot} 已冻结或召回，不能入库。请单独放，按 F9 登记拒收。",
            name=goods.name,
            lot=entry.lot_no,
        )
        return [Problem("lot.held", text, entry.key, _("批号"))]
    if entry.lot_no or not goods.lot_tracked:
        return []
    text = _("{name} 还没填批号。扫包装上的码，或手动输入。", name=goods.name)
    return [Problem("lot.missing", text, entry.key, _("批号"))]


def _expiry(entry: Entry, goods: Goods, today: date, policy: Policy) -> list[Problem]:
    column = _("有效期至")
    if entry.expiry is None:
        if not goods.must_expire:
            return []
        text = _("{name} 还没填有效期。扫包装上的码，或照包装输入，如 2028-02。", name=goods.name)
        return [Problem("expiry.missing", text, entry.key, column)]
    if is_expired(entry.expiry, today):
        text = _(
            "已过期，不能入库。{what}，有效期至 {expiry}。放入退货区，按 F9 登记拒收。",
            what=f"{goods.name} {entry.lot_no}".strip(),
            expiry=shown(entry.expiry),
        )
        return [Problem("expiry.expired", text, entry.key, column)]
    known = goods.lots.get(entry.lot_no)
    if known is not None and not same_expiry(known, entry.expiry):
        text = _(
            "同一批号 {lot} 之前登记为 {old}，这次是 {new}。请核对包装。",
            lot=entry.lot_no,
            old=shown(known),
            new=shown(entry.expiry),
        )
        return [Problem("lot.expiry", text, entry.key, column)]
    return _doubts(entry, goods, today, policy)


def _doubts(entry: Entry, goods: Goods, today: date, policy: Policy) -> list[Problem]:
    column = _("有效期至")
    suggestion = far_suggestion(entry.expiry, today, policy)
    if suggestion is not None and not entry.far_confirmed:
        text = _(
            "有效期 {expiry} 看起来太远，是 {suggestion} 吗？请改正，或确认无误。",
            expiry=shown(entry.expiry),
            suggestion=shown(suggestion),
        )
        return [Problem("expiry.far", text, entry.key, column)]
    near = is_near(entry.expiry, today, policy, goods.shelf_life_days)
    if near and not entry.reason:
        text = _(
            "{name} 有效期至 {expiry}，效期近。请写明接收理由，或按 F9 拒收。",
            name=goods.name,
            expiry=shown(entry.expiry),
        )
        return [Problem("expiry.near", text, entry.key, column)]
    return []


def _amounts(work: Work, entry: Entry, goods: Goods) -> list[Problem]:
    line = work.line_of(entry)
    column = _("实收")
    extra = surplus(work, entry)
    if extra and entry.accepted:
        text = over_words(goods, line.limit if line else 0, extra)
        return [Problem("quantity.over", text, entry.key, column)]
    missing = left(work, entry)
    if not missing or line is None or work.siblings(line.line)[0].key != entry.key:
        return []
    text = _(
        "{name} 应收 {qty}，还差 {missing}。",
        name=goods.name,
        qty=goods.text(line.qty),
        missing=goods.text(missing),
    )
    return [Problem("quantity.short", text, entry.key, column, Severity.WARNING)]


def _price(line: NoteLine, entry: Entry) -> list[Problem]:
    column = _("单价")
    goods = line.goods
    if line.unit_price is None and line.note_price is None:
        text = _("{name} 今天没有价格。请采购先在价格表里补上，再完成验收。", name=goods.name)
        return [Problem("price.missing", text, entry.key, column)]
    if line.over_price:
        text = _(
            "{name} 送货单价 {note} 高于协议价 {agreed}，按 {agreed} 入账。",
            name=goods.name,
            note=line.note_price,
            agreed=line.unit_price,
        )
        return [Problem("price.over", text, entry.key, column, Severity.WARNING)]
    return []


def _two_persons(work: Work, persons: Persons) -> list[Problem]:
    taken = {entry.item_id for entry in work.entries if entry.accepted}
    names = [
        goods.name
        for goods in {one.item_id: one for one in work.all_goods()}.values()
        if goods.controlled and goods.item_id in taken
    ]
    if not names or (persons.second and persons.second != persons.receiver):
        return []
    text = _(
        "{names} 是特殊管理药品，要双人验收。请另一位库管（只有一位库管的机构，请本院负责人）"
        "用自己的账号确认。",
        names="、".join(names),
    )
    return [Problem("persons.second", text, column=_("第二验收人"))]
