"""`yilian plan` and `yilian requisition`: the clinic's side of the main job, typed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.cli.runner import run
from tests.factories import Site
from tests.replenish_world import usual

STORE = "east_store"


def test_plan_says_what_to_order_and_why(site: Site) -> None:
    usual(site)

    shown = run(site, STORE, "plan")

    assert shown.code == 0
    assert "建议补 2 个" in shown.out
    assert "苯磺酸氨氯地平片" in shown.out
    assert "不足 7 天" in shown.out
    rows = run(site, STORE, "--json", "plan", "--last", "--all").json()
    assert rows[0]["code"] == "YP-000102"
    assert int(rows[0]["chosen"]) % 200 == 0
    assert int(rows[0]["chosen"]) > 0
    assert len(rows) == 3


def test_show_adds_up_before_the_readers_eyes(site: Site) -> None:
    usual(site)
    run(site, STORE, "plan")

    steps = run(site, STORE, "--json", "plan", "show", "YP-000102").json()

    total = sum(Decimal(step["value"]) for step in steps if step["role"] == "add")
    assert total == Decimal(steps[-1]["value"]) > 0
    assert "× 到货 3 天 + 目标 21 天" in [step["step"] for step in steps]
    asked = run(site, STORE, "plan", "show", "HC-000104")
    assert asked.code == 1
    assert "还没有补货建议" in asked.err


def chosen(site: Site, *arguments: str) -> int:
    rows = run(site, STORE, "--json", *arguments, "--all").json()
    return int({row["code"]: row["chosen"] for row in rows}["YP-000103"])


def test_other_targets_are_kept_for_the_next_run(site: Site) -> None:
    usual(site)
    run(site, STORE, "plan")
    usually = chosen(site, "plan", "--last")
    lean = chosen(site, "plan", "--target", "0", "--service", "90", "--review", "0,3")
    assert lean < usually
    assert chosen(site, "plan") == lean
    refused = run(site, STORE, "plan", "--target", "500")
    assert refused.code == 1
    assert "天数应在 0 到 120" in refused.err


def test_from_suggestion_to_the_group_and_back(site: Site) -> None:
    usual(site)
    run(site, STORE, "plan")

    made = run(site, STORE, "--json", "requisition", "create", "--draft").json()
    assert (made["state"], made["lines"]) == ("草稿", 2)
    no = made["no"]
    assert run(site, STORE, "--json", "requisition", "submit", no).json()["state"] == "已提交"
    listed = run(site, STORE, "--json", "requisition", "list", "--state", "submitted").json()
    assert [row["no"] for row in listed] == [no]
    assert "苯磺酸氨氯地平片" in run(site, STORE, "requisition", "show", no.lower()).out
    assert run(site, STORE, "--json", "requisition", "withdraw", no).json()["state"] == "草稿"
    unsure = run(site, STORE, "requisition", "cancel", no)
    assert unsure.code == 1
    gone = run(site, STORE, "--json", "requisition", "cancel", no, "--yes").json()
    assert gone["state"] == "已作废"


def test_by_hand(site: Site) -> None:
    made = run(site, STORE, "--json", "requisition", "create", "--line", "YP-000102=20")
    assert made.json()["amount"] == "117.60"
    wrong = run(site, STORE, "requisition", "create", "--line", "YP-000102")
    assert wrong.code == 1
    assert "YP-000102=20" in wrong.err


def test_another_clinic_is_refused(site: Site) -> None:
    refused = run(site, "west_store", "plan", "--org", "0002")
    assert refused.code == 1
    assert "0002" in refused.err


def test_demand_comes_in_from_a_sheet(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "请领.csv"
    path.write_text("日期,品规编码,数量\n2026-09-01,YP-000102,3\n", encoding="utf-8")

    seen = run(site, STORE, "--json", "import", "demand", str(path), "--preview").json()
    assert (seen["added"], seen["refused"]) == (1, 0)
    done = run(site, STORE, "--json", "import", "demand", str(path)).json()
    assert done["added"] == 1
    again = run(site, STORE, "--json", "import", "demand", str(path)).json()
    assert (again["added"], again["changed"]) == (0, 0)


def test_a_request_that_could_not_be_met_counts_as_demand(site: Site) -> None:
    told = run(site, STORE, "plan", "asked", "YP-000102", "3", "--given", "1")
    assert told.code == 0
    assert "请领 3 盒，已发 1" in told.out
    wrong = run(site, STORE, "plan", "asked", "YP-000102", "1", "--given", "3")
    assert wrong.code == 1
    assert "不能多于" in wrong.err
