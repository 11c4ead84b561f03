"""统采分签 from the command line, as each person in turn."""

from __future__ import annotations

from pathlib import Path

from tests.cli.runner import Ran, run
from tests.factories import EAST, WEST, Site
from tests.order_needs import (
    AMLODIPINE,
    AMOXICILLIN,
    SYRINGE,
    ask,
    backup_price,
    open_order,
    pledged,
)


def ok(ran: Ran) -> Ran:
    assert ran.code == 0, ran.err or ran.out
    return ran


def test_consolidate_sign_and_print(site: Site, tmp_path: Path) -> None:
    ask(site, EAST, {AMOXICILLIN: 100, AMLODIPINE: 50})
    ask(site, WEST, {SYRINGE: 1000})

    made = ok(
        run(site, "lead_buyer", "--json", "consolidate", "--all", "--title", "常用药第 2 包",
            "--sign-by", "2096-12-28")
    ).json()  # fmt: skip
    assert (made["no"][:2], made["member_orders"], made["amount"]) == ("TC", 3, "1005.00")
    orders = ok(run(site, "lead_buyer", "--json", "order", "list", made["no"])).json()
    first = orders[0]["no"]
    assert orders[0]["sign_by"].startswith("2096-12-28T17:00")

    early = run(site, "kangze_sales", "sign", first)
    assert early.code == 1
    assert "城东还没签" in early.err
    signed = ok(run(site, "east_head", "sign", first)).out
    assert "时间：2026-10-14 10:30" in signed  # the members' clock, not UTC
    assert ok(run(site, "kangze_sales", "--json", "sign", first)).json()["state"] == "signed"
    again = run(site, "kangze_sales", "sign", first)
    assert again.code == 1
    assert "罗业" in again.err

    shown = ok(run(site, "kangze_sales", "order", "show", first)).out
    assert "阿莫西林胶囊" in shown
    assert "内容与留存一致" in shown
    papers = tmp_path / "papers"
    for kind in ("order", "contract", "excel"):
        ok(run(site, "east_head", "order", "pdf", first, "--out", str(papers), "--kind", kind))
    assert sorted(path.suffix for path in papers.iterdir()) == [".pdf", ".pdf", ".xlsx"]

    short = ("order", "shortage")
    ok(run(site, "kangze_sales", *short, "declare", first, "--line", "1=10", "--reason",
           "厂家停产检修，下月才有货"))  # fmt: skip
    assert run(site, "lead_buyer", *short, "settle", first, "--yes").code == 1
    ok(run(site, "east_head", *short, "agree", first))
    done = ok(run(site, "lead_buyer", "--json", *short, "settle", first, "--yes")).json()
    assert (done["version"], done["given_back"], done["backups"]) == (1, "38.60", [])
    ok(run(site, "kangze_sales", *short, "pdf", first, "--out", str(papers)))
    assert [path.name.split("_")[0] for path in papers.glob("*补充说明.pdf")] == [f"{first}-B1"]
    assert "已缺货终止" in ok(run(site, "east_head", *short, "list", first)).out
    assert "一致" in ok(run(site, "lead_buyer", "order", "check")).out


def test_members_number_their_requisitions_alike(site: Site) -> None:
    ask(site, EAST, {AMOXICILLIN: 10}, no="SQ20261014-001")
    ask(site, WEST, {AMOXICILLIN: 20}, no="SQ20261014-001")

    ran = run(
        site, "lead_buyer", "consolidate", "--title", "补采", "--requisition", "SQ20261014-001"
    )
    assert ran.code == 1
    assert "城东:SQ20261014-001、城西:SQ20261014-001" in ran.err
    one = ("--json", "consolidate", "--title", "补采", "--requisition", "城东:SQ20261014-001")
    assert ok(run(site, "lead_buyer", *one)).json()["amount"] == "38.60"
    ask(site, EAST, {AMOXICILLIN: 30}, no="SQ20261014-002")
    rest = ("--json", "consolidate", "--title", "常用药", "--all")
    assert ok(run(site, "lead_buyer", *rest)).json()["amount"] == "193.00"


