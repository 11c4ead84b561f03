"""Small files with cells at far corners, or one cell a million times: refused unread.

The reader ends the whole program when it cannot have the memory; no exception comes of it.
"""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from app.adapters.sheets import read_tables
from tests.hostile.test_files import ROW, SHEET, TITLES, changed, refused, workbook

FAR = (b'r="XFD1048576"', b"r='XFD1048576'", b'r\n=\t"xfd1048576"', b'r="ZZZZZZZZ99999999999"')


@pytest.mark.parametrize("place", FAR)
@pytest.mark.parametrize("part", [SHEET, "xl/worksheets/table.dat"])
def test_cells_at_far_corners_do_not_end_the_program(
    tmp_path: Path, place: bytes, part: str
) -> None:
    """A kilobyte that the reader would unfold to seventeen thousand million cells."""
    path = workbook(tmp_path / "远.xlsx", TITLES, ROW)
    changed(path, lambda name, content: content.replace(b'r="B2"', place) if name == SHEET
            else content.replace(b"worksheets/sheet1.xml", part[3:].encode()))  # fmt: skip
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w") as target:
        for name, content in parts.items():
            target.writestr(part if name == SHEET else name, content)
    assert refused(path).code == "file.far"


def named_otherwise(content: bytes) -> bytes:
    """The sheet with a name before each tag's own, as XML allows and the reader takes it."""
    head, body = content.split(b"?>", 1)
    tags = re.sub(rb"<(/?)(?=[a-z])", rb"<\1a-b:", body)
    return head + b"?>" + tags.replace(b"xmlns=", b"xmlns:a-b=")


@pytest.mark.parametrize("colour", [b"", b' x="/>"'])
def test_cells_at_far_corners_under_other_names(tmp_path: Path, colour: bytes) -> None:
    path = workbook(tmp_path / "远.xlsx", TITLES, ROW)
    place = colour + b' r="XFD1048576"'
    changed(path, lambda name, content: named_otherwise(content.replace(b' r="B2"', place))
            if name == SHEET else content)  # fmt: skip
    assert refused(path).code == "file.far"


SHARES = (
    '<c r="A{n}" t="s"><v>0</v></c>', '<c r="A{n}" t="s"><f>1</f><v x="">0</v></c>',
    '<c r="A{n}" t="s"><!-- --><v>0</v></c>', '<c <x="" r="A{n}" t="s"><v>0</v></c>',
    '<c r="A{n}"><v>0</v></c>',
)  # fmt: skip


@pytest.mark.parametrize("cell", SHARES)
@pytest.mark.parametrize("part", [SHEET, "xl/worksheets/table.dat"])
def test_a_long_text_that_many_cells_share_is_refused(tmp_path: Path, cell: str, part: str) -> None:
    """A megabyte of cells that would be gigabytes of text; the same as numbers is a usual sheet."""
    path = workbook(tmp_path / "共享.xlsx", TITLES, ROW)
    rows = "".join(f'<row r="{n}">{cell.format(n=n)}</row>' for n in range(1, 15_001))
    texts = f"<sst><si><t>{'药' * 11_000}</t></si></sst>".encode()

    def change(name: str, content: bytes) -> bytes:
        if name == SHEET:
            return re.sub(b"<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>".encode(),
                          content, flags=re.DOTALL)  # fmt: skip
        content = content.replace(b"worksheets/sheet1.xml", part[3:].encode())
        return texts if name.endswith("sharedStrings.xml") else content

    changed(path, change)
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(part if name == SHEET else name, content)
    if 't="s"' in cell:
        assert refused(path).code == "file.bomb"
    else:
        assert len(read_tables(path)[0].rows) == 15_000


def test_colour_in_a_far_cell_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "底色.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write(0, 0, "品名")
        page.write_blank(1_048_575, 16_383, None, book.add_format({"bg_color": "red"}))
    assert read_tables(path)[0].rows == (("品名",),)


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
CELL = (
    '<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'
)


