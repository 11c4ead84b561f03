"""What the proofs say, in names: whose books, which place, which goods, in whose units."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update

from app.models.stock import Balance
from tests.cli.runner import run
from tests.factories import EAST, KANGZE, Site
from tests.services.test_consumption import receive


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