def test_refuse_amend_urge_and_cancel(site: Site) -> None:
    group = open_order(site).no
    no = ok(run(site, "east_head", "--json", "order", "list", "--view", "mine")).json()[0]["no"]

    assert run(site, "east_head", "sign", no, "--refuse").code == 1
    ok(run(site, "east_head", "sign", no, "--refuse", "--reason", "数量订多了，请减半"))
    wrong = run(
        site, "lead_buyer", "order", "amend", no, "--line", "1=500", "--reason", "多订一点试试"
    )
    assert wrong.code == 1
    assert "只能改小" in wrong.err
    done = ok(
        run(site, "lead_buyer", "--json", "order", "amend", no, "--line", "1=50", "--reason",
            "按成员意见减半")
    ).json()  # fmt: skip
    assert (done["version"], done["state"]) == (2, "to_sign")
    assert run(site, "east_head", "sign", no, "--version", "1").code == 1
    assert ok(run(site, "lead_buyer", "--json", "order", "urge", group)).json()["count"] == 4
    ok(run(site, "lead_buyer", "order", "cancel", group, "--reason", "本期不再采购了", "--yes"))
    assert "一致" in ok(run(site, "lead_buyer", "order", "check")).out
    listed = ok(run(site, "lead_buyer", "order", "list")).out
    assert "已作废" in listed


def test_an_unknown_number_says_where_to_look(site: Site) -> None:
    ran = run(
        site, "lead_buyer", "--json", "consolidate", "--title", "补采", "--requisition", "CG1"
    )

    assert ran.code == 1
    assert ran.error()["code"] == "order.no_requisition"


def test_a_round_with_approval_partial_answer_backup_and_a_late_member(site: Site) -> None:
    backup_price(site)
    ok(run(site, "lead_admin", "setting", "approval", "--org", "0", "--store", "100"))
    made = ok(
        run(site, "east_store", "--json", "requisition", "create", "--line", "YP-000101=100")
    ).json()
    assert made["status"] == "to_approve"
    no = made["no"]
    early = run(site, "lead_buyer", "consolidate", "--title", "常用药", "--requisition", no)
    assert "没有找到已提交的采购申请" in early.err
    assert no in ok(run(site, "east_head", "requisition", "to-approve")).out
    short = run(site, "east_head", "requisition", "return", no, "--reason", "太多")
    assert "至少写 5 个字" in short.err
    ok(run(site, "east_head", "requisition", "approve", no))
    group = ok(
        run(site, "lead_buyer", "--json", "consolidate", "--all", "--title", "常用药")
    ).json()
    order = ok(run(site, "lead_buyer", "--json", "order", "list", group["no"])).json()[0]["no"]

    part = ("order", "answer", order, "--line", "1=60@2099-10-30", "--reason", "厂家本月减产")
    assert "成员还没签" in run(site, "kangze_sales", *part).err
    ok(run(site, "east_head", "sign", order))
    odd = run(
        site, "kangze_sales", "order", "answer", order, "--line", "1:6", "--reason", "厂家减产了"
    )
    assert "看不懂" in odd.err
    assert ok(run(site, "kangze_sales", "--json", *part)).json()["state"] == "answered"
    assert "没有" in run(site, "east_head", "order", "rest", order).err
    left = ok(run(site, "lead_buyer", "--json", "order", "rest", order)).json()
    assert left["lines"][0]["backup"] == "瑞和"
    wrong = run(site, "lead_buyer", "order", "settle", order, "--backup", "7", "--reason",
                "余量转备选", "--yes")  # fmt: skip
    assert "没有余量" in wrong.err
    done = ok(
        run(site, "lead_buyer", "--json", "order", "settle", order, "--all", "--reason",
            "余量转备选", "--yes")
    ).json()  # fmt: skip
    assert (done["version"], len(done["backups"]), done["moved"]) == (2, 1, "164.00")

    ask(site, WEST, {AMOXICILLIN: 10}, no="SQ20261014-009")
    late = ok(
        run(site, "lead_buyer", "--json", "order", "join", group["no"], "--requisition",
            "城西:SQ20261014-009")
    ).json()  # fmt: skip
    assert late["member_orders"] == 1
    ok(run(site, "lead_buyer", "order", "check"))


def test_supplements_from_the_command_line(site: Site) -> None:
    pledged(site)
    more = ("pledge", "supplement", "YP-000101", "--org", "城东", "--reason", "流感季用量上升")
    assert "第四十九条" in run(site, "lead_buyer", *more, "101").err
    no = ok(run(site, "lead_buyer", "--json", *more, "20")).json()["no"]
    assert no in ok(run(site, "lead_head", "pledge", "supplements", "--waiting")).out
    assert run(site, "lead_buyer", "pledge", "approve", no).code == 1
    assert ok(run(site, "lead_head", "--json", "pledge", "approve", no)).json()["cap"] == 1020 * 24
    assert "不能再批" in run(site, "lead_head", "pledge", "approve", no).err
