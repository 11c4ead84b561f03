"""Rows past the mapper come back as they were given, on both databases."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.models.base import moment
from app.models.item import Item
from app.services.bulk import insert_rows
from tests.factories import Site

WORDS = (
    '6" 针头',
    "a\\b",
    '\\"',
    "{1,2}",
    "NULL",
    "null",
    "",
    "  ",
    "阿莫西林\t胶囊\n",
    "O'Neil，%s",
)


def test_any_text_number_and_gap_comes_back_as_given(site: Site) -> None:
    columns = tuple(column.name for column in Item.__table__.columns)
    usual = dict.fromkeys(columns) | {
        "product_id": 101, "item_class": "drug", "strength": "5mg", "spec": "5mg × 6 片/盒",
        "maker_id": 1, "base_unit": "片", "pack_unit": "盒", "pack_factor": 6, "version": 1,
        "storage": "normal", "status": "active", "controlled": "", "antibiotic": "",
        "essential": False, "vbp": False, "negotiated": True, "high_alert": False,
        "high_value": False, "critical": True, "lot_tracked": True, "usage_rank": 0,
        "updated_at": moment(0),
    }  # fmt: skip
    rows = [
        usual | {
            "id": 2**62 + n, "code": f"YP-9{n}", "name": word,
            "trade_name": word if n % 2 else None,
            "approval_valid_to": date(2030, 1, n + 1) if n % 3 else None,
        }
        for n, word in enumerate(WORDS)
    ]  # fmt: skip
    with site.owner.write() as session:
        written = insert_rows(
            session, Item, columns, [tuple(row[name] for name in columns) for row in rows]
        )
        assert written == len(WORDS)
    fields = (Item.id, Item.name, Item.trade_name, Item.approval_valid_to, Item.critical)
    with site.owner.read() as session:
        found = session.execute(select(*fields).where(Item.id >= 2**62).order_by(Item.id)).all()
    assert [tuple(one) for one in found] == [
        tuple(row[field.key] for field in fields) for row in rows
    ]
