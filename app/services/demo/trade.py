"""Who supplies what in the demo, and its price lists before and after the negotiation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from app.domain.ids import new_id
from app.models.price import Price, PriceList
from app.services.db import now
from app.services.demo.papers import write_rows
from app.services.demo.parties import Parties
from app.services.demo.sources import Goods

_THEATRE: Final = ("手术用品", "介入置管类", "植入介入类", "麻醉呼吸类", "血液净化类")
_BACKUP: Final = {"kangzeyuan": "ruihetang", "ruihetang": "kangzeyuan", "baichuan": "anxu"}
_BACKUP_EVERY: Final = 6
_CEILING: Final = Decimal("1.08")
_DEARER: Final = Decimal("1.015")


def supplier_of(item: Goods) -> str:
    """The key of the supplier that has been awarded the item."""
    if item.item_class == "reagent":
        return "hengce"
    if item.item_class == "consumable":
        return "anxu" if item.category in _THEATRE else "baichuan"
    if "injection" in item.flags or item.cold:
        return "jiangtan"
    return "ruihetang" if "准字Z" in item.approval else "kangzeyuan"


def effective_day(today: date) -> date:
    """The day from which the negotiated prices hold: the first of the month before the last."""
    index = today.year * 12 + today.month - 3
    return date(index // 12, index % 12 + 1, 1)


def make_prices(
    session: Session,
    made: Parties,
    goods: Sequence[Goods],
    ids: Mapping[str, int],
    new: Mapping[str, Decimal],
    today: date,
) -> None:
    """Write the old list (closed), the negotiated list, the VBP list and the backup prices."""
    day = effective_day(today)
    start = day - timedelta(days=760)
    lists = _lists(session, day, start)
    stamp, buyer = now(session), made.people["chenxy"]
    rows: list[dict[str, Any]] = []
    for number, item in enumerate(goods):
        key = supplier_of(item)
        common = {
            "item_id": ids[item.code],
            "supplier_id": made.suppliers[key],
            "org_id": 0,
            "price_factor": item.pack,
            "tax_rate": 1300,
            "ceiling": (item.price * _CEILING).quantize(Decimal("0.01"), ROUND_HALF_UP),
            "rank": 1,
            "created_at": stamp,
            "created_by": buyer,
        }
        later = "vbp" if "vbp" in item.flags else "gpo"
        rows.append(_price(common, lists["listed"], item.price, (start, day), None))
        rows.append(_price(common, lists[later], new[item.code], (day, None), item.price))
        if key in _BACKUP and number % _BACKUP_EVERY == 0 and later == "gpo":
            backup = common | {"supplier_id": made.suppliers[_BACKUP[key]], "rank": 2}
            dearer = (new[item.code] * _DEARER).quantize(Decimal("0.01"), ROUND_HALF_UP)
            rows.append(_price(backup, lists["gpo"], dearer, (day, None), item.price))
    write_rows(session, Price, rows)


def _lists(session: Session, day: date, start: date) -> dict[str, int]:
    texts = {
        "listed": (f"GW-{start.year}", f"{start.year} 年挂网价格表（议价前）", start),
        "gpo": (f"YJ-{day:%Y%m}", f"{day.year} 年集团议价价格表", day),
        "vbp": (f"JC-{day:%Y%m}", f"{day.year} 年集采中选价格表", day),
    }
    ids = {source: new_id() for source in texts}
    write_rows(
        session,
        PriceList,
        [
            {
                "id": ids[source],
                "code": code,
                "title": title,
                "source": source,
                "published_on": published - timedelta(days=10),
                "note": "演示数据",
            }
            for source, (code, title, published) in texts.items()
        ],
    )
    return ids


def _price(
    common: dict[str, Any],
    list_id: int,
    unit_price: Decimal,
    span: tuple[date, date | None],
    base: Decimal | None,
) -> dict[str, Any]:
    return common | {
        "id": new_id(),
        "list_id": list_id,
        "valid_from": span[0],
        "valid_to": span[1],
        "unit_price": unit_price,
        "base_price": base,
    }