def open_document(path: Path, rows: str) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{MANIFEST}"/>')
        target.writestr("content.xml", ODS.format(rows=rows))
    return path


@pytest.mark.parametrize(
    ("row", "cell", "text"),
    [
        (' table:number-rows-repeated="2000000000"', "", "x"),
        ("", ' table:number-columns-repeated="2000000000"', "x"),
        (' table:number-rows-repeated="+2000000000"', "", "x"),
        ("", ' table:number-columns-repeated="&#50;000000000"', "x"),
        ("", "", 'a<text:s text:c="2000000000"/>b'),
        ("", "", 'a<text:s text:c="+2000000000"/>b'),
        (' table:number-rows-repeated="200"', "", 'a<text:s text:c="9000000"/>b'),
        (' table:number-rows-repeated="30000"', ' table:number-columns-repeated="400"', "x" * 999),
    ],
)
def test_cells_that_stand_a_million_times_are_refused(
    tmp_path: Path, row: str, cell: str, text: str
) -> None:
    rows = f"<table:table-row{row}>{CELL.format(more=cell, text=text)}</table:table-row>"
    assert refused(open_document(tmp_path / "重复.ods", rows)).code == "file.far"


HIDDEN = (
    ('<table:table-row x=">" {row}>', "{cells}"),
    ("<table:table-row x='\">' {row}>", "{cells}"),
    ("<table:table-row x=\"number-rows-repeated='1'\" {row}>", "{cells}"),
    ("<table:table-row {row}>", "<!-- <table:table-row> -->{cells}"),
    ("<table:table-row {row}>", "<?x <table:table-row> ?>{cells}"),
    ("<table:table-row {row}>", "<![CDATA[<table:table-row>]]>{cells}"),
)


@pytest.mark.parametrize(("head", "body"), HIDDEN)
def test_a_repeat_is_measured_wherever_it_stands(tmp_path: Path, head: str, body: str) -> None:
    """Behind a sign that would end the tag, or under a row that is a remark and no row."""
    far = 'table:number-rows-repeated="2000000000"'
    row = head.format(row=far) + body.format(cells=CELL.format(more=' x=">"', text="x"))
    assert refused(open_document(tmp_path / "重复.ods", f"{row}</table:table-row>")).code == (
        "file.far"
    )


def test_a_sign_within_a_value_is_no_end(tmp_path: Path) -> None:
    cells = CELL.format(more=' x="a>b"', text="品名")
    path = open_document(tmp_path / "大于.ods", f'<table:table-row x=">">{cells}</table:table-row>')
    assert read_tables(path)[0].rows == (("品名",),)


def test_a_few_blanks_are_usual(tmp_path: Path) -> None:
    text = '维生素<text:s text:c="3"/>C片'
    rows = f"<table:table-row>{CELL.format(more='', text=text)}</table:table-row>"
    path = open_document(tmp_path / "空格.ods", rows)
    assert read_tables(path)[0].rows == (("维生素   C片",),)


def test_empty_rows_to_the_end_of_the_sheet_are_usual(tmp_path: Path) -> None:
    """As LibreOffice writes every sheet."""
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = (
        f"<table:table-row>{CELL.format(more='', text='品名')}{empty}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048575">{empty}</table:table-row>'
    )
    path = open_document(tmp_path / "空行.ods", rows)
    assert read_tables(path)[0].rows[0][0] == "品名"


def record(kind: int, data: bytes) -> bytes:
    """A record of .xls."""
    return struct.pack("<HH", kind, len(data)) + data


