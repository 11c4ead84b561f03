"""A month by command: every step, with a slip of the hand before it, on both databases."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from app.adapters.sheets import read_tables
from app.adapters.sheets_out import Sheet, write
from tests.cli.runner import Ran, run
from tests.factories import Site
from tests.services.settlement.september import (
    AUDITOR,
    CLERK,
    KEEPER,
    SELLER,
    used_september,
)


def refused(ran: Ran, word: str) -> None:
    """The command did nothing, and said why."""
    assert ran.code == 1, ran.out
    assert word in ran.err, ran.err


class Desk:
    """Everybody's commands on one site."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.no = ""

    def clerk(self, *words: str) -> Ran:
        """The member's clerk tries something."""
        return run(self.site, CLERK, *words)

    def done(self, login: str, *words: str) -> Ran:
        """Somebody does something, and it is done."""
        ran = run(self.site, login, *words)
        assert ran.code == 0, ran.err
        return ran


def test_a_month_from_use_to_the_bank_and_shut(site: Site, tmp_path: Path) -> None:
    used_september(site)
    desk = Desk(site, tmp_path)
    agree_on_the_bill(desk)
    match_invoices(desk)
    pay(desk)
    assert desk.done(CLERK, "--json", "settle", "list").json()[0]["status"] == "paid"
    shut(desk)


def agree_on_the_bill(desk: Desk) -> None:
    clerk, done, site, tmp_path = desk.clerk, desk.done, desk.site, desk.folder
    refused(clerk("settle", "make", "2026-9"), "2026-10 这样")
    refused(clerk("settle", "make", "2027-01"), "还没有开始")
    refused(run(site, KEEPER, "settle", "make", "2026-09"), "「结算」权限")
    (waiting,) = done(CLERK, "--json", "settle", "pending", "2026-09").json()
    assert Decimal(waiting["amount"]) == Decimal("434.58")
    (made,) = done(CLERK, "--json", "settle", "make", "2026-09").json()
    no = desk.no = made["no"]
    refused(run(site, SELLER, "settle", "show", no), "没有找到")
    done(CLERK, "settle", "send", no)
    refused(clerk("settle", "confirm", no), "供应商业务")
    sheet = tmp_path / "bill.csv"
    write(sheet, Sheet("x", ("品名", "数量", "单价"), [
        ("阿莫西林胶囊", 3, Decimal("3.86")), ("门冬胰岛素注射液", 11, Decimal("42.30")),
    ]))  # fmt: skip
    refused(run(site, SELLER, "settle", "bill", no), "--amount")
    gap = done(SELLER, "--json", "settle", "bill", no, "--file", str(sheet)).json()
    assert [(one["qty"], one["amount"]) for one in gap] == [(1, "42.30")]
    refused(run(site, SELLER, "settle", "dispute", no, "--note", "少"), "请写明理由")
    done(SELLER, "settle", "dispute", no, "--note", "胰岛素应为 11 支")
    refused(clerk("settle", "adjust", no, "--amount", "x", "--note", "补一支胰岛素"), "不是数字")
    refused(clerk("settle", "adjust", no, "--amount", "-500", "--note", "全部退回去"), "正负颠倒")
    done(CLERK, "settle", "adjust", no, "--amount", "42.30", "--note", "补一支胰岛素",
         "--item", "YP-000103")  # fmt: skip
    assert "没有差异" in done(CLERK, "settle", "diff", no).out
    done(CLERK, "settle", "send", no)
    done(SELLER, "settle", "confirm", no)
    refused(
        clerk("settle", "cancel", no, "--note", "想作废重做"),
        "现在是「已确认」，这一步要在「草稿、有异议」时做",
    )


def match_invoices(desk: Desk) -> None:
    clerk, done, no, tmp_path = desk.clerk, desk.done, desk.no, desk.folder
    list_ = tmp_path / "invoices.xlsx"
    titles = ("发票号码", "开票日期", "价税合计", "备注")
    write(list_, Sheet("x", titles, [("123", "2026-10-09", Decimal("76.88"), "")]))
    refused(clerk("invoice", "import", str(list_), "--supplier", "康泽"), "20 位数字")
    write(list_, Sheet("x", titles, [
        ("26312000000000000001", "2026-10-09", Decimal(400), ""),
        ("26312000000000000002", "2026-10-09", Decimal("76.88"), ""),
    ]))  # fmt: skip
    done(SELLER, "invoice", "import", str(list_), "--supplier", "康泽", "--org", "0002")
    refused(clerk("invoice", "import", str(list_), "--supplier", "康泽"), "已经登记过")
    refused(clerk("invoice", "match", "26312000000000000001", no, "--amount", "401"), "还能匹配")
    assert "肯定" in done(CLERK, "invoice", "propose", "--take").out
    assert len(done(CLERK, "--json", "invoice", "show", no).json()) == 2
    refused(clerk("invoice", "void", "26312000000000000001", "--note", "开错抬头了"), "取消匹配")


