"""Files that mean harm, or only look like tables: refused politely, whatever they are (T27–T34)."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings, strategies as st

from app.adapters import platform_csv
from app.adapters.sheets import MAX_CELL, read_tables
from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_op
from app.services.catalogue.search import SearchQuery, catalogue_count
from app.services.importing import catalogue, demand, prices
from app.services.importing.plan import Outcome
from app.services.receiving.importing import NoteFile, preview_notes
from tests.factories import EAST, Site
from tests.hostile.surfaces import survives

TITLES = ("品名", "规格", "包装数量", "最小单位", "单位", "生产企业", "文号有效期")
ROW = ("维生素C片", "100 mg", "100", "片", "瓶", "江岸制药有限公司", "")
SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write(number, column, cell)
    return path


def changed(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The workbook with its parts changed."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, change(name, content))
    return path


def csv(tmp_path: Path, *rows: tuple[str, ...], encoding: str = "utf-8") -> Path:
    path = tmp_path / "目录.csv"
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def bomb(tmp_path: Path) -> Path:
    """A small archive that unpacks to 80 MB of blanks."""
    path = workbook(tmp_path / "炸弹.xlsx", TITLES, ROW)
    return changed(path, lambda name, content: b" " * (80 << 20) if name == SHEET else content)


def lying_bomb(tmp_path: Path) -> Path:
    """The directory says a few bytes; what is inside says otherwise."""
    path = bomb(tmp_path)
    content = path.read_bytes()
    size = (80 << 20).to_bytes(4, "little")
    assert content.count(size) >= 1
    path.write_bytes(content.replace(size, (5000).to_bytes(4, "little")))
    return path


def laughs(tmp_path: Path) -> Path:
    """Entities that would multiply a thousandfold."""
    entities = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = workbook(tmp_path / "实体.xlsx", TITLES, ROW)
    return changed(path, lambda _name, content: content.replace(b"?>", b"?>" + entities, 1))


def foreign_entity(tmp_path: Path) -> Path:
    """An entity that would read another file."""
    entity = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    path = workbook(tmp_path / "外部.xlsx", TITLES, ROW)
    return changed(path, lambda _name, content: content.replace(b"?>", b"?>" + entity, 1))


def crowded(tmp_path: Path) -> Path:
    """Thousands of parts."""
    path = tmp_path / "很多.xlsx"
    with zipfile.ZipFile(path, "w") as target:
        for number in range(2_500):
            target.writestr(f"xl/{number}.xml", b"<a/>")
    return path


def cut_off(tmp_path: Path) -> Path:
    path = workbook(tmp_path / "半个.xlsx", TITLES, ROW)
    path.write_bytes(path.read_bytes()[:900])
    return path


def no_table(tmp_path: Path) -> Path:
    path = tmp_path / "程序.xlsx"
    path.write_bytes(b"MZ\x90\x00" + bytes(4000))
    return path


def nothing(tmp_path: Path) -> Path:
    path = tmp_path / "空.csv"
    path.write_bytes(b"")
    return path


def zeros(tmp_path: Path) -> Path:
    path = tmp_path / "零.csv"
    path.write_bytes("品名,规格\n维\0生素,1\n".encode())
    return path


def lost_signs(tmp_path: Path) -> Path:
    return csv(tmp_path, TITLES, ("维生素\ufffd片", *ROW[1:]))


HARMFUL = (
    bomb, lying_bomb, laughs, foreign_entity, crowded, cut_off, no_table, nothing, zeros,
    lost_signs,
)  # fmt: skip
SURFACES: dict[str, Callable[[Site, Path], object]] = {
    "catalogue": lambda site, path: catalogue.preview(*site.as_("lead_buyer"), path),
    "prices": lambda site, path: prices.preview(*site.as_("lead_buyer"), prices.PriceImport(path)),
    "demand": lambda site, path: demand.preview(
        *site.as_("east_store"), demand.DemandImport(path, EAST)
    ),
    "delivery": lambda site, path: preview_notes(*site.as_("east_store"), NoteFile(EAST, path)),
}


@pytest.mark.parametrize("surface", sorted(SURFACES))
@pytest.mark.parametrize("make", HARMFUL, ids=lambda one: one.__name__)
def test_harmful_files_are_refused_with_words(
    sqlite_site: Site, tmp_path: Path, make: Callable[[Path], Path], surface: str
) -> None:
    path = make(tmp_path)
    tracemalloc.start()
    with pytest.raises(DomainError) as refused:
        SURFACES[surface](sqlite_site, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "请" in refused.value.text
    assert "Traceback" not in refused.value.text
    assert peak < 64 << 20


@pytest.mark.parametrize("name", ["目录.exe", "目录.html", "目录.lnk", "目录", "目录.xlsx.zip"])
def test_only_tables_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(DomainError, match="不是能读的表格"):
        read_tables(path)


def test_a_folder_or_a_missing_file_is_no_table(tmp_path: Path) -> None:
    folder = tmp_path / "夹.xlsx"
    folder.mkdir()
    with pytest.raises((DomainError, EnvironmentProblem)):
        read_tables(folder)
    with pytest.raises(DomainError, match="没找到"):
        read_tables(tmp_path / "没有.csv")


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8-sig", b""), ("gbk", b""), ("gb18030", b""),
                           ("utf-16", b"")]
)  # fmt: skip
def test_encodings_give_the_same_text(tmp_path: Path, encoding: str, mark: bytes) -> None:
    path = tmp_path / "目录.csv"
    text = "品名,规格\n阿莫西林胶囊（０.２５ｇ）,5mg\n"
    path.write_bytes(mark + text.encode(encoding))
    assert read_tables(path)[0].rows[1][0] == "阿莫西林胶囊（０.２５ｇ）"


def test_rare_characters_and_big5_only_when_said(tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    path.write_bytes("品名,规格\n㎎𠮷,1\n".encode("gb18030"))
    assert read_tables(path)[0].rows[1][0] == "㎎𠮷"
    path.write_bytes("品名,規格\n阿莫西林膠囊,1\n".encode("big5"))
    assert read_tables(path, "big5")[0].rows[1][0] == "阿莫西林膠囊"
    path.write_bytes("品名".encode() + b"\xff\xfe\x80\n")
    with pytest.raises(DomainError, match="编码"):
        read_tables(path)


def refused_at(site: Site, path: Path) -> dict[int, set[str]]:
    plan = catalogue.preview(*site.as_("lead_buyer"), path)
    return {
        line.row: {problem.column for problem in line.problems if problem.blocks}
        for line in plan.lines
        if line.outcome is Outcome.REFUSED
    }


@pytest.mark.parametrize(
    "cell", ["维生素\u202e片", "维\x07生素", "\ud7ff\ue000", "长" * (MAX_CELL + 1)]
)
def test_cells_that_no_cell_should_hold_are_refused_by_address(
    sqlite_site: Site, tmp_path: Path, cell: str
) -> None:
    path = csv(tmp_path, TITLES, ROW, (cell, *ROW[1:]))
    assert "品名" in refused_at(sqlite_site, path)[3]


@pytest.mark.parametrize("number", ["1_000", "1e3", "NaN", "-0", "١٢", "0x10", "一百", "1,00",
                                    "24.5", "99999999999999999999"])  # fmt: skip
def test_numbers_that_python_would_take_are_refused(
    sqlite_site: Site, tmp_path: Path, number: str
) -> None:
    path = csv(tmp_path, TITLES, (*ROW[:2], number, *ROW[3:]))
    assert "包装数量" in refused_at(sqlite_site, path)[2]


@pytest.mark.parametrize(("number", "meant"), [("１００", 100), (" 12 ", 12), ("1,000", 1000),
                                               ("24.0", 24)])  # fmt: skip
def test_numbers_as_people_write_them_are_read(
    sqlite_site: Site, tmp_path: Path, number: str, meant: int
) -> None:
    path = csv(tmp_path, TITLES, (*ROW[:2], number, *ROW[3:]))
    line = catalogue.preview(*sqlite_site.as_("lead_buyer"), path).lines[0]
    assert line.content is not None
    assert line.content.draft.pack_factor == meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("45351", "2024-02-29"), ("2028.2", "2028-02-29"), ("2027年3月1日", "2027-03-01"),
     ("20281231", "2028-12-31"), ("2026.2.30", ""), ("60", ""), ("59", ""), ("2026-13-01", ""),
     ("明年", "")],
)  # fmt: skip
def test_days_are_exact_or_refused(
    sqlite_site: Site, tmp_path: Path, cell: str, meant: str
) -> None:
    path = csv(tmp_path, TITLES, (*ROW[:6], cell))
    line = catalogue.preview(*sqlite_site.as_("lead_buyer"), path).lines[0]
    if not meant:
        assert line.outcome is Outcome.REFUSED
        assert line.problems[0].column == "文号有效期"
        return
    assert line.content is not None
    assert str(line.content.draft.approval_valid_to) == meant


def test_titles_may_be_merged_doubled_and_under_headings(sqlite_site: Site, tmp_path: Path) -> None:
    path = tmp_path / "两行.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.merge_range("A1:F1", "某院药品目录")
        for column, title in enumerate(TITLES[:6]):
            if title not in {"最小单位", "单位"}:
                page.merge_range(2, column, 3, column, title)
        page.merge_range(2, 3, 2, 4, "包装")
        page.write(3, 3, "最小单位")
        page.write(3, 4, "单位")
        for column, cell in enumerate(ROW):
            page.write(4, column, cell)
        hidden = book.add_worksheet("旧")
        hidden.write(0, 0, "品名")
        hidden.hide()
    plan = catalogue.preview(*sqlite_site.as_("lead_buyer"), path)
    assert [(line.row, line.outcome) for line in plan.lines] == [(5, Outcome.ADDED)]


def test_a_formula_without_a_result_is_named_by_its_cell(sqlite_site: Site, tmp_path: Path) -> None:
    path = workbook(tmp_path / "公式.xlsx", TITLES, ROW)

    def empty_formula(name: str, content: bytes) -> bytes:
        formula = b'<c r="C2"><f>SUM(A1:A2)</f></c>'
        start = content.find(b'<c r="C2"') if name == SHEET else -1
        if start < 0:
            return content
        end = content.index(b"</c>", start) + len(b"</c>")
        return content[:start] + formula + content[end:]

    assert "C2" in refused_at(sqlite_site, changed(path, empty_formula))[2]


@pytest.mark.parametrize("formula", [b"", b"<f>VLOOKUP(A2,B:C,2,0)</f>"])
def test_a_cell_that_came_to_an_error_is_no_empty_cell(
    sqlite_site: Site, tmp_path: Path, formula: bytes
) -> None:
    """Also in a column that may be empty: what should stand there would be lost unseen."""
    path = workbook(tmp_path / "错误.xlsx", TITLES, (*ROW[:-1], "2030-01-01"))
    cell = re.compile(rb'<c r="G2"[^>]*>.*?</c>')
    wrong = b'<c r="G2" t="e">' + formula + b"<v>#N/A</v></c>"
    changed(path, lambda name, part: cell.sub(wrong, part) if name == SHEET else part)
    assert "G2" in refused_at(sqlite_site, path)[2]


def test_every_error_is_named_and_none_beside_what_is_read(
    sqlite_site: Site, tmp_path: Path
) -> None:
    goods = [(f"药{n}", *ROW[1:-1], "2030-01-01", "旁注") for n in range(60)]
    path = workbook(tmp_path / "很多错误.xlsx", (*TITLES, "备查"), *goods)
    wrong = rb'<c r="\1" t="e"><v>#N/A</v></c>'
    cells = re.compile(rb'<c r="([GH](?!1")[0-9]+)"[^>]*>.*?</c>')
    changed(path, lambda name, part: cells.sub(wrong, part) if name == SHEET else part)
    plan = catalogue.preview(*sqlite_site.as_("lead_buyer"), path)
    problems = [problem for line in plan.lines for problem in line.problems]
    told = [problem.column for problem in problems if problem.code == "import.formula"]
    assert told == [f"G{row}" for row in range(2, 62)]


@pytest.mark.parametrize("evil", ["=cmd|'/c calc'!A1", "'; DROP TABLE item; --", "../../etc/passwd",
                                  "%s%n", '"<script>', "${jndi:ldap://x}"])  # fmt: skip
def test_text_stays_text(sqlite_site: Site, tmp_path: Path, evil: str) -> None:
    path = workbook(tmp_path / "文字.xlsx", TITLES)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        for column, title in enumerate(TITLES):
            page.write_string(0, column, title)
            page.write_string(1, column, (evil, *ROW[1:])[column])
    way = sqlite_site.as_("lead_buyer")
    before = catalogue_count(*way, SearchQuery())
    plan = catalogue.preview(*way, path)
    done = catalogue.apply(*way, catalogue.ApplyCatalogue(new_op(), plan))
    assert done.added == 1
    assert catalogue_count(*way, SearchQuery()) == before + 1
    assert plan.lines[0].title.startswith(" ".join(evil.split())[:10])


def read_or_words(path: Path) -> bool:
    """Whether the file is read as text, or refused with a whole sentence."""
    try:
        tables = read_tables(path)
    except DomainError as error:
        return error.text.endswith("。")
    return all(isinstance(cell, str) for table in tables for row in table.rows for cell in row)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=400), ending=st.sampled_from([".xlsx", ".xls", ".csv", ".ods"]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("bytes") / f"某{ending}"
    path.write_bytes(content)
    assert read_or_words(path)


@settings(max_examples=40, deadline=None)
@given(flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[float, int]]
) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        for column, title in enumerate(TITLES):
            page.write_string(0, column, title)
    content = bytearray(buffer.getvalue())
    for place, value in flips:
        content[int(place * (len(content) - 1))] = value
    path = tmp_path_factory.mktemp("flips") / "坏.xlsx"
    path.write_bytes(bytes(content))
    assert read_or_words(path)


def refused(path: Path) -> DomainError:
    """How a file is refused."""
    with pytest.raises(DomainError) as caught:
        read_tables(path)
    return caught.value


def test_a_shared_text_is_not_unfolded_a_thousandfold(tmp_path: Path) -> None:
    """32,000 signs in 20,000 cells: some kilobytes in the file, 640 MB in memory."""
    path = tmp_path / "重复.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        for row in range(10_000):
            page.write_string(row, 0, "a" * 32_000)
            page.write_string(row, 1, "a" * 32_000)
    assert path.stat().st_size < 1_000_000
    assert refused(path).code == "file.bomb"


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "两份.xlsx", TITLES)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert refused(path).code == "file.damaged"


def test_areas_over_each_other_do_not_hold_the_program_up(tmp_path: Path) -> None:
    path, merges = workbook(tmp_path / "合并.xlsx", TITLES, *[ROW] * 3_000), 20_000
    areas = "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * merges + "</mergeCells>"
    page = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[page] = parts[page].replace(b"</sheetData>", b"</sheetData>" + areas.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    (table,) = read_tables(path)
    assert len(table.rows) == 3_001


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("编码,名称\n1,a\n2,b\0\n", 3),
        ('编码,名称\n1,"a\n2,b\n3,c\n', 2),
        ("编码,名称\n1," + "x" * 200_000 + "\n", 2),
    ],
)
def test_a_text_that_breaks_off_is_refused_by_its_row(
    tmp_path: Path, content: str, row: int
) -> None:
    path = tmp_path / "断.csv"
    path.write_text(content, "utf-8")
    assert f"第 {row} 行" in refused(path).text


def test_columns_that_would_be_left_out_are_said(tmp_path: Path) -> None:
    path = tmp_path / "宽.csv"
    path.write_text("列," * 600 + "\n", "utf-8")
    assert "第 1 行" in refused(path).text
    path.write_text("列,名" + "," * 600 + "\n", "utf-8")
    assert read_tables(path)[0].rows[0][:2] == ("列", "名")


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("name", "content"),
    [("settings", b"a = " + DEEP), ("heads", DEEP), ("outbox", DEEP + b"\n"), ("plan", DEEP),
     ("design", DEEP), ("paper", DEEP), ("plan", b'{"day": 1e999}'), ("design", b"9" * 5_000)],
)  # fmt: skip
def test_endless_nesting_is_refused_with_words(tmp_path: Path, name: str, content: bytes) -> None:
    assert survives(name, content, tmp_path)


def test_records_for_the_platform_run_nothing_and_come_back(tmp_path: Path) -> None:
    row = ("=cmd|'/c calc'!A1", "+86", "@x", "-1.5", "'quoted", "阿莫西林")
    path = tmp_path / "记录.csv"
    path.write_bytes(platform_csv.made(("a",) * 6, [row]))
    written = path.read_text("utf-8-sig").splitlines()[1]
    assert written.startswith("'=cmd")
    assert ",'@x,-1.5,'quoted," in written
    assert platform_csv.read(path)[1] == [row]
