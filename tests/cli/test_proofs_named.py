"""What the proofs say, in names: whose books, which place, which goods, in whose units."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import text, update

from app.models.stock import Balance
from app.services import audit
from app.services.platform import doctor
from tests.cli.runner import run
from tests.factories import EAST, KANGZE, Site
from tests.services.imprints.another_program import another_program
from tests.services.test_consumption import receive
from tests.services.test_proofs import tamper


def test_a_difference_names_place_goods_lot_and_owner(site: Site) -> None:
    receive(site, EAST, {"K260318": (2, date(2028, 2, 29))})
    with site.owner.write() as session:
        session.execute(update(Balance).where(Balance.org_id == EAST).values(qty=53))
    ran = run(site, "east_store", "reconcile")
    assert ran.code == 1
    for word in ("阿莫西林胶囊", "K260318", "2 盒 + 5 粒", "2 盒"):
        assert word in ran.out
    (row,) = run(site, "east_store", "--json", "reconcile").json()
    assert (row["org_id"], row["owner_id"]) == (EAST, KANGZE)
    assert (row["balance"], row["ledger"]) == (53, 48)
    assert row["org"]
    assert row["place"]
    assert row["owner"]


def test_chains_are_told_by_house_and_kind(site: Site) -> None:
    receive(site, EAST, {"K260318": (2, date(2028, 2, 29))})
    rows = run(site, "east_store", "--json", "verify").json()
    assert {row["chain"] for row in rows if row["org_id"] == EAST} == {"ledger"}
    told = run(site, "east_store", "verify").out
    assert "台账" in told
    assert "ledger" not in told


def test_verify_names_a_balance_that_another_program_changed(site: Site) -> None:
    receive(site, EAST, {"K260318": (2, date(2028, 2, 29))})
    assert "按台账应为" not in run(site, "east_store", "verify").out
    with site.owner.write() as session:
        session.execute(update(Balance).where(Balance.org_id == EAST).values(qty=53))
    ran = run(site, "east_store", "verify")
    assert ran.code == 1
    assert "K260318" in ran.out
    assert "的库存是 2 盒 + 5 粒，按台账应为 2 盒。请查明是谁改的。" in ran.out


def test_rows_that_do_not_fit_are_told_with_what_they_say(site: Site) -> None:
    receive(site, EAST, {"K260318": (2, date(2028, 2, 29))})
    db, actor = site.as_("east_store")
    with db.write() as session:
        audit.record(session, actor, EAST, "stock.open", ("opening", 1), {})
    tamper(site, "UPDATE ledger SET qty = 96, occurred_on = '2025-01-01' WHERE seq = 1")
    with another_program(site.owner) as line:
        if not site.is_sqlite:
            line.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        line.execute(text("UPDATE audit SET detail = '[]' WHERE seq = 1"))
    out = run(site, "east_store", "verify").out
    assert "台账第 1 行被改过" in out
    assert re.search("2025-01-01 .+ 阿莫西林胶囊 4 盒", out)
    assert "操作记录第 1 行被改过" in out
    assert f"{actor.name} 库存移动" in out
    (check,) = [one for one in doctor.examine(site.owner) if one.name == "改动痕迹"]
    assert "第 1 行被改过" in check.text
    assert not check.ok


def test_values_that_no_program_of_ours_writes_are_told_too(sqlite_site: Site) -> None:
    site = sqlite_site
    receive(site, EAST, {"K260318": (2, date(2028, 2, 29))})
    change = "UPDATE ledger SET occurred_on = '今天', doc_kind = '?', posted_at = 9e18"
    tamper(site, f"{change} WHERE seq = 1")
    assert "台账第 1 行被改过，或它前面缺了记录（今天 其他" in run(site, "east_store", "verify").out


def test_what_is_missing_beneath_others_is_not_called_a_good_file(sqlite_site: Site) -> None:
    """The pages of the file are sound: that it is damaged would be the wrong word."""
    site = sqlite_site
    with another_program(site.owner) as line:
        line.execute(text("DELETE FROM place WHERE org_id = :org"), {"org": EAST})
        line.execute(text("DELETE FROM item_code"))
        line.execute(text("DELETE FROM item"))
    (check,) = [one for one in doctor.examine(site.owner) if one.name == "文件完整性"]
    assert not check.ok
    assert "被别的程序删掉" in check.text
    assert "ok" not in check.text
