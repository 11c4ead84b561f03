"""Tables that people bring are read as they are, and what we write does no harm."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, strategies as st

from app.adapters import sheets, sheets_out
from app.adapters.sheets_out import Sheet
from app.domain.errors import DomainError


def rows_of(path: Path) -> tuple[tuple[str, ...], ...]:
    return sheets.read_tables(path)[0].rows


def test_a_workbook_comes_back_as_text(tmp_path: Path) -> None:
    path = tmp_path / "目录.xlsx"
    sheet = Sheet(
        "目录/2026",
        ["编码", "价格", "有效期", "数量", "时间", "空"],
        [
            ["83857930000879766660", Decimal("3.86"), date(2028, 2, 29), 24, None, ""],
            ["=1+1", Decimal(-12), None, 10**16, datetime(2026, 10, 14, 9, 20), None],  # noqa: DTZ001 - a sheet has no zone
        ],
        notes=("演示数据",),
    )
    assert sheets_out.write(path, sheet) == 2
    assert rows_of(path) == (
        ("演示数据", "", "", "", "", ""),
        ("编码", "价格", "有效期", "数量", "时间", "空"),
        ("83857930000879766660", "3.86", "2028-02-29", "24", "", ""),
        ("=1+1", "-12", "", "10000000000000000", "2026-10-14 09:20:00", ""),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_all_encodings_that_people_send(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "价格.csv"
    path.write_bytes('品名,规格\r\n阿莫西林胶囊,"0.25g,24粒"\r\n\r\n'.encode(encoding))
    assert rows_of(path) == (("品名", "规格"), ("阿莫西林胶囊", "0.25g,24粒"))


def test_tabs_and_semicolons_cut_too(tmp_path: Path) -> None:
    for sign in "\t;|":
        path = tmp_path / "a.txt"
        path.write_text(f"a{sign}b\n1,5{sign}2\n", encoding="utf-8")
        assert rows_of(path) == (("a", "b"), ("1,5", "2"))


def test_our_csv_runs_no_formula_and_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    sheets_out.write(path, Sheet("x", ["备注", "数"], [["=cmd|' /C calc'!A0", Decimal("-1.5")]]))
    text = path.read_bytes().decode("utf-8-sig")
    assert "\n'=cmd" in text.replace("\r", "").replace('"', "")
    assert "-1.5" in text


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"%PDF", "file.kind"),
        ("a.xlsx", b"PK\x03\x04 not really", "file.damaged"),
        ("a.xls", b"nothing of the kind", "file.damaged"),
        ("a.csv", b"\xff\xff\xff\x81", "file.encoding"),
        ("a.csv", b"a\0b,c\n", "file.broken"),
        ("a.csv", b"", "file.empty"),
        ("a.xls", b"", "file.empty"),
        ("a.xlsx", b"%PDF-1.7", "file.other"),
        ("a.csv", b"\x89PNG\r\n", "file.other"),
        ("a.xls", b"\xef\xbb\xbf <HTML><table>", "file.other"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DomainError) as refused:
        sheets.read_tables(path)
    assert refused.value.code == code


def test_what_is_in_a_file_counts_not_its_name(tmp_path: Path) -> None:
    text = tmp_path / "a.xls"
    text.write_bytes("品名,规格\n甲,1g\n".encode("gb18030"))
    assert rows_of(text) == (("品名", "规格"), ("甲", "1g"))
    book = tmp_path / "b.xlsx"
    sheets_out.write(book, Sheet("x", ["品名"], [["甲"]]))
    renamed = book.rename(tmp_path / "b.csv")
    assert rows_of(renamed)[-1] == ("甲",)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refused:
        sheets.read_tables(tmp_path / "没有.xlsx")
    assert "没有.xlsx" in refused.value.text


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(DomainError) as refused:
        sheets.read_tables(path)
    assert refused.value.code == "file.bomb"


def test_an_empty_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "leer.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet()
    book.close()
    with pytest.raises(DomainError) as refused:
        sheets.read_tables(path)
    assert refused.value.code == "file.empty"


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.mkdir()
    with pytest.raises(DomainError, match="是文件夹。请给出文件名"):
        sheets_out.write(target, Sheet("x", ["a"], [["1"]]))
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_decoder(content: bytes) -> None:
    try:
        text, encoding = sheets.decode(content)
    except DomainError:
        return
    assert text.encode(encoding).decode(encoding) == text


@given(st.text(alphabet='甲a,"\r\n\x0b\x85\u2028 ', max_size=30))
def test_lines_of_a_text_file_end_where_those_of_a_file_in_memory_end(text: str) -> None:
    assert list(sheets._lines(text)) == list(io.StringIO(text, newline=""))
