"""Three painters of one layout: every code they draw is read again."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from app.adapters import fonts, label_papers, zpl
from app.adapters.barcode import decode, fit, modules
from app.adapters.label_check import verify
from app.adapters.label_pdf import calibration_pdf, labels_pdf
from app.adapters.label_raster import label_image, page_image
from app.domain.errors import DomainError
from app.domain.labels.layout import layout
from app.domain.labels.marks import Box, CodeMark, Layout, Symbology
from app.domain.labels.sheet import Nudge, pages
from app.domain.labels.spec import LabelSpec
from app.domain.labels.template import LabelTemplate
from tests.adapters.label_samples import BIN, LONG, PACK, PLAIN, numbered


def meant(*layouts: Layout) -> set[tuple[str, str]]:
    return {(code.identifier, code.expected) for laid in layouts for code in laid.codes}


def template(key: str) -> LabelTemplate:
    label = label_papers.paper(key).label
    assert isinstance(label, LabelTemplate)
    return label


def laid_out(spec: LabelSpec, key: str) -> Layout:
    return layout(spec, template(key), fonts.width)


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("key", ["60x40", "100x70", "a4-24"])
@pytest.mark.parametrize("spec", [PLAIN, LONG, BIN, PACK], ids=["plain", "long", "bin", "pack"])
def test_each_code_decodes_on_each_paper(spec: LabelSpec, key: str, dpi: int) -> None:
    laid = laid_out(spec, key)
    assert not any(problem.blocks for problem in laid.problems)
    assert decode(label_image(laid, dpi)) == meant(laid)


@pytest.mark.parametrize("dpi", [203, 300])
def test_the_small_label_takes_all_but_the_widest_code(dpi: int) -> None:
    laid = laid_out(PLAIN, "50x30")
    assert decode(label_image(laid, dpi)) == meant(laid)
    checked = verify([PLAIN, PACK], label_papers.paper("50x30"), 203)
    assert [(problem.row, problem.code) for problem in checked.problems] == [(2, "label.code_room")]
    assert not checked.printable
    with pytest.raises(DomainError, match="换大一号的标签"):
        checked.refuse()


def test_a_sheet_of_22_labels_from_cell_3_has_44_readable_codes() -> None:
    paper = label_papers.paper("a4-24")
    checked = verify(numbered(PLAIN, 22), paper, paper.dpi)
    assert (checked.codes, checked.problems) == (44, ())
    (page,) = pages(checked.layouts, paper, start=3, nudge=Nudge(0, 5))
    assert decode(page_image(page, 300)) == meant(*checked.layouts)


def test_the_pdf_decodes_when_it_is_rendered_and_its_text_can_be_found() -> None:
    paper = label_papers.paper("a4-24")
    checked = verify([*numbered(PLAIN, 3), LONG], paper, paper.dpi)
    data = labels_pdf(pages(checked.layouts, paper), paper.dpi, "标签")
    with pypdfium2.PdfDocument(data) as document:
        (page,) = document
        assert tuple(round(side) for side in page.get_size()) == (595, 842)
        picture = page.render(scale=300 / 72).to_pil()
        text = page.get_textpage().get_text_bounded()
    assert decode(picture) == meant(*checked.layouts)
    assert "阿莫西林克拉维酸钾片" in text
    assert "2028-02" in text
    assert "演示数据" in text


def test_the_same_labels_give_the_same_pdf_bytes() -> None:
    paper = label_papers.paper("60x40")
    sheet = pages([laid_out(PLAIN, "60x40"), laid_out(LONG, "60x40")], paper)
    first, second = labels_pdf(sheet, 203, "标签"), labels_pdf(sheet, 203, "标签")
    assert first == second
    with pypdfium2.PdfDocument(first) as document:
        assert len(document) == 2


def test_preview_and_pdf_put_the_ink_in_the_same_place() -> None:
    laid = laid_out(PLAIN, "60x40")
    paper = label_papers.paper("60x40")
    raster = label_image(laid, 300)
    with pypdfium2.PdfDocument(labels_pdf(pages([laid], paper), 300, "标签")) as document:
        (page,) = document
        picture = page.render(scale=300 / 72).to_pil().convert("L").resize(raster.size)
    grey = raster.convert("L")
    ours = {(x // 12, y // 12) for x, y in _ink(grey)}
    theirs = {(x // 12, y // 12) for x, y in _ink(picture)}
    assert len(ours ^ theirs) <= 0.1 * len(ours)


def _ink(picture: Image.Image) -> list[tuple[int, int]]:
    data = picture.tobytes()
    return [(at % picture.width, at // picture.width) for at, grey in enumerate(data) if grey < 96]


def test_the_calibration_page_shows_every_cell() -> None:
    data = calibration_pdf(label_papers.paper("a4-24"), Nudge(3, -5))
    with pypdfium2.PdfDocument(data) as document:
        (page,) = document
        text = page.get_textpage().get_text_bounded()
    assert "第 24 格" in text
    assert "+0.3 / -0.5" in text


# -- codes ---------------------------------------------------------------------------------------


def test_modules_are_whole_dots_and_as_large_as_the_room_allows() -> None:
    mark = CodeMark(Symbology.BARS, Box(1, 29, 58, 6.6), PLAIN.code, False, PLAIN.code)
    placed = fit(mark, 203)
    assert placed.dots == 3
    assert placed.grid.shape == (1, 123)
    assert modules(Symbology.MATRIX, "A-03-2", gs1=False).shape[0] % 2 == 0


def test_what_no_code_can_hold_is_a_problem_of_its_label() -> None:
    checked = verify([PLAIN, replace(PLAIN, code="药房")], label_papers.paper("60x40"), 203)
    assert [(problem.row, problem.code) for problem in checked.problems] == [(2, "label.code")]
    with pytest.raises(DomainError, match="不能印成条码"):
        modules(Symbology.BARS, "药房", gs1=False)


def test_a_code_that_does_not_read_back_stops_the_print() -> None:
    paper = label_papers.paper("60x40")
    covered = replace(
        paper, label=replace(template("60x40"), rules=(Box(2, 30, 56, 3.4), Box(45, 2, 12, 9)))
    )
    checked = verify([PLAIN], covered, 203)
    assert {problem.code for problem in checked.problems} == {"label.unreadable"}
    assert not checked.printable


lots = st.text(st.sampled_from("ABCXYZabc0123456789-/.()+ "), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(name=st.text(max_size=30), lot=lots, quantity=st.text(max_size=10), serial=lots)
def test_whatever_is_printed_is_read_again(name: str, lot: str, quantity: str, serial: str) -> None:
    spec = replace(PLAIN, name=f"片{name}", lot=lot, quantity=quantity, serial=serial)
    checked = verify([spec], label_papers.paper("60x40"), 203)
    blocked = {problem.code for problem in checked.problems if problem.blocks}
    assert blocked <= {"label.lot", "label.serial_chars", "label.quantity_room"}
    if not blocked:
        assert checked.codes == 2


# -- ZPL -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [PLAIN, LONG, BIN], ids=["plain", "long", "bin"])
def test_the_graphic_in_the_zpl_is_the_raster_dot_for_dot(spec: LabelSpec) -> None:
    laid = laid_out(spec, "60x40")
    image = label_image(laid, 203)
    job = 2 * zpl.label_zpl(image)
    assert job.count("^XA") == job.count("^XZ") == 2
    for picture in zpl.pictures(job):
        assert picture.size == image.size
        assert picture.tobytes() == image.tobytes()
        assert decode(picture) == meant(laid)


@settings(max_examples=60, deadline=None)
@given(width=st.integers(1, 70), rows=st.lists(st.integers(0, 2**70 - 1), min_size=1, max_size=12))
def test_any_picture_survives_the_packing(width: int, rows: list[int]) -> None:
    image = Image.new("1", (width, len(rows)), 1)
    for y, bits in enumerate(rows):
        for x in range(width):
            if bits >> x & 1:
                image.putpixel((x, y), 0)
    (back,) = zpl.pictures(zpl.label_zpl(image))
    assert back.tobytes() == image.tobytes()


def test_long_runs_and_blank_labels_pack() -> None:
    for colour in (0, 1):
        image = Image.new("1", (8000, 3), colour)
        text = zpl.label_zpl(image, copies=4)
        assert "^PQ4" in text
        assert len(text) < 200
        (back,) = zpl.pictures(text)
        assert back.tobytes() == image.tobytes()


def test_a_foreign_zpl_file_is_refused() -> None:
    with pytest.raises(DomainError, match="ZPL"):
        zpl.pictures("^XA^FO50,50^A0N,30^FDHello^FS^XZ")