def pay(desk: Desk) -> None:
    clerk, done, no, tmp_path = desk.clerk, desk.done, desk.no, desk.folder
    refused(clerk("settle", "audit", no), "另一个人审核")
    done(AUDITOR, "settle", "audit", no)
    refused(clerk("payment", "make"), "还没有核对过的收款账户")
    account = ("--name", "康泽医药有限公司", "--bank", "示例银行", "--number")
    refused(clerk("payment", "account", "康泽", *account, "12"), "8 到 32 位")
    done(CLERK, "payment", "account", "康泽", *account, "6222 0000 1111")
    refused(clerk("payment", "check", "康泽"), "另一个人核对")
    done(AUDITOR, "payment", "check", "康泽", "--org", "0002")
    batch = done(CLERK, "--json", "payment", "make", no).json()["no"]
    refused(clerk("payment", "paid", batch, "--date", "2026-10-14"), "还没有导出")
    done(CLERK, "payment", "file", batch, "--out", str(tmp_path / "pay.xlsx"))
    (table,) = read_tables(tmp_path / "pay.xlsx")
    assert table.rows[1][3] == "622200001111"
    refused(clerk("payment", "paid", batch, "--date", "10-14"), "请写成 2026-10-09")
    bank_answers(desk, batch)
    done(CLERK, "payment", "report", no, "--receipt", "YG-1", "--date", "2026-10-14")


def bank_answers(desk: Desk, batch: str) -> None:
    """The transfer comes back, is sent again in another batch, and is paid."""
    clerk, done, no, tmp_path = desk.clerk, desk.done, desk.no, desk.folder
    refused(clerk("payment", "make", no), f"已在付款批 {batch} 里")
    assert "已交银行" in done(CLERK, "payment", "list").out
    other = ("--supplier", "瑞和")
    refused(clerk("payment", "paid", batch, "--date", "2026-10-14", *other), "没有这家供应商")
    refused(clerk("payment", "returned", batch, *other, "--note", "账户名称不符"), "没有这家供应商")
    mine = ("--supplier", "康泽", "--note")
    refused(clerk("payment", "returned", batch, *mine, "退"), "至少 4 个字")
    assert "已完成" in done(CLERK, "payment", "returned", batch.lower(), *mine, "账户名称不符").out
    refused(clerk("payment", "returned", batch, *mine, "账户名称不符"), "已经登记过结果")
    again = ("payment", "file", batch, "--out", str(tmp_path / "again.csv"))
    refused(clerk(*again), "请另做一批")  # the bank would pay what the next batch pays, too
    assert not (tmp_path / "again.csv").exists()
    assert "城东" in done(CLERK, "payment", "due").out
    second = done(CLERK, "--json", "payment", "make").json()["no"]
    done(CLERK, "payment", "file", second, "--out", str(tmp_path / "second.csv"))
    refused(clerk("payment", "paid", second, "--date", "2026-10-15"), "也不能在今天以后")
    done(CLERK, "payment", "paid", second, "--date", "2026-10-14")
    refused(clerk("payment", "make", no), f"已在付款批 {second} 里")
    rows = done(CLERK, "--json", "payment", "list").json()
    assert {(one["no"], one["org"], one["state"]) for one in rows} == {
        (batch, "城东", "returned"), (second, "城东", "paid"),
    }  # fmt: skip


def shut(desk: Desk) -> None:
    clerk, done = desk.clerk, desk.done
    assert "可以关账" in done(CLERK, "month", "check", "2026-09").out
    refused(clerk("month", "close", "2026-09"), "没有确认")
    done(CLERK, "month", "close", "2026-09", "--yes")
    refused(clerk("settle", "make", "2026-09"), "已关账")
    refused(clerk("month", "cutoff", "--day", "25", "--since", "2026-09"), "不能改")
    done(CLERK, "month", "reopen", "2026-09", "--note", "漏登送货单一张")
    refused(clerk("month", "allow", "2026-09"), "另一个人同意")
    done(AUDITOR, "month", "allow", "2026-09", "--org", "0002")
    assert len(done(CLERK, "--json", "month", "list").json()) == 1
