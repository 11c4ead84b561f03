"""What a scan at the counter means for consumption: a labelled pack, a lot, or loose goods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.scan import ScanKind, ScanResult
from app.domain.stock.fefo import LotStock, locked_words
from app.domain.stock.printed import check_printed
from app.i18n import _
from app.models.item import Item
from app.models.pack import Pack
from app.services.access import require
from app.services.consumption.commands import ConsumeLine
from app.services.consumption.packs import lots_in, refuse_unusable, used_before
from app.services.db import Database, today
from app.services.item_lookup import FoundItem, items_of_scan
from app.services.queries.goods import GoodsRow, of_item, of_row
from app.services.scan_rules import read_scan
from app.services.stock.available import lot_stock


@dataclass(frozen=True, slots=True)
class Scanned(GoodsRow):
    """A scan understood: the line it makes, and what to say about it.

    Attributes:
        line: Ready for `Consume`.
        available: Usable units at the place before this line: of the scanned lot, else of all.
        warning: A doubt worth showing, empty when there is none.
        locked: Which lots lie there and may not be used, and why; empty where none is meant.
    """

    line: ConsumeLine
    lot_no: str
    expiry: date | None
    available: int
    warning: str = ""
    locked: str = ""


def scanned(
    db: Database, actor: Actor, org_id: int, place_id: int, text: str, *, for_case: bool = False
) -> Scanned:
    """Read a scan or a typed code for use at a place; `for_case` with a case, which keeps serials.

    Raises:
        ConflictError: The label was used before; says when and by whom.
        DomainError: Unknown code, a code that names several items, no such lot here, or an
            article of high value by its serial outside a case.
    """
    require(actor, Duty.STORE, org_id)
    with db.read() as session:
        scan = read_scan(session, text)
        label = scan.own_label
        if label:
            pack = session.scalar(select(Pack).where(Pack.org_id == org_id, Pack.code == label))
            if pack is not None:
                return _pack(session, pack)
            if scan.kind in {ScanKind.LABEL, ScanKind.PACK}:
                raise DomainError(
                    "pack.unknown",
                    _("没找到标签 {code}。它可能是别家机构的，或还没有打印登记。", code=label),
                )
        _check_read(scan)
        item = _one_item(session, scan, org_id)
        costly = "" if for_case else _costly(scan, item)
        found = _loose(session, scan, item, (org_id, place_id))
        return replace(found, warning=" ".join(one for one in (found.warning, costly) if one))


def _costly(scan: ScanResult, item: FoundItem) -> str:
    """An article of high value belongs to a case: its serial would be lost here."""
    if not item.high_value:
        return ""
    if scan.serial:
        raise DomainError(
            "scan.case",
            _("{name} 是高值耗材，序列号 {serial} 要记到病例。请在「高值登记」里扫这一件。",
              name=item.name, serial=scan.serial),
        )  # fmt: skip
    return _("高值耗材：用在患者身上的，请在「高值登记」里按病例登记。")


def _check_read(scan: ScanResult) -> None:
    """Refuse a GS1 code that was read wrong: half of it must not pass for the whole."""
    wrong = next((one for one in scan.problems if one.blocks), None)
    if wrong is not None and scan.kind is ScanKind.GS1:
        raise DomainError(wrong.code, wrong.text)


def _pack(session: Session, pack: Pack) -> Scanned:
    if pack.status != State.IN_STOCK.value:
        raise used_before(session, pack)
    item = session.get_one(Item, pack.item_id)
    lots = lots_in(session, pack.org_id, pack.id)
    refuse_unusable(session, pack.org_id, lots)
    return Scanned(
        line=ConsumeLine(item.id, pack.qty, pack_id=pack.id),
        **of_item(item),
        lot_no="、".join(lot.lot_no for lot in lots if lot.lot_no),
        expiry=lots[0].expiry if lots else None,
        available=pack.qty,
    )


def _one_item(session: Session, scan: ScanResult, org_id: int) -> FoundItem:
    found = items_of_scan(session, scan, org_id)
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(f"{item.code} {item.name}" for item in found[:3])
        raise DomainError(
            "scan.ambiguous", _("这个码对应多个品规：{names}。请输入统一编码。", names=names)
        )
    text = scan.code or scan.raw.strip()
    raise DomainError(
        "scan.not_found",
        _("没找到 {code}。请核对，或在统一目录里把它关联到品规。", code=text[:40]),
    )


def _loose(session: Session, scan: ScanResult, item: FoundItem, where: tuple[int, int]) -> Scanned:
    org_id, place_id = where
    stock = lot_stock(session, org_id, place_id, (item.item_id,)).get(item.item_id, ())
    day = today(session)
    lot_id, lot_no, expiry = 0, "", None
    told = "" if scan.lot else check_printed(item.name, scan.expiry, None, day)
    if scan.lot:
        match = next((one for one in stock if one.lot_no == scan.lot), None)
        if match is None:
            doubt = next(iter(scan.problems), None)
            if doubt is not None:  # the lot as read may not be the lot on the pack
                raise DomainError(doubt.code, doubt.text)
            raise DomainError(
                "lot.not_here",
                _(
                    "{name} 批号 {lot} 这里没有库存。请核对批号，或先收货。",
                    name=item.name,
                    lot=scan.lot,
                ),
            )
        _check_lot(item.name, match, day)
        told = check_printed(item.name, scan.expiry, match.expiry, day)
        lot_id, lot_no, expiry = match.lot_id, match.lot_no, match.expiry
    return Scanned(
        line=ConsumeLine(item.item_id, item.unit_factor * scan.count, lot_id=lot_id),
        **of_row(item),
        lot_no=lot_no,
        expiry=expiry,
        available=sum(one.qty for one in stock if one.usable(day) and lot_id in {0, one.lot_id}),
        warning=" ".join(
            [*(problem.text for problem in scan.problems if not problem.blocks), told]
        ).strip(),
        locked="" if lot_id else locked_words(stock, day),
    )


def _check_lot(name: str, lot: LotStock, day: date) -> None:
    """Refuse an expired or frozen lot at the scan; what is expired is frozen as well."""
    if lot.expiry is not None and lot.expiry < day:
        raise DomainError(
            "lot.expired",
            _(
                "已过期，不能使用。{name} 批号 {lot}，有效期至 {expiry}。放入退货区，做报损。",
                name=name,
                lot=lot.lot_no,
                expiry=lot.expiry,
            ),
        )
    if lot.held:
        raise DomainError(
            "lot.held",
            _(
                "已冻结，不能使用。{name} 批号 {lot}。放入退货区，等候处理。",
                name=name,
                lot=lot.lot_no,
            ),
        )
