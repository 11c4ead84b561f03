"""`yilian pack` and `yilian place`: a pack's life by command line alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.cli.runner import run
from tests.factories import EAST, Site
from tests.services.test_consumption import receive

ITEM = "YP-000101"


def test_a_pack_by_command_line(site: Site, tmp_path: Path) -> None:
    receive(site, EAST, {"A": (20, date(2027, 9, 30))})

    def me(*words: str, login: str = "east_store") -> str:
        done = run(site, login, *words)
        assert done.code == 0, done.err
        return done.out

    me("place", "add", "KS-NK", "内科病区")
    assert "内科病区" in me("place", "list")
    me("pack", "define", ITEM, "48", "--target", "2", "--department", "KS-NK")
    assert "要几包" in me("pack", "needs")
    made = run(site, "east_store", "--json", "pack", "build", ITEM, "3", "--department", "KS-NK")
    first, second, third = made.json()["codes"]
    me("pack", "label", first, "--pdf", str(tmp_path / "packs.pdf"))
    assert (tmp_path / "packs.pdf").stat().st_size > 1000
    me("pack", "issue", "内科病区", first, second)
    me("pack", "receive", first, second, login="east_second")
    assert "消耗单" in me("pack", "open", f"(01)06924561884074(21){first}")  # its square code
    assert first in me("--json", "trace", f"(01)06924561884074(21){first}")
    assert "已向库房要下一包" in me("pack", "ask", first)
    again = run(site, "east_store", "pack", "open", first)
    assert again.code == 1
    assert "登记过" in again.err
    me("pack", "break", second, "--reason", "科室要散的")
    me("pack", "lost", third, "--reason", "找不到")
    me("pack", "found", third, "--reason", "找到了")
    assert third in me("pack", "list", "--view", "store")
    assert first in me("pack", "list", "--view", "gone")
    me("pack", "issue", "KS-NK", "--item", ITEM)
    me("pack", "takeback", third)
    assert "没有符合条件" in me("pack", "overdue")
    assert "48" in me("pack", "definitions")


def test_goods_move_by_command_line(site: Site) -> None:
    receive(site, EAST, {"A": (2, date(2027, 9, 30)), "B": (2, date(2027, 9, 30))})
    run(site, "east_store", "place", "add", "BHG", "不合格区", "--kind", "zone", "--zone", "bad")
    ways = ("--from", "A-01-1", "--to", "BHG")
    unclear = run(site, "east_store", "place", "move", ITEM, "24", *ways)
    assert "请用 --lot" in unclear.err
    done = run(site, "east_store", "place", "move", ITEM, "24", *ways, "--lot", "A")
    assert (done.code, "已移库" in done.out) == (0, True)
    used_from_a_cabinet(site)
    lost = run(site, "east_store", "pack", "open", "DSB0002261014000001X")
    assert "没有定数包" in lost.err
    assert run(site, "east_store", "pack", "list", "--op", "x").code == 2
    wrong = run(site, "east_store", "pack", "issue", "ZZ", "--item", ITEM)
    assert "没有科室" in wrong.err


def used_from_a_cabinet(site: Site) -> None:
    """Goods of a trolley in a department: taken from there alone, given back to there."""

    def me(*words: str) -> tuple[int, str]:
        done = run(site, "east_store", *words)
        return done.code, done.out + done.err

    below = ("--kind", "cabinet", "--parent", "KS-NK")
    assert me("place", "add", "KS-NK", "内科病区")[0] == 0
    assert me("place", "add", "QJC-1", "抢救车", *below)[0] == 0
    assert (
        me("place", "move", ITEM, "24", "--from", "A-01-1", "--to", "QJC-1", "--lot", "B")[0] == 0
    )
    code, told = me("consume", "scan", ITEM, "--place", "仓库九")
    assert (code, "没有库位" in told) == (1, True)
    used = run(site, "east_store", "--json", "consume", "scan", ITEM, "--place", "抢救车")
    assert [one["qty"] for one in used.json()["lines"]] == [24]
    assert me("consume", "scan", ITEM, "--place", "qjc-1")[0] == 1  # the store has more, it has not
    me("place", "add", "QJC-2", "抢救车", *below)
    code, told = me("consume", "scan", ITEM, "--place", "抢救车")
    assert (code, "QJC-1、QJC-2" in told) == (1, True)
    back = ("--lot", "B", "--qty", "6", "--reason", "没用上")
    assert me("consume", "refund", used.json()["no"], *back)[0] == 0
    home = ("place", "move", ITEM, "6", "--from", "QJC-1", "--to", "A-01-1")
    assert [me(*home)[0] for _time in range(2)] == [0, 1]
