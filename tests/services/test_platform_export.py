"""省平台导出: each organisation its own records, marked with what changed, and a strict checker."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from app.adapters.platform_csv import made, read
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.orders.signing import Decision
from app.domain.reporting.checking import check_file, check_record
from app.domain.reporting.fields import codes_of, written
from app.domain.reporting.kinds import KINDS
from app.services.orders.changing import CancelOrder, cancel
from app.services.orders.signing import Sign, sign
from app.services.reporting.export import ExportFile, ExportWanted, batches, export, kinds_for
from tests.cli.runner import run
from tests.factories import EAST, KANGZE, RUIHE, WEST, Site
from tests.order_needs import open_order, order_of, sign_as

FIRST, LAST = "2020-01-01", "2099-12-31"


def exported(
    site: Site, login: str, org: int, kind: str, *, changes: bool = False
) -> ExportFile | None:
    wanted = ExportWanted(
        new_op(), org, kind, date.fromisoformat(FIRST), date.fromisoformat(LAST), changes
    )
    return export(*site.as_(login), wanted)


def records(file: ExportFile | None) -> list[dict[str, str]]:
    assert file is not None
    return list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"), newline="")))


def signed(site: Site) -> None:
    """East at Kangze is signed, west at Ruihe cancelled, west at Kangze refused by the supplier."""
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    sign_as(site, "east_head", row)
    sign_as(site, "kangze_sales", row)
    gone = order_of(site, WEST, RUIHE)
    cancel(*site.as_("lead_buyer"), CancelOrder(new_op(), WEST, gone.id, 1, "本期不再采购"))
    refused = order_of(site, WEST, KANGZE)
    sign_as(site, "west_head", refused)
    why = Sign(new_op(), WEST, refused.id, 1, Decision.REFUSED, "厂家停产了")
    sign(*site.as_("kangze_sales"), why)


def test_each_exports_its_own_and_a_repeat_says_what_changed(site: Site) -> None:
    signed(site)
    [line] = records(exported(site, "east_head", EAST, "YY111"))
    assert (line["XXBM"], line["ZT"], line["CGDBH"]) == ("YY111", "A", "CG20261014-001")
    assert (line["SL"], line["DJ"], line["JE"], line["CGLX"]) == ("2400", "0.1608", "386.00", "1")
    again = exported(site, "east_head", EAST, "YY111")
    assert again is not None
    assert (again.fresh, again.changed, again.same) == (0, 0, 1)
    assert records(again)[0]["ZT"] == "S"
    assert records(exported(site, "east_head", EAST, "YY111", changes=True)) == []

    seller = records(exported(site, "kangze_sales", KANGZE, "YY111"))
    assert [row["CGDBH"] for row in seller] == ["CG20261014-001"]
    assert seller[0]["ZT"] == "A"
    answers = records(exported(site, "kangze_sales", KANGZE, "YY113"))
    assert {row["QRJG"] for row in answers} == {"1", "3"}
    [gone] = records(exported(site, "lead_buyer", WEST, "YY112"))
    assert gone["CXYY"] == "本期不再采购"
    assert exported(site, "ruihe_sales", RUIHE, "YY111") is None
    with pytest.raises(NotAllowedError):
        exported(site, "kangze_sales", EAST, "YY111")
    with pytest.raises(NotAllowedError):
        exported(site, "kangze_sales", KANGZE, "YY132")
    with pytest.raises(NotAllowedError):
        exported(site, "east_store", WEST, "YY111")
    assert [row.kind for row in batches(*site.as_("east_head"), EAST)] == ["YY111"] * 3
    assert {kind.code for kind in kinds_for(*site.as_("kangze_sales"), KANGZE)} >= {
        "YY111",
        "YY151",
    }


def test_the_same_operation_gives_the_same_file(site: Site) -> None:
    signed(site)
    wanted = ExportWanted(new_op(), EAST, "YY101", date(2026, 1, 1), date(2026, 12, 31))
    one, two = (export(*site.as_("east_store"), wanted) for _n in range(2))

    assert one is not None
    assert one == two
    assert not one.problems


def test_from_the_command_line_with_the_checker(site: Site, tmp_path: Path) -> None:
    signed(site)
    span = ("--from", FIRST, "--to", LAST, "--out", str(tmp_path))
    ran = run(site, "east_head", "--json", "platform", "export", *span)
    assert ran.code == 0, ran.err
    files = {row["kind"]: Path(row["file"]) for row in ran.json()}
    assert {"YY101", "YY111", "YY113", "YY114"} <= set(files)
    assert all(row["problems"] == 0 for row in ran.json())
    for file in files.values():
        assert "没有问题" in run(site, "east_head", "platform", "check", str(file)).out
    header, rows = read(files["YY111"])
    cells = list(rows[0])
    cells[header.index("CGLX")] = "7"
    cells[header.index("CGRQ")] = "2026-10-14"
    cells[header.index("SPMC")] = ""
    spoilt = tmp_path / "spoilt.csv"
    spoilt.write_bytes(made(header, [cells, cells]))
    found = run(site, "east_head", "--json", "platform", "check", str(spoilt))
    assert found.code == 1
    told = {(one["row"], one["column"]) for one in found.json()}
    assert {(2, "CGLX"), (2, "CGRQ"), (2, "SPMC"), (3, "JLBH")} <= told
    assert "是空的" in run(site, "east_head", "platform", "check", str(_empty(tmp_path))).err
    wrong = run(site, "east_head", "platform", "export", "--month", "十月")
    assert "日期看不懂" in wrong.err


def _empty(folder: Path) -> Path:
    file = folder / "empty.csv"
    file.write_bytes(b"")
    return file


@pytest.mark.parametrize("code", sorted(KINDS))
def test_an_empty_record_is_told_field_by_field(code: str) -> None:
    kind = KINDS[code]
    told = {one.column for one in check_record(kind, {"XXBM": code}, 2)}

    assert told == {one.code for one in kind.all_fields if one.required and one.code != "XXBM"}
    assert len(set(codes_of(kind.all_fields))) == len(kind.all_fields)


@given(st.text(max_size=300))
def test_any_text_is_written_within_its_field(text: str) -> None:
    for one in KINDS["YY112"].fields:
        assert len(written(one, text)) <= one.length


def test_other_files_are_refused_in_words() -> None:
    assert check_file(("a", "b"), [("1", "2")])[0].code == "platform.header"
    assert check_file(("XXBM",), [("YY999",)])[0].code == "platform.kind"
    header = codes_of(KINDS["YY101"].all_fields)
    short = check_file(header[:-1], [("YY101",) * (len(header) - 1)])
    assert [(one.code, one.column) for one in short] == [("platform.missing", "SYZT")]


def test_a_problem_is_told_of_the_row_where_it_stands(tmp_path: Path) -> None:
    """Blank rows were dropped before the others were numbered."""
    file = tmp_path / "记录.csv"
    codes = codes_of(KINDS["YY101"].all_fields)
    row = ",".join("YY101" if code == "XXBM" else "" for code in codes)
    file.write_text(f"{','.join(codes)}\n\n{row}\n,,\n{row},多\n\n", encoding="utf-8")
    header, rows = read(file)
    assert [bool(one) for one in rows] == [False, True, False, True]
    assert {one.row for one in check_file(header, rows)} == {3, 5}


def test_a_file_of_nothing_but_cells_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "格.csv"
    file.write_bytes(b"," * 11_000_000)
    with pytest.raises(DomainError, match="请分成几个文件"):
        read(file)