def old_stream(*cells: tuple[int, int], many: int = 0) -> bytes:
    """The workbook of a .xls file: numbers in these rows and columns."""
    begin = struct.Struct("<HHHHII")
    head = record(0x809, begin.pack(0x600, 5, 0xDBB, 0x7CC, 0, 6))
    place = len(head) + 17
    head += record(0x85, struct.pack("<IBB", place, 0, 0) + b"\x01\x00S") + record(0x0A, b"")
    sheet = record(0x809, begin.pack(0x600, 0x10, 0xDBB, 0x7CC, 0, 6))
    sheet += record(0x200, struct.pack("<IIHHH", 0, 9, 0, 9, 0))
    for row, column in cells:
        sheet += record(0x203, struct.pack("<HHHd", row, column, 0, 7.0))
    if many:
        sheet += record(
            0xBD, struct.pack("<HH", 9, 0) + bytes(6 * many) + struct.pack("<H", many - 1)
        )
    return head + sheet + record(0x0A, b"")


def old_book(path: Path, stream: bytes) -> Path:
    """The stream in the sectors of a file system, as .xls has it."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    links = [*range(1, count), 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFD]
    links += [0xFFFFFFFF] * (128 - len(links))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = f"{name}\0".encode("utf-16-le")
        links_of = struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return text.ljust(64, b"\0") + links_of + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    folder += entry("Workbook", 2, 0xFFFFFFFF, 0, len(stream)) + entry("", 0, 0xFFFFFFFF, 0, 0) * 2
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, count, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", count + 1) + b"\xff" * 432
    path.write_bytes(head + stream + folder + struct.pack("<128I", *links))
    return path


def test_a_usual_old_workbook_is_read(tmp_path: Path) -> None:
    path = old_book(tmp_path / "旧.xls", old_stream((0, 0), (2, 255)))
    rows = read_tables(path)[0].rows
    assert (len(rows), rows[0][0], rows[2][255]) == (3, "7", "7")


@pytest.mark.parametrize(
    "stream",
    [old_stream((0, 0), (65_535, 65_535)), old_stream((0, 0), many=1_300)],
    ids=["one", "many"],
)
def test_columns_that_no_old_workbook_has_are_refused(tmp_path: Path, stream: bytes) -> None:
    assert refused(old_book(tmp_path / "旧.xls", stream)).code == "file.far"


RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def part(kind: int, data: bytes = b"") -> bytes:
    """A record of .xlsb, shorter than 128 bytes."""
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(data)]) + data


def text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def new_book(path: Path, *cells: tuple[int, int]) -> Path:
    """A .xlsb file with numbers in these rows and columns."""
    sheet = part(129) + part(148, bytes(16)) + part(145)
    for row, column in cells:
        sheet += part(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        sheet += part(5, struct.pack("<IId", column, 0, 7.0))
    names = part(156, struct.pack("<II", 0, 1) + text("rId1") + text("S"))
    book = part(131) + part(153, bytes(12) + text("")) + part(143) + names + part(144) + part(132)
    link = (
        '<Relationships xmlns="{}"><Relationship Id="rId1" Type="{}/{}" Target="{}"/>'
        "</Relationships>"
    )
    with zipfile.ZipFile(path, "w") as target:
        target.writestr(
            "_rels/.rels", link.format(PACKAGE, RELS, "officeDocument", "xl/workbook.bin")
        )
        where = link.format(PACKAGE, RELS, "worksheet", "worksheets/sheet1.bin")
        target.writestr("xl/_rels/workbook.bin.rels", where)
        target.writestr("xl/workbook.bin", book)
        target.writestr("xl/worksheets/sheet1.bin", sheet + part(146) + part(130))
    return path


def test_a_usual_binary_workbook_is_read(tmp_path: Path) -> None:
    rows = read_tables(new_book(tmp_path / "新.xlsb", (0, 0), (2, 300)))[0].rows
    assert (len(rows), rows[0][0], rows[2][300]) == (3, "7", "7")


@pytest.mark.parametrize("far", [(1_048_575, 16_383), (4_000_000_000, 4_000_000_000)])
def test_far_cells_of_a_binary_workbook_are_refused(tmp_path: Path, far: tuple[int, int]) -> None:
    assert refused(new_book(tmp_path / "新.xlsb", (0, 0), far)).code == "file.far"
