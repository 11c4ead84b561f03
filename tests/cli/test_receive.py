"""送货单 and 收货验收 from the command line."""

from __future__ import annotations

from pathlib import Path

from app.domain.ids import new_op
from app.services.receiving.goods_papers import papers_of_note
from tests.cli.runner import Ran, run
from tests.deliveries import AMOXICILLIN, INSULIN, gs1, note, signed_order, stock_of
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.order_needs import order_of


def ok(ran: Ran) -> Ran:
    assert ran.code == 0, ran.err or ran.out
    return ran


def test_from_the_signed_order_to_stock(site: Site, tmp_path: Path) -> None:
    signed_order(site, {AMOXICILLIN: 100, INSULIN: 10})
    order = order_of(site, EAST, KANGZE).no
    made = ok(run(site, "kangze_sales", "--json", "deliver", order)).json()
    listed = ok(run(site, "east_store", "--json", "delivery", "list", "--waiting")).json()
    assert [(row["no"], row["cold"]) for row in listed] == [(made["no"], True)]
    assert "门冬胰岛素" in ok(run(site, "east_store", "delivery", "show", made["no"])).out

    scans = tmp_path / "scans.txt"
    lines = [f"100*{gs1(AMOXICILLIN, 'K1')}", "# cold", f"10*{gs1(INSULIN, 'N1')}", "6901234567892"]
    scans.write_text("\n".join(lines), encoding="utf-8")
    unknown = run(site, "east_store", "receive", made["no"], "--scan-file", str(scans))
    assert unknown.code == 1
    assert "没找到 6901234567892" in unknown.err
    lines.pop()
    scans.write_text("\n".join(lines), encoding="utf-8")
    cold = run(site, "east_store", "receive", made["no"], "--scan-file", str(scans))
    assert cold.code == 1
    assert "冷链品，还没登记" in cold.err
    assert stock_of(site) == {}

    op = str(new_op())
    arguments = (
        "--json", "receive", made["no"], "--scan-file", str(scans), "--mode", "box",
        "--started", "2026-10-14T09:20", "--temperature", "4.5", "--record", "LOG-7", "--op", op,
    )  # fmt: skip
    done = ok(run(site, "east_store", *arguments)).json()
    assert (done["state"], done["amount"]) == ("accepted", "809.00")
    again = run(site, "east_store", "receive", made["no"], "--all-as-stated")
    assert again.code == 1
    assert "已验收" in again.err
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 2400, (INSULIN, KANGZE): 10}

    file = tmp_path / "record.pdf"
    ok(run(site, "east_store", "acceptance", "pdf", done["no"], "--out", str(file)))
    assert file.read_bytes().startswith(b"%PDF")
    kept = ok(run(site, "east_store", "--json", "acceptance", "attach", done["no"], str(file),
                  "--item", "YP-000101")).json()  # fmt: skip
    copy, number = tmp_path / "copy.pdf", str(kept[0]["id"])
    ok(run(site, "east_store", "acceptance", "paper", number, str(copy), "--note", made["no"]))
    assert copy.read_bytes() == file.read_bytes()
    ok(run(site, "east_store", "acceptance", "withdraw", number, "--note", made["no"],
           "--reason", "附错了", "--yes"))  # fmt: skip
    assert "已撤回" in ok(run(site, "east_store", "acceptance", "papers", made["no"])).out
    lot = ("--item", "YP-000101", "--lot", "K1")
    listed = ok(run(site, "west_store", "acceptance", "papers", *lot))
    assert "record.pdf" not in listed.out  # for the item of a note: its own member finds it
    assert "record.pdf" in ok(run(site, "east_store", "acceptance", "papers", *lot)).out
    ask = run(site, "east_store", "acceptance", "papers", "--item", "YP-000101")
    assert "--lot" in ask.err
    namesake = note(site, {INSULIN: 1}, supplier_id=RUIHE, no=made["no"])
    ok(run(site, "east_store", "acceptance", "attach", done["no"], str(file), "--sort", "other"))
    assert papers_of_note(*site.as_("east_store"), EAST, namesake.delivery_id) == ()
    ok(run(site, "kangze_sales", "delivery", "pdf", made["no"], "--out", str(file)))
    ok(
        run(
            site, "east_store", "acceptance", "reverse", done["no"], "--reason", "批号录错", "--yes"
        )
    )
    assert stock_of(site) == {}


def test_a_note_with_lots_is_taken_as_stated(site: Site) -> None:
    signed_order(site, {AMOXICILLIN: 10})
    order = order_of(site, EAST, KANGZE).no
    sent = ("--line", "YP-000101,4,K1,2028-02", "--line", "YP-000101,6,K2,2027-01", "--no", "KZ-9")
    ok(run(site, "kangze_sales", "deliver", order, *sent))
    near = run(site, "east_store", "receive", "KZ-9", "--all-as-stated")
    assert near.code == 1
    assert "请写明接收理由" in near.err
    ok(run(site, "east_store", "receive", "KZ-9", "--all-as-stated", "--reason", "两周内用完"))
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 240}
    wrong = run(site, "kangze_sales", "deliver", order, "--line", "YP-000101,x")
    assert wrong.code == 1


def test_a_sheet_is_checked_then_kept(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "note.csv"
    head = "送货单号,供应商,69码,批号,有效期,数量,单位,单价\n"
    right = "KZ-1,康泽,6901234500011,K1,2028-02,10,盒,3.86\n"
    bad = right + "KZ-1,康泽,6901234599999,K1,2028-13,x,桶,\n"
    file.write_text(head + bad, encoding="utf-8-sig")
    refused = run(site, "east_store", "--json", "delivery", "import", str(file))
    assert refused.code == 1
    problems = refused.error()["problems"]
    wrong = {(one["row"], one["column"]) for one in problems}
    assert wrong == {(3, "69码"), (3, "数量"), (3, "有效期")}
    assert ok(run(site, "east_store", "--json", "delivery", "list")).json() == []
    above = "随货同行单\n送货单号：KZ-1　制单：小王,供应商：,康泽\n"
    good = "69码,批号,有效期,数量,单位,单价\n6901234500011,K1,2028-02,10盒,,3.86\n"
    good += "6901234500035,N1,2028-02-15,2,,42.3\n"
    file.write_text(above + good.replace("10盒,", "10盒,支"), encoding="utf-8")
    two = run(site, "east_store", "delivery", "import", str(file))
    assert "数量写的是「盒」，单位列是「支」" in two.err
    file.write_text(above + good, encoding="gb18030")
    assert (
        "没有问题" in ok(run(site, "east_store", "import", "delivery", str(file), "--preview")).out
    )
    made = ok(run(site, "east_store", "--json", "delivery", "import", str(file))).json()
    assert [(one["no"], one["lines"]) for one in made] == [("KZ-1", 2)]
    twice = run(site, "east_store", "delivery", "import", str(file))
    assert "已经录过" in twice.err
