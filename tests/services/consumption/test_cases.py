"""高值登记: each serial once, back to its lot, found by recall, hidden from the supplier."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.domain.documents import DocKind
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.domain.receiving.policy import Policy
from app.models.consumption_source import CaseLine
from app.models.item import Item
from app.models.receiving import TraceCode
from app.models.stock import Balance, Ledger
from app.services.consumption.case_listing import case_lines, cases
from app.services.consumption.cases import (
    CaseUnit,
    RefundCase,
    RegisterCase,
    case_doctor,
    refund_case,
    register_case,
    scan_article,
)
from app.services.consumption.commands import Consumed
from app.services.consumption.scan import scanned
from app.services.platform.door_policy import SavePolicy, save_policy
from app.services.recalls.finding import find_lots
from app.services.recalls.trace import trace_lot
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.cli.runner import run
from tests.factories import EAST, GOODS, RUIHE, TODAY, WEST, Site
from tests.lots import find_or_make_lot

SYRINGE = 104
GTIN = GOODS[3].gtin


def udi(lot: str, serial: str) -> str:
    tail = f"\x1d21{serial}" if serial else ""
    return f"]d201{GTIN}1728063010{lot}{tail}"


def shelf(site: Site, qty: int = 3) -> int:
    """The syringes pass for an article of high value, of two lots."""
    with site.owner.write() as s:
        s.execute(update(Item).where(Item.id == SYRINGE).values(high_value=True))
    actor = site.actor("east_store")
    with site.owner.write() as s:
        first = find_or_make_lot(s, SYRINGE, "Z1", date(2028, 6, 30))
        other = find_or_make_lot(s, SYRINGE, "Z0", date(2027, 1, 31))
        supplier = virtual_place(s, EAST, "supplier")
        moves = [
            Move(SYRINGE, lot, RUIHE, supplier, site.world.bins[EAST], qty, Decimal("0.3250"), 1)
            for lot in (first, other)
        ]
        post(s, actor, Posting(EAST, new_op(), DocKind.ACCEPTANCE, 1, TODAY, moves))
    return first


def register(
    site: Site, *codes: str, login: str = "east_store", case: str = "ZY1014-03"
) -> Consumed:
    db, actor = site.as_(login)
    store = site.world.stores[EAST]
    found = [scan_article(db, actor, EAST, store, code) for code in codes]
    units = tuple(CaseUnit(x.goods.line, x.article.serial, x.article.code) for x in found)
    return register_case(
        db, actor, RegisterCase(new_op(), EAST, store, case, "冠脉支架置入", "D1007", units)
    )


def left(site: Site, lot: int) -> int:
    with site.owner.read() as s:
        return sum(s.scalars(select(Balance.qty).where(Balance.lot_id == lot)))


def test_a_case_uses_each_serial_once_and_gives_one_back(site: Site) -> None:
    lot = shelf(site)
    done = register(site, udi("Z1", "S1"), udi("Z1", "S2"))
    assert left(site, lot) == 1
    with pytest.raises(ConflictError, match="已登记给病例 ZY1014-03"):
        register(site, udi("Z1", "S1"), case="ZY1014-09")
    (row,) = cases(*site.as_("east_store"), (EAST,), "s2")
    assert (row.case_no, row.articles, row.operation) == ("ZY1014-03", 2, "冠脉支架置入")
    assert cases(*site.as_("ruihe_sales"), (EAST,)) == ()
    command = RefundCase(new_op(), EAST, done.document_id, udi("Z0", "S9"), "术中未用")
    with pytest.raises(DomainError, match="这张单里没有"):
        refund_case(*site.as_("east_store"), command)
    back = RefundCase(new_op(), EAST, done.document_id, udi("Z1", "S2"), "术中未用")
    refund_case(*site.as_("east_store"), back)
    assert refund_case(*site.as_("east_store"), back).no
    assert left(site, lot) == 2
    again = RefundCase(new_op(), EAST, done.document_id, udi("Z1", "S2"), "术中未用")
    with pytest.raises(DomainError, match="没有重复记账"):
        refund_case(*site.as_("east_store"), again)
    lines = case_lines(*site.as_("east_store"), EAST, done.document_id)
    assert [(x.serial, x.returned) for x in lines] == [("S1", 0), ("S2", 1)]
    register(site, udi("Z1", "S2"), case="ZY1014-11")
    (head,) = find_lots(*site.as_("east_store"), "S1")
    used = [s.case for s in trace_lot(*site.as_("east_store"), head.lot_id).steps if s.case]
    assert set(used) == {"ZY1014-03", "ZY1014-11"}


def came_in(site: Site, org: int, lot: int, *serials: str, released: bool = False) -> None:
    """As if these serials had been scanned at the door."""
    at = datetime(2026, 10, 12, 1, 30, tzinfo=UTC)
    with site.owner.write() as s:
        for serial in serials:
            s.add(
                TraceCode(
                    code=f"{GTIN.zfill(14)}.{serial}", org_id=org, item_id=SYRINGE, lot_id=lot,
                    acceptance_id=1, received_at=at, released_at=at if released else None,
                )
            )  # fmt: skip


def test_a_serial_is_used_where_it_came_in_with_its_lot(site: Site) -> None:
    lot = shelf(site)
    came_in(site, EAST, lot, "S1", "S2")
    came_in(site, WEST, lot, "S5")
    came_in(site, EAST, lot, "S6", released=True)
    for code, words in (
        (udi("Z1", "S9"), "没有入库记录"),
        (udi("Z0", "S2"), "按批号 Z1 收的"),
        (udi("Z1", "S5"), "别家机构 10-12 09:30 收的"),
        (udi("Z1", "S6"), "已冲销"),
    ):
        with pytest.raises(DomainError, match=words):
            register(site, code)
    done = register(site, f"]d201{GTIN}21S1")  # no lot in the code: the receipt knows it
    assert left(site, lot) == 2
    with site.owner.read() as s:
        assert s.scalars(
            select(TraceCode.used_doc_id).where(TraceCode.used_at.is_not(None))
        ).all() == [done.document_id]
    refund_case(
        *site.as_("east_store"),
        RefundCase(new_op(), EAST, done.document_id, udi("Z1", "S1"), "术中未用"),
    )
    register(site, udi("Z1", "S1"), case="ZY1014-12")
    with site.owner.write() as s:
        s.execute(update(CaseLine).values(returned=1))  # forgotten by the cases, not by the code
    with pytest.raises(ConflictError, match="已用于 XH20261014-003"):
        register(site, udi("Z1", "S1"), case="ZY1014-13")


def test_without_receipts_by_serial_the_setting_decides(sqlite_site: Site) -> None:
    shelf(sqlite_site)
    register(sqlite_site, udi("Z1", "S1"))
    wanted = SavePolicy(new_op(), EAST, Policy(every_serial=1))
    save_policy(*sqlite_site.as_("lead_admin"), wanted)
    with pytest.raises(DomainError, match="没有入库记录"):
        register(sqlite_site, udi("Z1", "S2"))


def test_the_supplier_sees_quantities_and_nobody_counts_by_doctor(site: Site) -> None:
    shelf(site)
    done = register(site, udi("Z1", "S1"))
    assert case_doctor(*site.as_("east_store"), EAST, done.document_id) == "D1007"
    with site.owner.read() as s:
        rows = s.execute(select(Ledger).where(Ledger.doc_id == done.document_id)).scalars().all()
        assert all("ZY1014" not in row.reason and "D1007" not in row.reason for row in rows)
        assert s.execute(text("SELECT count(*) FROM audit WHERE action = 'case.doctor'")).scalar()
    if site.is_sqlite:
        return
    with site.db("ruihe_sales").read() as s:
        assert s.execute(text("SELECT qty FROM ledger WHERE doc_kind = 'consumption'")).all() == [
            (1,)
        ]
        for table in ("case_use", "case_line", "consumption"):
            assert s.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    for login, sql in (
        ("ruihe_sales", "SELECT doctor FROM case_doctor"),
        ("east_store", "SELECT doctor, count(*) FROM case_doctor GROUP BY doctor"),
        ("lead_buyer", "SELECT doctor FROM case_doctor"),
        ("ruihe_sales", f"SELECT api.case_doctor({EAST}, {done.document_id})"),
        ("west_store", f"SELECT api.case_doctor({EAST}, {done.document_id})"),
    ):
        with (
            pytest.raises(DBAPIError, match=r"permission denied|not allowed"),
            site.db(login).engine.begin() as connection,
        ):
            connection.execute(text(sql))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (GOODS[0].gtin, "不是高值耗材"),
        (GTIN, "没有序列号和批号"),
        (udi("Z1", "S1"), ""),
        (udi("NONE", "S1"), "这里没有库存"),
    ],
)
def test_what_is_scanned_for_a_case(sqlite_site: Site, code: str, words: str) -> None:
    shelf(sqlite_site)
    db, actor = sqlite_site.as_("east_store")
    store = sqlite_site.world.stores[EAST]
    if words:
        with pytest.raises(DomainError, match=words):
            scan_article(db, actor, EAST, store, code)
    else:
        assert scan_article(db, actor, EAST, store, code).article.serial == "S1"


def test_a_name_is_no_case_number_and_two_scans_are_one(sqlite_site: Site) -> None:
    shelf(sqlite_site)
    with pytest.raises(DomainError) as caught:
        register(sqlite_site, udi("Z1", "S1"), udi("Z1", "S1"), case="张三")
    assert ["不写患者姓名" in p.text or "已扫过" in p.text for p in caught.value.problems] == [
        True, True,
    ]  # fmt: skip
    with sqlite_site.owner.read() as s:
        assert s.scalars(select(CaseLine)).all() == []


def test_a_case_by_command_line(sqlite_site: Site) -> None:
    shelf(sqlite_site)
    done = run(sqlite_site, "east_store", "--json", "case", "register", udi("Z1", "S7"), "--case",
               "OP-77", "--operation", "起搏器植入", "--doctor", "D2")  # fmt: skip
    assert done.code == 0, done.err
    no = done.json()["no"]
    listed = run(sqlite_site, "east_store", "--json", "case", "list", "S7").json()
    assert [row["case_no"] for row in listed] == ["OP-77"]
    back = run(sqlite_site, "east_store", "case", "refund", no, udi("Z1", "S7"), "--reason", "未用")
    assert back.code == 0, back.err


def test_of_three_without_a_serial_one_comes_back(sqlite_site: Site) -> None:
    lot = shelf(sqlite_site)
    done = register(sqlite_site, "3*" + udi("Z1", ""))
    store = sqlite_site.as_("east_store")
    for code, back in ((udi("Z1", ""), 1), ("2*" + udi("Z1", ""), 3)):
        refund_case(*store, RefundCase(new_op(), EAST, done.document_id, code, "术中未用"))
        assert left(sqlite_site, lot) == back
    with pytest.raises(DomainError, match="没有重复记账"):
        refund_case(*store, RefundCase(new_op(), EAST, done.document_id, udi("Z1", ""), "没用"))


def test_a_serial_is_not_used_outside_a_case(sqlite_site: Site) -> None:
    shelf(sqlite_site)
    store = sqlite_site.world.stores[EAST]
    with pytest.raises(DomainError, match="S1 要记到病例"):
        scanned(*sqlite_site.as_("east_store"), EAST, store, udi("Z1", "S1"))
    assert "高值登记" in scanned(*sqlite_site.as_("east_store"), EAST, store, GTIN).warning
    past = udi("Z1", "").replace("17280630", "17250630")
    with pytest.raises(DomainError, match="包装码上已过期"):
        scanned(*sqlite_site.as_("east_store"), EAST, store, past)
    other = scanned(*sqlite_site.as_("east_store"), EAST, store,
                    udi("Z1", "").replace("17280630", "17290630"))  # fmt: skip
    assert "2029-06-30，账上是 2028-06-30" in other.warning
